"""What phases are called on paper: as the session's protocol calls them, where the usual word would be wrong."""

from __future__ import annotations

from monitor.domain.course import Course
from monitor.domain.sessions import Phase
from monitor.export.report.speech import Speech


def phase_names(speech: Speech, course: Course) -> dict[str, str]:
    """Phase to its name."""
    _ = speech.gettext
    usual = {
        "precheck": _("Pre-check"),
        "baseline": _("Baseline"),
        "infusion": _("Infusion"),
        "observation": _("Observation"),
        "discharged": _("Discharged"),
        "cancelled": _("Cancelled"),
    }
    return {
        phase: speech.text(course.phase_words.get(phase, {})) or usual[phase] for phase in usual
    }


def own_word(speech: Speech, course: Course) -> str:
    """What the protocol calls the giving of its drug; empty where that is an infusion."""
    return speech.text(course.phase_words.get(Phase.INFUSION, {}))


def session_title(speech: Speech, course: Course) -> str:
    """The head of a session's page."""
    _ = speech.gettext
    return _("Treatment session") if own_word(speech, course) else _("Infusion session")


def after_it(speech: Speech, course: Course) -> str:
    """When something was that is counted from its end."""
    _, own = speech.gettext, own_word(speech, course)
    if own:
        return _("after {phase}").format(phase=own.lower())
    return _("after the infusion")


def paused(speech: Speech, course: Course) -> str:
    """It stands still."""
    _, own = speech.gettext, own_word(speech, course)
    return _("{phase} paused").format(phase=own) if own else _("Infusion paused")


def resumed(speech: Speech, course: Course) -> str:
    """It goes on."""
    _, own = speech.gettext, own_word(speech, course)
    return _("{phase} goes on").format(phase=own) if own else _("Infusion goes on")


def stopped(speech: Speech, course: Course) -> str:
    """It ended before its time."""
    _, own = speech.gettext, own_word(speech, course)
    return _("{phase} stopped early").format(phase=own) if own else _("Infusion stopped early")
