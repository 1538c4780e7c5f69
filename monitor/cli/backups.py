"""The record kept and put back: backup, restore, the key that backups are encrypted to."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.common import (
    AsJson,
    Refusal,
    chosen_settings,
    data_path,
    existing_directory,
    put,
    put_json,
    say,
)

if TYPE_CHECKING:
    from monitor.domain.facts import DeviceRevoked, OperatorDisabled
    from monitor.keeping import Contents, Lock, Restored

PROGRESS_EVERY_S = 2.0
_COURTESY = 15

Passphrase = Annotated[
    bool,
    typer.Option("--passphrase", help="Encrypted by a passphrase: the first line on stdin."),
]
KeyFile = Annotated[
    Path | None,
    typer.Option("--key", metavar="FILE", help="Encrypted to a key: a file of age keys."),
]
SetAside = Annotated[
    bool, typer.Option("--set-aside", help="Keep the record that is there in a folder of its own.")
]
Check = Annotated[bool, typer.Option("--check", help="Prove the backup only; nothing is restored.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command()(backup)
    app.command()(restore)
    app.command("new-backup-key")(new_backup_key)
    app.command("keep-backup", hidden=True)(keep_backup)


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="It is complete or absent.")],
    passphrase: Passphrase = False,
    key: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """Copy the whole record, its keys and settings to a file, while the gateway runs; proven by restoring it beside."""
    from monitor.keeping import BackupFailedError, back_up
    from monitor.keeping.care import remember_backup

    directory, lock = existing_directory(context), _lock(key, passphrase=passphrase, closing=True)
    try:
        done = back_up(directory, file, lock, now=_now(), progress=_Progress())
        remember_backup(directory.path, done)
    except BackupFailedError as error:
        raise Refusal(str(error)) from None
    except OSError as error:
        raise Refusal(f"{file} is there, and cannot be remembered: {error.strerror}") from None
    if not done.proven:
        say("it was not restored for proof: only the owner of the secret key can open it")
    if as_json:
        told = {"bytes": done.bytes, "encrypted": done.encrypted, "proven": done.proven}
        put_json({"file": str(file), **_told(done.contents), **told})
    else:
        put(f"{file}: batch {done.contents.batch}, {done.bytes / 1000:,.0f} kB")


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    passphrase: Passphrase = False,
    key: KeyFile = None,
    set_aside: SetAside = False,
    check: Check = False,
    as_json: AsJson = False,
) -> None:
    """Prove a backup whole and make it the record of the data directory. Not while its gateway runs."""
    from monitor.console import console_user
    from monitor.keeping import RestoreRefusedError, restore_record
    from monitor.logs import log_to_stderr

    log_to_stderr("error")
    lock = _lock(key, passphrase=passphrase, closing=False)
    try:
        if check:
            _put_checked(file, lock, as_json=as_json)
            return
        done = restore_record(
            file,
            data_path(context),
            lock,
            by=console_user(),
            now=_now(),
            set_aside=set_aside,
            progress=_Progress(),
        )
    except RestoreRefusedError as error:
        raise Refusal(str(error)) from None
    _warn(done)
    if as_json:
        put_json(_restored(done))
    else:
        put(
            f"restored to batch {done.contents.batch}, recorded to {_time(done.contents.recorded_to)}"
        )


def keep_backup(context: typer.Context) -> None:
    """The gateway's own program: one backup by the settings, and none more than are to be kept."""
    from monitor.bootstrap import exit_when_told
    from monitor.keeping import BackupFailedError
    from monitor.keeping.schedule import keep_one
    from monitor.logs import log_to_stderr

    exit_when_told()
    # Behind whatever watches patients.
    os.nice(_COURTESY)
    settings = chosen_settings(context, {})
    log_to_stderr(settings.log_level)
    try:
        keep_one(existing_directory(context), settings, now=_now())
    except BackupFailedError as error:
        raise Refusal(f"backup: {error}") from None


def new_backup_key(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the secret key is written.")],
) -> None:
    """Make a key for backups: the secret one is kept elsewhere, the public one is printed for backup_recipient."""
    from monitor.keeping import new_key

    del context
    secret, public = new_key()
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as made:
            made.write(f"# public key: {public}\n{secret}\n")
    except OSError as error:
        raise Refusal(f"{file}: {error.strerror}") from None
    say(f"{file} opens the backups: keep it away from this machine, and a copy on paper")
    put(public)


