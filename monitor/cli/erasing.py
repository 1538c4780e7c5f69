"""``infusion-monitor erase``: a patient is taken out of the record. ``retention``: for whom it is time."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.common import (
    AsJson,
    Refusal,
    chosen_settings,
    existing_directory,
    put,
    put_json,
    put_table,
    reading,
    say,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.data_directory import DataDirectory
    from monitor.domain.facts import PatientErased
    from monitor.keeping.erasing import Preview
    from monitor.settings import Settings
    from monitor.storage.left_mentions import LeftMention

_HOUR_MS = 3_600_000


Reference = Annotated[
    str, typer.Argument(metavar="REFERENCE", help="The patient, exactly as on record.")
]
OrderedBy = Annotated[str, typer.Option(metavar="NAME", help="The administrator who orders it.")]
Second = Annotated[
    str, typer.Option(metavar="NAME", help="Who has looked too: a clinician or administrator.")
]
Reason = Annotated[
    str, typer.Option(metavar="TEXT", help="Stays on record; must not name the patient.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Erase; without it is only shown what would go.")]
Finish = Annotated[bool, typer.Option("--finish", help="Finish an erasure that was interrupted.")]
Settled = Annotated[
    bool,
    typer.Option(
        "--settled",
        help="After a restore: say on record that whoever had been erased is erased again.",
    ),
]
OlderThan = Annotated[
    int | None,
    typer.Option(
        "--older-than",
        metavar="YEARS",
        min=1,
        max=200,
        help="Since the last session ended; without it, retention_years.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command()(erase)
    app.command()(retention)


def erase(
    context: typer.Context,
    reference: Reference = "",
    by: OrderedBy = "",
    second: Second = "",
    reason: Reason = "",
    yes: Yes = False,
    finish: Finish = False,
    settled: Settled = False,
    as_json: AsJson = False,
) -> None:
    """Take a patient out of the record for good, all others staying proven. Not while its gateway runs.

    A patient stays who is in a session, whose last one ended less than a day ago, or who has a visit to come.
    """
    from monitor.keeping.erasing import ErasureRefusedError, UnsweptError
    from monitor.logs import log_to_stderr

    log_to_stderr("warning")
    directory, settings = existing_directory(context), chosen_settings(context, {})
    if not (finish or settled) and not all((reference, by, second, reason)):
        raise typer.BadParameter(
            "erase needs REFERENCE, --by, --second and --reason, or --finish, or --settled"
        )
    try:
        if finish:
            _finish(directory, as_json=as_json)
        elif settled:
            _settle(directory, as_json=as_json)
        else:
            _erase(directory, settings, (reference, by, second, reason), yes=yes, as_json=as_json)
    except (ErasureRefusedError, UnsweptError) as error:
        raise Refusal(str(error)) from None


def _erase(
    directory: DataDirectory,
    settings: Settings,
    typed: tuple[str, str, str, str],
    *,
    yes: bool,
    as_json: bool,
) -> None:
    from monitor.console import console_user
    from monitor.keeping.erasing import (
        erase_patient,
        left_mentions,
        preview_erasure,
        refuse_beside_a_writer,
    )
    from monitor.service.erasing import ErasureAsked

    asked = ErasureAsked(*typed)
    if yes:
        # Before what only the patient's own sessions say: with a gateway that runs those may change.
        refuse_beside_a_writer(directory)
    preview = preview_erasure(directory, asked, _now())
    if not yes:
        _put_preview(preview, asked.reference, as_json=as_json)
        say("nothing was erased: look again, then give --yes too; it cannot be taken back")
        return
    say("the whole record is proven before and after; a large one takes some minutes")
    done = erase_patient(directory, asked, station=console_user(), now=_now())
    _put_done(done, left_mentions(directory, asked.reference), as_json=as_json)
    _tell_of_copies(directory, settings)


def retention(
    context: typer.Context, older_than: OlderThan = None, as_json: AsJson = False
) -> None:
    """List patients whose last session ended long ago, to be looked at and erased one by one; none goes by itself."""
    from monitor.service.erasing import due_patients

    years = older_than or chosen_settings(context, {}).retention_years
    if not years:
        raise typer.BadParameter("give --older-than YEARS, or set retention_years")
    with reading(context) as records:
        due = due_patients(records, years, _now())
    if as_json:
        put_json([{**one._asdict(), "last_ended_at": _time(one.last_ended_at)} for one in due])
        return
    if due:
        put_table([(one.reference, one.sessions, _time(one.last_ended_at)) for one in due])
    say(
        f"{len(due)} patients had their last session {years} years ago or earlier and no visit to come; "
        "each is erased by infusion-monitor erase, by two persons"
    )


def _put_preview(preview: Preview, reference: str, *, as_json: bool) -> None:
    from monitor.storage.mentions import BLOTTED

    found = preview.belongings
    counts = {
        "sessions": [session.id for session in preview.sessions],
        "visits": [visit.id for visit in preview.visits],
        "outcomes": preview.outcomes,
        "readings": found.readings,
        "facts": len(found.facts),
        "mentions": len(found.mentions),
    }
    if as_json:
        told = {"left": _left_told(preview.left), "texts_searched": found.texts_searched}
        put_json({"reference": reference, **counts, **told})
        return
    rows: list[tuple[object, ...]] = [
        ("session", session.id, _time(session.started_at), str(session.phase))
        for session in preview.sessions
    ]
    rows += [("visit", visit.id, _time(visit.planned_at), "") for visit in preview.visits]
    if rows:
        put_table(rows)
    put(
        f"{reference}: {len(preview.sessions)} sessions with {found.readings} readings, "
        f"{len(preview.visits)} visits, {preview.outcomes} outcome scores, {len(found.facts)} facts go"
    )
    if found.mentions:
        put(f"in {len(found.mentions)} facts of others the reference becomes {BLOTTED}")
    _put_left(preview.left)
    if not found.texts_searched:
        say("this reference is like any other word: texts of others are not searched for it")


def _left_told(left: Sequence[LeftMention]) -> list[dict[str, str]]:
    return [one._asdict() for one in left]


def _put_left(left: Sequence[LeftMention]) -> None:
    """What may be the patient and may be another, or stands where nothing can be erased: a person decides."""
    for one in left:
        whose = f" ({one.whose})" if one.whose else ""
        put(f"left: {one.what.replace('_', ' ')}{whose}, {one.field}: {one.shown}")
    if left:
        say(
            f"{len(left)} texts are left: each may speak of another patient, or is a name or a protocol, "
            "which is not erased; look at them"
        )


def _put_done(done: PatientErased, left: Sequence[LeftMention], *, as_json: bool) -> None:
    told: dict[str, Any] = {
        "sessions": list(done.sessions),
        "visits": done.visits,
        "outcomes": done.outcomes,
        "readings": done.readings,
        "mentions": len(done.mentions),
        "left": _left_told(left),
    }
    if as_json:
        put_json(told)
    else:
        put(
            f"erased: {len(done.sessions)} sessions with {done.readings} readings, {len(done.visits)} visits, "
            f"{len(done.outcomes)} outcome scores; the rest of the record is proven"
        )
        _put_left(left)


def _finish(directory: DataDirectory, *, as_json: bool) -> None:
    from monitor.keeping.erasing import finish_erasure

    was_unswept = finish_erasure(directory)
    if as_json:
        put_json({"finished": was_unswept})
    else:
        put("finished" if was_unswept else "nothing was left to be finished")


def _settle(directory: DataDirectory, *, as_json: bool) -> None:
    from monitor.console import console_user
    from monitor.keeping.erasing import settle

    was_open = settle(directory, station=console_user(), now=_now())
    if as_json:
        put_json({"settled": was_open})
    else:
        put("settled, and on record" if was_open else "no restore has left anything to settle")


def _tell_of_copies(directory: DataDirectory, settings: Settings) -> None:
    """What still holds the patient: nobody is to believe that a backup forgets."""
    from monitor.keeping.erasing import set_aside

    for folder in set_aside(directory):
        say(f"{folder} was set aside by a restore and still holds the patient: remove it")
    if settings.backup_directory:
        kept_ms = settings.backup_keep * settings.backup_every_hours * _HOUR_MS
        say(
            f"backups in {settings.backup_directory} from before now still hold the patient until about "
            f"{_time(_now() + round(kept_ms))}, when the last of {settings.backup_keep} is replaced"
        )
    say(
        "every backup, export and print made before now still holds the patient where it was kept; "
        "a dashboard that runs alone must be started again"
    )


def _now() -> int:
    return round(time.time() * 1000)


def _time(instant: int) -> str:
    return datetime.fromtimestamp(instant / 1000, UTC).strftime("%Y-%m-%d %H:%M")
