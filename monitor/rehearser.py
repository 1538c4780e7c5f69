"""A rehearsal in a process of its own: ``python -m monitor.rehearser DIRECTORY FILE``.

The file says what is asked (``Asked``); each session's answer is a line of JSON (``ToldRehearsal``) as soon as it is
known. It reads the record, writes nothing, and gives way to whatever else wants the processor: monitoring comes first.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from monitor.service.past_sessions import protocol_of
from monitor.service.phrases import N_
from monitor.service.ports import Records, RecordsUnavailableError
from monitor.service.protocols import Protocol, read_protocol
from monitor.service.rehearsal import changed_protocol, rehearse_session, why_not
from monitor.service.rehearsal.telling import ASKED, TOLD, Asked, ToldRehearsal, told
from monitor.storage import open_records

GIVES_WAY = 15
"""How far its share of the processor is behind everybody else's."""
FAILED = N_("its rehearsal failed; the log of the dashboard says why")
GONE = N_("it is no longer on record")


def rehearsed(records: Records, asked: Asked) -> Iterable[ToldRehearsal]:
    """The sessions one after the other. One that breaks is told as such, and the others go on."""
    own = read_protocol(asked.text, asked.name)
    changed = changed_protocol(own, asked.changes)
    for session_id in asked.sessions:
        try:
            yield _rehearsed(records, own, changed, session_id)
        except RecordsUnavailableError:
            raise
        except Exception:
            logging.getLogger(__name__).exception("rehearsal of session %s failed", session_id)
            yield ToldRehearsal(session_id, problem=FAILED)


def run(directory: Path, file: Path, put: Callable[[str], object]) -> None:
    """Rehearse what the file asks for, one line for each session. Raises RecordsUnavailableError."""
    asked = ASKED.validate_json(file.read_bytes())
    records = open_records(directory)
    try:
        for known in rehearsed(records, asked):
            put(TOLD.dump_json(known).decode())
    finally:
        records.close()


def _rehearsed(
    records: Records, own: Protocol, changed: Protocol, session_id: str
) -> ToldRehearsal:
    session = records.session(session_id)
    problem = GONE if session is None else why_not(session)
    if session is None or problem:
        return ToldRehearsal(session_id, problem=problem)
    began_by = protocol_of(records, {own.name: own}, session)
    rehearsal = rehearse_session(records, {own.name: own}, session, changed)
    earlier = began_by is not None and began_by.alarms != own.alarms
    return told(rehearsal, earlier_text=earlier)


def main(directory: str, file: str) -> None:
    """Rehearse onto standard output, behind everybody else."""
    os.nice(GIVES_WAY)
    try:
        run(Path(directory), Path(file), lambda line: print(line, flush=True))  # noqa: T201 - for who started it
    except RecordsUnavailableError as error:
        sys.exit(f"the rehearsal cannot read the record: {error}")


if __name__ == "__main__":
    main(*sys.argv[1:])
