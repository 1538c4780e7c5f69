"""What Dash draws of a rehearsal's question: which sessions, and each limit with the protocol's own values beside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import dash_mantine_components as dmc
from dash import html

from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.components.fields import button
from monitor.dashboard.components.filters import day_filter
from monitor.dashboard.presenters import phase_name
from monitor.dashboard.rehearsal import ids
from monitor.dashboard.rehearsal.asking import MOST_SESSIONS, OFF, USUAL_SESSIONS, own_values
from monitor.dashboard.rehearsal.names import RULE_ADDED, added_name, priority_name, rule_name
from monitor.dashboard.rule_rows import raised_text
from monitor.dashboard.visit import Visit
from monitor.dashboard.words import Words
from monitor.domain.limits import Limit, Priority, Rise
from monitor.domain.readings import SECOND, Metric
from monitor.domain.sessions import Phase
from monitor.service.protocols import Protocol
from monitor.service.rehearsal import Rule, rules_of

_PRIORITIES = (Priority.HIGH, Priority.MEDIUM, Priority.LOW)
_ADDABLE = ("spo2", "pulse_rate", "resp_rate", "systolic", "diastolic", "mean", "temperature")
_SIGNS = ("<", "≤", ">", "≥")


def sessions_form(visit: Visit, protocol: Protocol) -> Any:
    """Which sessions, and the buttons."""
    words, _ = visit.words, visit.words.gettext
    protocols = [
        {"value": name, "label": _(one.title)} for name, one in visit.parts.protocols.items()
    ]
    fields = [
        dmc.Select(
            id=ids.PROTOCOL,
            label=_("Protocol"),
            data=protocols,
            value=protocol.name,
            allowDeselect=False,
            size="md",
        ),
        day_filter(words, ids.SINCE, _("From")),
        day_filter(words, ids.UNTIL, _("To")),
        _text(ids.PATIENT, _("Patient"), placeholder=_("All")),
        _text(ids.NEWEST, _("Newest, at most {n}").format(n=MOST_SESSIONS), str(USUAL_SESSIONS)),
    ]
    return html.Section(
        [
            html.H2(_("Which sessions"), className="panel-title"),
            html.Div(fields, className="rehearsal-sessions"),
        ],
        className="panel",
    )


def limit_groups(visit: Visit, protocol: Protocol) -> list[Any]:
    """A panel for each metric, and one for a limit more, in two columns."""
    groups = defaultdict(list)
    for rule in rules_of(protocol):
        groups[_group(visit, rule)].append(rule)
    pressure = visit.phrases.metric(Metric.NIBP)
    panels = {name: _panel(visit, name, rules) for name, rules in groups.items()}
    # The pressures have as many rules as all others together.
    right = [panels.pop(pressure)] if pressure in panels else []
    return [
        html.Div(column, className="rehearsal-column")
        for column in ([*panels.values()], [*right, _added_panel(visit)])
    ]


def buttons(words: Words) -> Any:
    """Rehearse, stop, back to the protocol's own; and what the script says meanwhile."""
    _ = words.gettext
    return html.Div(
        [
            button(ids.START, _("Rehearse"), kind="primary"),
            button(ids.STOP, _("Stop"), hidden=True),
            button(ids.RESET, _("Protocol's own limits")),
            html.Span(id=ids.CHANGED, className="rehearsal-own"),
            html.Span(id=ids.PROGRESS, className="rehearsal-progress", role="status"),
            html.Span(id=ids.TOLD, className="form-error", role="alert"),
        ],
        className="rehearsal-buttons",
    )


def _group(visit: Visit, rule: Rule) -> str:
    known = rule.known
    if isinstance(known, Limit | Rise):
        return visit.phrases.metric(known.metric)
    return visit.words.gettext("Scores")


def _panel(visit: Visit, name: str, rules: list[Rule]) -> Any:
    rows = [_row(visit, rule) for rule in rules]
    return html.Section(
        [html.H3(name, className="panel-title"), *rows], className="panel rehearsal-group"
    )


def _row(visit: Visit, rule: Rule) -> Any:
    words, _ = visit.words, visit.words.gettext
    name, own = rule_name(words, visit.phrases, rule), own_values(rule)
    return html.Div(
        [
            html.Div(
                [html.B(name), html.Span(_told(words, rule), className="rehearsal-own")],
                className="rehearsal-name",
            ),
            *_numbers(visit, rule, name),
            _choice(
                ids.field(rule.id, "priority"),
                _labelled(name, _("Priority")),
                _priorities(words, with_off=True),
                str(own.priority),
            ),
        ],
        className="rehearsal-rule",
        **attributes(data_rule=rule.id),
    )


