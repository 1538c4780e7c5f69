"""The list of sessions: which of them a table asks for, and each with its figures in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from monitor.dashboard.paging import PageAsked
from monitor.dashboard.presenters import phase_name
from monitor.dashboard.words import Words
from monitor.domain.alarms import AlarmType
from monitor.domain.sessions import Phase
from monitor.domain.sign_off import SignOff
from monitor.service.protocols import Protocol
from monitor.service.review_ports import Alarmed, SessionFilter, SessionRow

FILTERS = ("patient", "room", "protocol", "peak", "physiological", "state")
_NOT_BEGUN = frozenset({Phase.PRECHECK, Phase.BASELINE, Phase.CANCELLED})
DATED = "started_at"
_MARKS = {"high": "!!!", "medium": "!!", "low": "!"}


def sessions_asked(asked: PageAsked) -> SessionFilter:
    """Which sessions a page is asked of."""
    state, alarms, peak = (asked.filters.get(name) for name in ("state", "physiological", "peak"))
    return SessionFilter(
        patient=asked.filters.get("patient"),
        room=asked.filters.get("room"),
        protocol=asked.filters.get("protocol"),
        states=frozenset() if state is None else frozenset({SignOff(state)}),
        alarms=None if alarms is None else Alarmed(alarms),
        peak_from=None if peak is None else float(peak),
        since=asked.since,
        until=asked.until,
    )


def alarmed_name(words: Words, alarmed: Alarmed) -> str:
    """Which alarms are looked for, in words."""
    _ = words.gettext
    return {
        Alarmed.HIGH: _("!!! of the patient"),
        Alarmed.MEDIUM: _("!! or !!! of the patient"),
        Alarmed.PATIENT: _("any of the patient"),
        Alarmed.TECHNICAL: _("any technical"),
        Alarmed.NONE: _("none at all"),
    }[alarmed]


def sign_off_name(words: Words, state: SignOff) -> str:
    """Where a session stands with its reviewers, in words."""
    _ = words.gettext
    return {
        SignOff.OPEN: _("open"),
        SignOff.UNSIGNED: _("not signed off"),
        SignOff.SIGNED: _("signed off"),
        SignOff.CHANGED: _("changed since sign-off"),
    }[state]


def session_rows(
    words: Words, sessions: Iterable[SessionRow], protocols: Mapping[str, Protocol]
) -> list[dict[str, Any]]:
    """The rows of the table. What was not measured is a dash, so that nobody reads a zero into it."""
    return [_row(words, session, protocols.get(session.protocol)) for session in sessions]


def _row(words: Words, session: SessionRow, protocol: Protocol | None) -> dict[str, Any]:
    figures = session.figures
    return {
        "id": session.id,
        "started_at": f"[{words.day_and_clock(session.started_at)}]({address_of(session)})",
        "patient": f"[{session.patient}]({series_address(session.patient)})",
        "room": session.room,
        "number": "–" if session.phase is Phase.CANCELLED else words.number(session.number),
        "protocol": session.protocol,
        "baseline": pressure_text(words, figures.baseline_systolic, figures.baseline_diastolic),
        "peak": _peak(words, session),
        "lowest_spo2": value_text(words, figures.lowest_spo2),
        "few": _few(words, session.few),
        **{str(kind): _alarms(session, kind) for kind in AlarmType},
        "worst": _worst(session),
        "state": _standing(words, session, protocol),
        "tone": str(session.state),
        "signed_by": session.signed_by or "",
    }


def _worst(session: SessionRow) -> str:
    """The worst priority of the alarms about the patient; empty for none."""
    alarms, kind = session.figures.alarms, str(AlarmType.PHYSIOLOGICAL)
    return next((priority for priority in _MARKS if alarms.get((kind, priority))), "")


def _peak(words: Words, session: SessionRow) -> str:
    """Since the start; in brackets that of a whole session without one, and what little there is in place of none."""
    systolic, diastolic = session.figures.peak_systolic, session.figures.peak_diastolic
    told = pressure_text(words, systolic, diastolic)
    if systolic is None:
        return _few(words, session.few) or told
    return f"({told})" if session.phase in _NOT_BEGUN else told


def _few(words: Words, few: int | None) -> str:
    _ = words.gettext
    if few is None:
        return ""
    return _("one reading") if few else _("nothing recorded")


def series_address(patient: str) -> str:
    """Where a patient's sessions stand together."""
    return f"/series/{patient}"


def address_of(session: SessionRow) -> str:
    """An open session is watched, one that has ended is reviewed."""
    return f"/{'session' if session.state is SignOff.OPEN else 'review'}/{session.id}"


def _standing(words: Words, session: SessionRow, protocol: Protocol | None) -> str:
    """Its sign-off, and its phase where that is not the usual end."""
    told = sign_off_name(words, session.state)
    if session.phase is Phase.DISCHARGED:
        return told
    phase = phase_name(words, session.phase, protocol.course if protocol else None)
    return f"{told} · {phase}"


def _alarms(session: SessionRow, kind: AlarmType) -> str:
    """Each priority by its mark, with how often it was raised; a dash where none was."""
    counts = {mark: session.figures.alarms.get((str(kind), p), 0) for p, mark in _MARKS.items()}
    # A mark and its number stay together where the column is narrow.
    return " · ".join(f"{mark}\u00a0{count}" for mark, count in counts.items() if count) or "–"


def pressure_text(words: Words, systolic: float | None, diastolic: float | None) -> str:
    """A pressure as ``132/84``."""
    if systolic is None:
        return "–"
    return f"{words.number(systolic)}/{value_text(words, diastolic)}"


def value_text(words: Words, value: float | None) -> str:
    """A value, or a dash for none."""
    return "–" if value is None else words.number(value)
