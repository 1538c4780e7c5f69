"""What a notice says: room, priority, kind, for how long. Never who the patient is, and no value."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.locale import Translations
    from monitor.service.ports import Page


def N_(message: str) -> str:  # noqa: N802 - the extractor's usual name for "translate this one later"
    """Mark a message for the catalogs."""
    return message


_TEXTS = {
    "unanswered": N_(
        "Room {room}: {priority} alarm ({kind}) not answered for {seconds} s. Now for {to}."
    ),
    "nobody_watches": N_(
        "No station has confirmed for {seconds} s that it shows the ward. Watch the patients directly."
    ),
}
_PRIORITIES = {"high": N_("high"), "medium": N_("medium"), "low": N_("low")}
_EVERYBODY = N_("everybody")
_TECHNICAL = N_("technical fault")
_VITALS = N_("vital signs")
_KINDS = {
    **dict.fromkeys(("limit", "burden", "rise", "repeat"), _VITALS),
    "score": N_("sedation score"),
    "help": N_("call for help"),
}


def notice_text(page: Page, translations: Translations) -> str:
    """One sentence or two. Raises KeyError for a page that has no words."""
    say = translations.gettext
    return say(_TEXTS[page.code]).format(
        room=page.room,
        priority=say(_PRIORITIES[page.priority]),
        kind=say(_KINDS.get(page.kind, _TECHNICAL)),
        seconds=page.seconds,
        to=page.to or say(_EVERYBODY),
    )
