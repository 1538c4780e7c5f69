"""``infusion-monitor session``: start a session, walk it through its phases, look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from monitor.cli.common import (
    AsJson,
    Refusal,
    existing_directory,
    give,
    new_app,
    put,
    put_json,
    put_table,
    reading,
    say,
    unnoted,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.domain.chart import Entry
    from monitor.domain.facts import AlarmChanged
    from monitor.domain.registry import Room
    from monitor.domain.sessions import Session
    from monitor.service.phrases import Phrases

app = new_app("The infusion sessions.")
Id = Annotated[str, typer.Argument(metavar="ID")]
NextPhase = Literal["baseline", "infusion", "observation", "discharged"]


@app.command()
def start(
    context: typer.Context,
    room: Annotated[str, typer.Option(metavar="NAME", help="A room without an open session.")],
    patient: Annotated[str, typer.Option(metavar="REF", help="The patient's reference, no name.")],
    weight: Annotated[float | None, typer.Option(metavar="KG", help="Body weight.")] = None,
    protocol: Annotated[str, typer.Option(help="The clinical preset.")] = "ketamine_iv",
    as_json: AsJson = False,
) -> None:
    """Start a session, in precheck, and print its id."""
    result = give(
        context,
        "start_session",
        room=room,
        patient=patient,
        weight_kg=weight,
        protocol=protocol,
    )
    if as_json:
        put_json({"id": result["session"], "room": room, "patient": patient})
    else:
        put(result["session"])


@app.command()
def phase(
    context: typer.Context,
    session: Id,
    entered: Annotated[NextPhase, typer.Argument(metavar="PHASE")],
    override: Annotated[
        str | None, typer.Option(metavar="REASON", help="Pass a gate, for this reason.")
    ] = None,
) -> None:
    """Enter the next phase: baseline, infusion, observation or discharged."""
    give(context, "enter_phase", session=session, phase=entered, override=override)


@app.command()
def cancel(
    context: typer.Context,
    session: Id,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; it is kept on record.")],
    override: Annotated[
        str | None,
        typer.Option(metavar="REASON", help="Leave a high alarm unanswered, for this reason."),
    ] = None,
) -> None:
    """Cancel a session before its infusion."""
    give(context, "cancel_session", session=session, reason=reason, override=override)


@app.command("list")
def list_sessions(context: typer.Context, as_json: AsJson = False) -> None:
    """List the sessions: id, room, patient, phase, start."""
    with reading(context) as records:
        rooms = records.rooms()
        sessions = [_described(session, rooms) for session in records.sessions()]
    if as_json:
        put_json(sessions)
    else:
        columns = ("id", "room", "patient", "phase", "started_at")
        put_table([[session[column] for column in columns] for session in sessions])


@app.command()
def show(context: typer.Context, session: Id, as_json: AsJson = False) -> None:
    """Show a session, what was entered in it, and the alarms that were raised in it."""
    from monitor.domain.chart import chart_of
    from monitor.locale import load_translations
    from monitor.service.erasing import why_missing
    from monitor.service.phrases import Phrases
    from monitor.service.protocols import load_protocols

    with reading(context) as records:
        found = records.session(session)
        if found is None:
            raise Refusal(why_missing(records, session))
        described = _described(found, records.rooms())
        chart = chart_of(records.facts(session), ())
        raised = [alarm for alarm in records.alarms(session) if alarm.raised_at is not None]
    # Before it is shown: who breaks off behind the first line has seen it too.
    if fault := unnoted(existing_directory(context), "record_opened", session, "command"):
        say(f"warning: that it was opened is not in the access log: {fault}")
    protocol = load_protocols().get(found.protocol)
    english = Phrases("en", load_translations()["en"])
    if protocol is not None:
        english = english.called(protocol.course.phase_words)
    alarms = [_alarm(alarm, english) for alarm in raised]
    if as_json:
        entries = [entry_told(entry) for entry in chart.entries.values()]
        put_json({**described, "entries": entries, "alarms": alarms})
        return
    put_table(list(described.items()))
    put_table([(a["raised_at"], a["priority"], a["state"], a["reason"]) for a in alarms])


def _described(session: Session, rooms: Sequence[Room]) -> dict[str, Any]:
    from monitor.wire.base import rfc3339

    return {
        "id": session.id,
        "room": next(room.name for room in rooms if room.id == session.room_id),
        "patient": session.patient,
        "phase": str(session.phase),
        "protocol": session.protocol,
        "weight_kg": session.weight_kg,
        "number": session.number_in_series,
        "started_at": rfc3339(session.started_at),
        "ended_at": None if session.ended_at is None else rfc3339(session.ended_at),
    }


def entry_told(entry: Entry) -> dict[str, Any]:
    """What staff entered; one that does not count any more says since when, by whom and why."""
    from monitor.domain.chart import plain
    from monitor.domain.facts import kind_of
    from monitor.wire.base import rfc3339

    given, voided = plain(entry), entry.voided
    given.pop("seq", None)
    told = None
    if voided is not None:
        told = {**voided._asdict(), "at": rfc3339(voided.at)}
    return {
        "entry": given.pop("entry"),
        "kind": kind_of(entry.body).removesuffix("_entered"),
        "measured_at": rfc3339(given.pop("measured_at")),
        "entered_at": rfc3339(entry.at),
        "by": entry.by,
        **given,
        "voided": told,
    }


def _alarm(alarm: AlarmChanged, english: Phrases) -> dict[str, Any]:
    from monitor.domain.alarms import Reason
    from monitor.wire.base import rfc3339

    def written(instant: int | None) -> str | None:
        return None if instant is None else rfc3339(instant)

    return {
        "id": alarm.alarm_id,
        "kind": alarm.alarm_kind,
        "metric": alarm.metric,
        "type": alarm.type,
        "priority": alarm.priority,
        "state": alarm.state,
        "onset": written(alarm.onset),
        "raised_at": written(alarm.raised_at),
        "acknowledged_at": written(alarm.acknowledged_at),
        "ended_at": written(alarm.ended_at),
        "reason": english.say(Reason(alarm.reason_code, alarm.reason_values))
        + (" (voided)" if alarm.event == "voided" else ""),
    }