def _put_checked(file: Path, lock: Lock, *, as_json: bool) -> None:
    from monitor.keeping import check_backup

    with tempfile.TemporaryDirectory(prefix="infusion-monitor-check-") as folder:
        contents = check_backup(file, Path(folder), lock, _Progress())
    if as_json:
        put_json({"file": str(file), **_told(contents)})
    else:
        put(f"{file} is whole: batch {contents.batch}, recorded to {_time(contents.recorded_to)}")


def _lock(key: Path | None, *, passphrase: bool, closing: bool) -> Lock:
    from monitor.keeping import Lock, LockError, lock_by_keys, lock_by_passphrase

    if key is not None and passphrase:
        raise typer.BadParameter("either --passphrase or --key")
    try:
        if passphrase:
            return lock_by_passphrase(sys.stdin.readline().rstrip("\n"), closing=closing)
        return Lock() if key is None else lock_by_keys(key.read_text(encoding="ascii"))
    except LockError as error:
        raise Refusal(str(error) if key is None else f"{key}: {error}") from None
    except UnicodeDecodeError:
        raise Refusal(f"{key}: it is no file of age keys") from None
    except OSError as error:
        raise Refusal(f"{key}: {error.strerror}") from None


def _warn(done: Restored) -> None:
    """What nobody is to find out by and by."""
    if done.aside is not None:
        say(f"the record that was there lies in {done.aside}")
    lost = done.lost
    if lost.is_known and lost.recorded_to is not None:
        say(
            f"not in this record: {lost.batches} batches with {lost.readings} readings and "
            f"{sum(lost.facts.values())} facts up to {_time(lost.recorded_to)}"
        )
        for kind, count in sorted(lost.facts.items()):
            say(f"not in this record: {count} x {kind}")
    elif lost.batches:
        say(f"not in this record: {lost.batches} batches that the journal's head knows of")
    else:
        say(f"what was recorded after {_time(done.contents.recorded_to)} is not in this record")
    _warn_of_erased(done)
    for body in lost.barred:
        say(f"shut out again, as it was: {_who(body)}")
    say(
        "passwords, roles, devices, tokens and the journal's key stand as of the backup: "
        f"{'change again what was changed' if lost.is_known else 'revoke and disable again what was'} since; "
        "everybody signs in again; a dashboard that runs alone must be started again"
    )


def _warn_of_erased(done: Restored) -> None:
    erased = done.erased
    if erased.patients:
        say(f"erased again, as they were: {erased.patients} patients; the backup still has them")
    if erased.left:
        facts = ", ".join(map(str, erased.left))
        say(f"may still name a patient who was erased: facts {facts}")
    if done.lost.not_erased:
        say(done.lost.not_erased)
        say("the doctor tells of it until infusion-monitor erase --settled says that it is done")
    if done.aside is not None and (erased.patients or done.lost.not_erased):
        say(f"{done.aside} may still hold who was erased: remove it when it is not needed")


def _who(body: DeviceRevoked | OperatorDisabled) -> str:
    from monitor.domain.facts import DeviceRevoked

    return f"device {body.device_id}" if isinstance(body, DeviceRevoked) else body.name


def _told(contents: Contents) -> dict[str, Any]:
    return {
        "made_at": _time(contents.made_at),
        "recorded_to": _time(contents.recorded_to),
        "simulated": contents.simulated,
        "batch": contents.batch,
        "mac": contents.mac,
    }


def _restored(done: Restored) -> dict[str, Any]:
    lost = done.lost
    return {
        **_told(done.contents),
        "set_aside": None if done.aside is None else str(done.aside),
        "lost": {
            "batches": lost.batches,
            "readings": lost.readings,
            "recorded_to": None if lost.recorded_to is None else _time(lost.recorded_to),
            "facts": lost.facts,
        },
        "erased_again": done.erased.patients,
        "not_erased": lost.not_erased or None,
    }


def _now() -> int:
    return round(time.time() * 1000)


def _time(instant: int) -> str:
    from monitor.wire.base import rfc3339

    return rfc3339(instant)


class _Progress:
    """Says how far it is every other second."""

    def __init__(self) -> None:
        self._told_at = time.monotonic()

    def __call__(self, what: str, share: float) -> None:
        now = time.monotonic()
        if now - self._told_at >= PROGRESS_EVERY_S:
            self._told_at = now
            say(f"{what}: {share:.0%}" if share else f"{what} ...")
