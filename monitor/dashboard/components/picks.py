"""Groups of large buttons of which one holds, by finger, key or arrow. The script owns their state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from dash import html

from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.course_words import spoken
from monitor.dashboard.words import Words
from monitor.domain.course import Choice


class Pick(NamedTuple):
    """One button; ``key`` is the letter that presses it, ``wants`` a field of words without which it says nothing."""

    value: str
    label: str
    key: str = ""
    wants: str = ""


def keyed(labels: Sequence[str], taken: Iterable[str] = ()) -> list[str]:
    """A key for each label: the initial of one of its words, else a letter of it, else a digit; each once."""
    used = set(taken)
    keys = []
    for label in labels:
        initials = [word[0] for word in label.split()]
        free = (
            c for c in [*initials, *label, *"123456789"] if c.isalnum() and c.lower() not in used
        )
        key = next(free, "").lower()
        used.add(key)
        keys.append(key)
    return keys


def picks_of(words: Words, choices: Iterable[Choice], taken: Iterable[str] = ()) -> list[Pick]:
    """The choices of a protocol, each with its key."""
    known = list(choices)
    labels = [spoken(words, choice.text) for choice in known]
    keys = keyed(labels, taken)
    return [
        Pick(choice.id, label, key) for choice, label, key in zip(known, labels, keys, strict=True)
    ]


def pick_group(
    group: str,
    label: str,
    picks: Sequence[Pick],
    *,
    is_first: bool = False,
    usual: str = "",
    look: str = "",
    hides_label: bool = False,
    **behaviour: str | None,
) -> Any:
    """The group with its label and the place of its refusal. ``usual`` is chosen when the dialog opens.

    ``behaviour``: ``quick`` the button that a press sends with; ``next`` where the focus goes on; ``clears`` the field
    of words that stands for the same; ``optional`` a second press takes back; ``shows`` parts that belong to one
    choice; ``typed`` numbers are typed. Where a press sends, the group itself is what has the focus first: Enter on a
    dialog that has just opened must not enter anything.
    """
    named, sends = f"{group}-label", bool(behaviour.get("quick"))
    focus_at = 0 if is_first and not sends else None
    return html.Div(
        [
            html.Span(label, id=named, className="pick-label", hidden=hides_label),
            html.Div(
                _radios(group, picks, focus_at=focus_at, usual=usual),
                id=group,
                className=f"picks {look}".strip(),
                role="radiogroup",
                tabIndex=-1 if sends else None,
                **attributes(
                    data_picks="true",
                    data_autofocus="true" if is_first and sends else None,
                    aria_labelledby=named,
                    **{f"data_{name}": value for name, value in behaviour.items()},
                ),
            ),
            html.P(className="pick-error", role="alert", **attributes(data_error_of=group)),
        ],
        className="pick-field",
    )


def part_of(group: str, value: str, children: list[Any]) -> Any:
    """What is on screen only while a choice of a group holds."""
    return html.Div(children, hidden=True, **attributes(data_of=group, data_when=value))


def _radios(group: str, picks: Sequence[Pick], *, focus_at: int | None, usual: str) -> list[Any]:
    """One of them is in the tab order; the arrow keys lead to the others."""
    return [
        _radio(
            group,
            pick,
            is_in_tab_order=n == 0,
            is_first=n == focus_at,
            is_usual=pick.value == usual,
        )
        for n, pick in enumerate(picks)
    ]


def _radio(group: str, pick: Pick, *, is_in_tab_order: bool, is_first: bool, is_usual: bool) -> Any:
    return html.Button(
        [html.Span(pick.label), html.Kbd(pick.key.upper())] if pick.key else pick.label,
        id=f"{group}-{pick.value}",
        type="button",
        role="radio",
        className="pick",
        tabIndex=0 if is_in_tab_order else -1,
        **attributes(
            aria_checked="false",
            data_value=pick.value,
            data_key=pick.key or None,
            data_wants=pick.wants or None,
            data_autofocus="true" if is_first else None,
            data_usual="true" if is_usual else None,
        ),
    )
