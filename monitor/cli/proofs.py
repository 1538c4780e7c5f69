"""Sessions played again: their record proven, and their alarms rehearsed under other limits."""

from __future__ import annotations

import time
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.common import (
    AsJson,
    Refusal,
    existing_directory,
    put,
    put_json,
    put_table,
    reading,
    say,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.service.ports import Records
    from monitor.service.protocols import Protocol
    from monitor.service.rehearsal import AlarmProof, Rehearsal
    from monitor.storage import Fault, SessionVerification

PROGRESS_EVERY_S = 2.0


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command()(verify)
    app.command()(rehearse)


def verify(
    context: typer.Context,
    session: Annotated[str, typer.Argument(metavar="ID")],
    as_json: AsJson = False,
) -> None:
    """Prove a session's record complete and untouched; else name the first fault and exit with 1."""
    from monitor.storage import SchemaError, verify_session

    directory = existing_directory(context)
    try:
        chain = verify_session(directory.path, directory.journal_key, session)
    except LookupError as error:
        raise Refusal(str(error.args[0])) from None
    except (OSError, SchemaError) as error:
        raise Refusal(str(error)) from None
    proof = None
    if chain.fault is None:
        with reading(context) as records:
            proof = _proof(records, session)
    fault = chain.fault or _alarm_fault(proof)
    if as_json:
        put_json(_verified(session, chain, proof, fault))
    if fault is not None:
        raise Refusal(f"session {session} is not as it was recorded: {fault.message}")
    if not as_json:
        put(f"session {session} is complete and untouched, seal {_seal(chain)}")
    if proof is not None and proof.unknown:
        say(f"its alarms were not derived again: {proof.unknown}")


def rehearse(
    context: typer.Context,
    protocol: Annotated[
        Path, typer.Option(metavar="FILE", help="A protocol file with the changed limits.")
    ],
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="Only sessions from this day on.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the result here too, as JSON.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Replay stored sessions under changed limits: which alarms are gained, lost, delayed."""
    from monitor.data_directory import write_whole
    from monitor.service.protocols import ProtocolError, load_protocol

    existing_directory(context)
    first_at = _instant(since)
    try:
        changed = load_protocol(protocol)
    except ProtocolError as error:
        raise Refusal(str(error)) from None
    with reading(context) as records:
        rehearsals = _rehearsed(records, changed, first_at)
    result = _result(changed, rehearsals)
    if out is not None:
        import json

        try:
            write_whole(out, json.dumps(result, ensure_ascii=False, indent=1) + "\n", mode=0o644)
        except OSError as error:
            raise Refusal(f"{out}: {error.strerror}") from None
    if as_json:
        put_json(result)
    else:
        _put_result(result)


def _proof(records: Records, session_id: str) -> AlarmProof | None:
    from monitor.service.past_sessions import protocol_of
    from monitor.service.protocols import load_protocols
    from monitor.service.rehearsal import prove_session

    session = records.session(session_id)
    if session is None:
        return None
    return prove_session(records, protocol_of(records, load_protocols(), session), session)


def _alarm_fault(proof: AlarmProof | None) -> Fault | None:
    from monitor.storage import Fault

    found = None if proof is None else proof.difference
    if found is None:
        return None
    return Fault(found.batch, f"batch {found.batch}: {found.message}")


def _verified(
    session: str, chain: SessionVerification, proof: AlarmProof | None, fault: Fault | None
) -> dict[str, Any]:
    derived = proof is not None and not proof.unknown
    return {
        "session": session,
        "untouched": fault is None,
        "fault": None if fault is None else {"batch": fault.batch_id, "message": fault.message},
        "first_batch": chain.first,
        "last_batch": chain.seal.batch_id,
        "checked_to_batch": chain.last,
        "alarms_derived": derived,
        "seal": _seal(chain),
    }


def _seal(chain: SessionVerification) -> str:
    from monitor.service.seal import seal_text

    return seal_text(chain.seal)


def _instant(day: str | None) -> int:
    """The beginning of a day, in UTC; 0 without one. Raises a usage error."""
    if day is None:
        return 0
    from datetime import UTC

    try:
        midnight = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC)
    except ValueError:
        raise typer.BadParameter("--since wants a day, such as 2026-11-01") from None
    return round(midnight.timestamp() * 1000)


def _rehearsed(records: Records, changed: Protocol, first_at: int) -> list[Rehearsal]:
    from monitor.service.protocols import load_protocols
    from monitor.service.rehearsal import rehearsable, rehearse_session

    protocols, told_at = load_protocols(), time.monotonic()
    chosen = [
        session
        for session in records.sessions()
        if session.started_at >= first_at and rehearsable(session, changed)
    ]
    found = []
    for number, session in enumerate(chosen, start=1):
        found.append(rehearse_session(records, protocols, session, changed))
        if time.monotonic() - told_at >= PROGRESS_EVERY_S:
            told_at = time.monotonic()
            say(f"{number} of {len(chosen)} sessions")
    return found


def _result(changed: Protocol, rehearsals: Sequence[Rehearsal]) -> dict[str, Any]:
    from monitor.service.rehearsal import Verdict

    counts = [known.counts for known in rehearsals if not known.problem]
    return {
        "protocol": changed.name,
        "version": changed.version,
        "edition": changed.edition,
        "sessions": [_session_row(known) for known in rehearsals],
        "totals": {str(verdict): sum(of[str(verdict)] for of in counts) for verdict in Verdict},
        "rehearsed": len(counts),
        "hours": round(sum(known.hours for known in rehearsals if not known.problem), 2),
        "not_rehearsed": len(rehearsals) - len(counts),
    }


def _session_row(rehearsal: Rehearsal) -> dict[str, Any]:
    from monitor.service.rehearsal import Verdict, described

    changed = [
        described(known)
        for known in rehearsal.differences
        if known.verdict is not Verdict.UNCHANGED
    ]
    return {
        "session": rehearsal.session_id,
        "hours": round(rehearsal.hours, 2),
        "problem": rehearsal.problem or None,
        **rehearsal.counts,
        "changes": changed,
    }


def _put_result(result: dict[str, Any]) -> None:
    verdicts = list(result["totals"])
    rows: list[list[object]] = [["session", *verdicts]]
    for row in result["sessions"]:
        counts = [row[verdict] for verdict in verdicts]
        rows.append([row["session"], *(counts if row["problem"] is None else ["?"] * len(counts))])
    rows.append(["all", *result["totals"].values()])
    put_table(rows)
    for row in result["sessions"]:
        if row["problem"] is not None:
            say(f"{row['session']} was not rehearsed: {row['problem']}")
        for change in row["changes"]:
            put(f"{row['session']}  {_line(change)}")
    if not result["sessions"]:
        say(f"no session was run by a protocol named {result['protocol']}")


def _line(change: dict[str, Any]) -> str:
    moved = f" by {abs(change['seconds']):g} s" if change["seconds"] else ""
    priority = change["rehearsed_priority"] or change["recorded_priority"]
    if change["verdict"] in ("milder", "worse"):
        priority = f"{change['recorded_priority']} to {change['rehearsed_priority']}"
    at = change["recorded_at"] or change["rehearsed_at"]
    return f"{at}  {change['verdict']}{moved}  {change['kind']} {change['metric'] or ''} {priority}"
