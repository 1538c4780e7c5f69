"""What only simulated directories have: emptied with ``reset``, and a first tester where nobody could sign in."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from monitor.cli.common import Refusal, Yes, ask, existing_directory, say

if TYPE_CHECKING:
    from monitor.data_directory import DataDirectory
    from monitor.domain.registry import Operator
    from monitor.opened import OpenedMonitor
    from monitor.wire.orders import Order

FIRST_TESTER = "Tester"
_USUAL_LANGUAGE = "en"
_PASSING = ("desk.json", "desk-rooms.json", "demo-tokens.json", "desk-queues")
"""What a simulation leaves beside the record."""


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command()(reset)


def reset(
    context: typer.Context,
    yes: Yes = False,
) -> None:
    """Empty a simulated data directory: rooms, devices, sessions and readings go, operators stay."""
    from monitor.console import NotDoneError
    from monitor.data_directory import DirectoryBusyError, DirectoryError
    from monitor.logs import log_to_stderr

    log_to_stderr("warning")
    directory = existing_directory(context)
    if not directory.simulated:
        raise Refusal(f"{directory.path} holds real data: they are never reset")
    try:
        with directory.writing():
            if not yes:
                ask(f"empty {directory.path}? Everything but its operators goes.")
            kept = _emptied(directory)
    except DirectoryBusyError as error:
        raise Refusal(f"{error}: stop its gateway first") from None
    except (DirectoryError, NotDoneError) as error:
        raise Refusal(str(error)) from None
    say(f"{directory.path} is empty; {kept} operators are kept")


def first_tester(directory: DataDirectory) -> str | None:
    """The password of a tester made in a simulated directory that nobody can sign in to; None for any other.

    A demonstration's operator does not count: its password is nobody's.
    """
    from monitor.console import console_user
    from monitor.data_directory import DirectoryBusyError
    from monitor.demo import OPERATOR
    from monitor.opened import opened_monitor
    from monitor.wire.orders import AddOperator

    try:
        with directory.writing(), opened_monitor(directory) as opened:
            if {operator.name for operator in opened.records.operators()} - {OPERATOR}:
                return None
            password = secrets.token_urlsafe(9)
            add = AddOperator(name=FIRST_TESTER, role="tester", password=password)
            opened.execute(add, by=console_user())
            return password
    except DirectoryBusyError:
        # Its gateway runs: whoever starts a second one is refused for that.
        return None


def _emptied(directory: DataDirectory) -> int:
    """Put a new record with the same operators in the old one's place; how many. Call with the lock held."""
    from monitor.data_directory import DataDirectory
    from monitor.opened import opened_monitor

    operators = _operators(directory)
    with tempfile.TemporaryDirectory(dir=directory.path, prefix=".reset-") as passing:
        fresh = DataDirectory(Path(passing), simulated=True)
        shutil.copytree(directory.path / "keys", fresh.path / "keys")
        with opened_monitor(fresh) as opened:
            for operator in operators:
                _keep(opened, operator)
        _replace(directory.path, fresh.path)
    return len(operators)


def _operators(directory: DataDirectory) -> Sequence[Operator]:
    from monitor.service.ports import RecordsUnavailableError
    from monitor.storage import open_records

    records = open_records(directory.path)
    try:
        return records.operators()
    except RecordsUnavailableError:
        # Nothing was ever stored.
        return ()
    finally:
        records.close()


def _keep(opened: OpenedMonitor, operator: Operator) -> None:
    """The same operator again, with the password's hash: the password itself is known to nobody here."""
    from monitor.console import NotDoneError, console_user
    from monitor.opened import CONSOLE_ROLE

    for by, order in _orders(operator, console_user()):
        now = opened.clock.now()
        outcome = opened.monitor.execute(
            order, by=by, role=CONSOLE_ROLE, now=now, password_hash=operator.password_hash
        )
        if not outcome.ok:
            raise NotDoneError(f"nothing was changed: {operator.name}: {outcome.message}")
        if (batch := opened.monitor.take_batch(now)) is not None:
            opened.journal.commit(batch)


def _orders(operator: Operator, console: str) -> Iterator[tuple[str, Order]]:
    from monitor.wire.orders import AddOperator, ChooseLanguage, DisableOperator

    name = operator.name
    unused = secrets.token_urlsafe(9)
    yield (
        console,
        AddOperator.model_validate({"name": name, "role": operator.role, "password": unused}),
    )
    if operator.language != _USUAL_LANGUAGE:
        yield name, ChooseLanguage.model_validate({"language": operator.language})
    if operator.disabled:
        yield console, DisableOperator(operator=name)


def _replace(path: Path, fresh: Path) -> None:
    """The record's files, one after another: cut off between two, this can simply be done again."""
    from monitor.storage.chain import HEAD_NAME
    from monitor.storage.engine import DATABASE_NAME

    for name in _PASSING:
        if (path / name).is_dir():
            shutil.rmtree(path / name)
        else:
            (path / name).unlink(missing_ok=True)
    for suffix in ("-wal", "-shm"):
        (path / f"{DATABASE_NAME}{suffix}").unlink(missing_ok=True)
    for name in (DATABASE_NAME, HEAD_NAME):
        (fresh / name).replace(path / name)