def _told(words: Words, rule: Rule) -> str:
    """What the protocol has, beside what is typed."""
    own = own_values(rule)
    text = words.gettext("protocol: {values}")
    return text.format(values=", ".join(_own_texts(words, rule, own.priority)))


def _own_texts(words: Words, rule: Rule, priority: Priority | None) -> Iterator[str]:
    known = rule.known
    if isinstance(known, Rise):
        yield f"+{words.number(known.by)} mmHg"
    if isinstance(known, Limit) and (known.metric is not Metric.NIBP or known.burden):
        yield raised_text(words, known)
    yield priority_name(words, priority)
    if isinstance(known, Limit) and known.phases is not None:
        yield ", ".join(phase_name(words, phase) for phase in Phase if phase in known.phases)


def _numbers(visit: Visit, rule: Rule, name: str) -> list[Any]:
    words, _ = visit.words, visit.words.gettext
    known, own = rule.known, own_values(rule)
    unit = visit.phrases.unit(known.metric) if isinstance(known, Limit | Rise) else ""
    value = _number(
        ids.field(rule.id, "value"), _labelled(name, _("Value")), unit, typed_text(words, own.value)
    )
    if not isinstance(known, Limit) or known.metric is Metric.NIBP:
        return [value, html.Span(_("at once"), className="rehearsal-own")]
    delay = typed_text(words, own.delay_ms / SECOND)
    return [value, _number(ids.field(rule.id, "delay"), _labelled(name, _("Delay")), "s", delay)]


def _added_panel(visit: Visit) -> Any:
    words, _ = visit.words, visit.words.gettext
    name = added_name(words)

    def place(part: str) -> str:
        return ids.field(RULE_ADDED, part)

    whats = [{"value": what, "label": visit.phrases.metric(what)} for what in _ADDABLE]
    signs = [{"value": sign, "label": sign} for sign in _SIGNS]
    return html.Section(
        [
            html.H3(name, className="panel-title"),
            html.Div(
                [
                    html.Div(
                        [
                            _choice(
                                place("what"), _labelled(name, _("Of what")), whats, _ADDABLE[0]
                            ),
                            _choice(place("sign"), _labelled(name, _("Side")), signs, _SIGNS[0]),
                        ],
                        className="rehearsal-added",
                    ),
                    _number(place("value"), _labelled(name, _("Value")), "", ""),
                    _number(place("delay"), _labelled(name, _("Delay")), "s", "0"),
                    _choice(
                        place("priority"),
                        _labelled(name, _("Priority")),
                        _priorities(words, with_off=False),
                        str(Priority.MEDIUM),
                    ),
                ],
                className="rehearsal-rule",
                **attributes(data_rule=RULE_ADDED),
            ),
        ],
        className="panel rehearsal-group",
    )


def _priorities(words: Words, *, with_off: bool) -> list[dict[str, str]]:
    every = [{"value": str(p), "label": priority_name(words, p)} for p in _PRIORITIES]
    return [*every, {"value": OFF, "label": priority_name(words, None)}] if with_off else every


def typed_text(words: Words, value: float) -> str:
    """A number as one types it: with the language's decimal sign, and without one between the thousands."""
    return f"{value:g}".replace(".", words.number(0.5)[1])


def _labelled(name: str, part: str) -> str:
    """What a field is called for who does not see where it stands."""
    return f"{name}: {part}"


def _number(place: str, label: str, unit: str, own: str) -> Any:
    """A number as it is typed: a field for text, see ``number_field``; its label is for who does not see the table."""
    return dmc.TextInput(
        id=place,
        value=own,
        size="md",
        rightSection=html.Span(unit, className="field-unit") if unit else None,
        rightSectionWidth=58,
        attributes={
            "input": {
                "aria-label": label,
                "inputMode": "decimal",
                "autoComplete": "off",
                "maxLength": 12,
                "data-own": own,
            }
        },
    )


def _choice(place: str, label: str, data: list[dict[str, str]], own: str) -> Any:
    """The browser's own select: its value is the script's to read and to put back."""
    options = [
        html.Option(one["label"], value=one["value"], selected=one["value"] == own or None)
        for one in data
    ]
    return html.Select(
        options,
        id=place,
        className="rehearsal-select",
        **attributes(aria_label=label, data_own=own),
    )


def _text(place: str, label: str, value: str = "", *, placeholder: str = "") -> Any:
    return dmc.TextInput(
        id=place,
        label=label,
        value=value,
        placeholder=placeholder,
        size="md",
        attributes={"input": {"autoComplete": "off", "maxLength": 40}},
    )
