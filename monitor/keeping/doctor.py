"""Looks a data directory over: what is well, and what is to be done."""

from __future__ import annotations

import json
import shutil
import sqlite3
import stat
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from monitor.config import FILE_NAME
from monitor.data_directory import DataDirectory, DirectoryError
from monitor.domain.facts import JournalKeyRotated, kind_of
from monitor.domain.readings import HOUR, SECOND, Instant
from monitor.keeping import care
from monitor.keeping.health import health_of
from monitor.keeping.unsettled import unsettled_erasures
from monitor.service.findings import Finding
from monitor.settings import Settings
from monitor.storage.chain import HEAD_NAME, NO_HEAD, JournalDamagedError, read_head
from monitor.storage.engine import DATABASE_NAME, read_only_connection
from monitor.storage.schema import NEWEST
from monitor.storage.sweeping import is_unswept
from monitor.tls import TlsError, tls_files, valid_until

_ANSWER_S = 3.0
_RESTORED_IS_NEWS_MS = 30 * care.DAY
_RENEWED_DAYS = 30
"""So long before it expires a certificate must be renewed."""
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_BEHIND_MS = 2 * SECOND
_PRIVATE = (
    *("keys", "keys/journal.key", "keys/cookie.key", HEAD_NAME, "gateway.json", FILE_NAME),
    *(f"{DATABASE_NAME}{end}" for end in ("", "-wal", "-shm")),
)


def examine(directory: DataDirectory, settings: Settings, now: Instant) -> list[Finding]:
    """Every finding, in the order in which they matter. Waits some seconds for a gateway that does not answer."""
    return [
        *_gateway(directory),
        *_record(directory, now),
        *_backups(directory.path, settings, now),
        *_disk(directory.path, now),
        *_clock(directory, now),
        *_files(directory.path),
        *_notices(directory, settings),
        *_certificate(settings, now),
    ]


def _gateway(directory: DataDirectory) -> Iterator[Finding]:
    try:
        address = directory.living_gateway()
    except DirectoryError as error:
        yield Finding("gateway_degraded", {"why": str(error)})
        return
    if address is None:
        yield Finding("gateway_none")
        return
    health = health_of(address)
    if health is None:
        yield Finding("gateway_silent")
    elif health["status"] != "ok":
        yield Finding("gateway_degraded", {"why": "; ".join(health["reasons"])})
    installed = version("infusion-monitor")
    if address.version != installed:
        known = {"version": address.version or "?", "installed": installed}
        yield Finding("gateway_other_version", known)
    elif health is not None and health["status"] == "ok":
        yield Finding("gateway_well", {"version": address.version})


def _record(directory: DataDirectory, now: Instant) -> Iterator[Finding]:
    database = directory.path / DATABASE_NAME
    if not database.exists():
        yield Finding("database_none")
        return
    try:
        with closing(read_only_connection(database)) as reader:
            reader.execute("BEGIN")
            (schema,) = reader.execute("SELECT version_num FROM alembic_version").fetchone()
            if schema != NEWEST:
                yield Finding("database_old", {"schema": schema, "newest": NEWEST})
            else:
                yield Finding("database_well", {"schema": schema, "sqlite": sqlite3.sqlite_version})
            yield _chain(directory, reader)
            yield from _restored(reader, now)
            yield from _erasures(reader)
        if is_unswept(directory.path):
            yield Finding("erasure_unswept")
    except (sqlite3.Error, TypeError) as error:
        yield Finding("database_unreadable", {"why": str(error)})


def _chain(directory: DataDirectory, reader: sqlite3.Connection) -> Finding:
    """The end of it only: ``verify`` walks the whole, which takes its time."""
    try:
        head = read_head(directory.path / HEAD_NAME, directory.journal_key)
    except (DirectoryError, JournalDamagedError, OSError) as error:
        return Finding("chain_broken", {"why": str(error)})
    if head == NO_HEAD:
        return Finding("chain_broken", {"why": f"{HEAD_NAME} is missing"})
    query = "SELECT lower(hex(mac)) FROM batches WHERE id = ?"
    found = reader.execute(query, (head.batch_id,)).fetchone()
    if found is None or found[0] != head.mac:
        return Finding("chain_broken", {"why": f"batch {head.batch_id} is not the one it knows"})
    return Finding("chain_well", {"batch": head.batch_id})


def _restored(reader: sqlite3.Connection, now: Instant) -> Iterator[Finding]:
    query = "SELECT at, body FROM facts WHERE kind = 'record_restored' ORDER BY id DESC LIMIT 1"
    for at, body in reader.execute(query):
        if now - at <= _RESTORED_IS_NEWS_MS:
            yield Finding("record_restored", {"batch": json.loads(body)["batch"]})


def _erasures(reader: sqlite3.Connection) -> Iterator[Finding]:
    unsettled = unsettled_erasures(reader)
    if unsettled is not None:
        since, until = map(_date, unsettled)
        yield Finding("erasures_unsettled", {"since": since, "until": until})


def _date(at: Instant) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M} UTC"


def _backups(data: Path, settings: Settings, now: Instant) -> Iterator[Finding]:
    status = care.read_status(data)
    known = {"hours": round((now - (status.made_at or now)) / HOUR), "batch": status.batch}
    every_ms = settings.backup_every_hours * HOUR
    if status.made_at is None:
        yield Finding("backup_awaited" if settings.backup_directory else "backup_none")
    elif not care.is_of_this_record(data, status):
        yield Finding("backup_other_record", {**known, "file": status.file})
    elif not Path(status.file).exists():
        yield Finding("backup_gone", {"file": status.file})
    elif now - status.made_at > 2 * every_ms:
        yield Finding("backup_old", known)
    else:
        yield Finding("backup_well" if status.proven else "backup_not_proven", known)
    yield from _older_key(data, status)
    if not settings.backup_directory:
        yield Finding("backup_by_hand")
        return
    if status.is_failing:
        yield Finding("backup_failing", {"why": status.error})
    folder = Path(settings.backup_directory)
    if folder.exists() and folder.stat().st_dev == data.stat().st_dev:
        yield Finding("backup_same_disk")


def _older_key(data: Path, status: care.BackupStatus) -> Iterator[Finding]:
    if status.made_at is None or not care.is_of_this_record(data, status):
        return
    query = "SELECT max(at) FROM facts WHERE kind = ? AND batch > ?"
    with suppress(sqlite3.Error), closing(read_only_connection(data / DATABASE_NAME)) as database:
        (at,) = database.execute(query, (kind_of(JournalKeyRotated), status.batch)).fetchone()
        if at is not None:
            yield Finding("backup_older_key", {"when": _date(at)})


def _disk(data: Path, now: Instant) -> Iterator[Finding]:
    found = care.forecast(care.sampled(data, now))
    free = round(shutil.disk_usage(data).free / 1e9, 1)
    if found.problem:
        yield Finding("disk_filling", {"why": found.problem})
    elif found.days_left is None:
        yield Finding("disk_well", {"free": free})
    else:
        yield Finding("disk_forecast", {"free": free, "days": round(found.days_left)})


def _clock(directory: DataDirectory, now: Instant) -> Iterator[Finding]:
    newest = _newest_instant(directory.path / DATABASE_NAME)
    # A simulated clock may have run ahead, and the record with it.
    if not directory.simulated and newest - now > _BEHIND_MS:
        yield Finding("clock_behind", {"seconds": round((newest - now) / SECOND)})
        return
    yield Finding(
        {True: "clock_well", False: "clock_free", None: "clock_unknown"}[_is_synchronised()]
    )


def _newest_instant(database: Path) -> Instant:
    try:
        with closing(read_only_connection(database)) as reader:
            (newest,) = reader.execute("SELECT max(at) FROM facts").fetchone()
    except sqlite3.Error:
        # Which ``_record`` has told already.
        return 0
    return newest or 0


def _is_synchronised() -> bool | None:
    """As systemd knows it; None where it does not run."""
    asked = ("timedatectl", "show", "--property=NTPSynchronized", "--value")
    try:
        answer = subprocess.run(  # noqa: S603 - always the same words
            asked, capture_output=True, text=True, timeout=_ANSWER_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return {"yes": True, "no": False}.get(answer.stdout.strip())


def _files(data: Path) -> Iterator[Finding]:
    found = [str(data)] if _is_open(data) else []
    found += [name for name in _PRIVATE if _is_open(data / name)]
    yield Finding("files_open", {"files": ", ".join(found)}) if found else Finding("files_well")


def _is_open(path: Path) -> bool:
    return path.exists() and bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _notices(directory: DataDirectory, settings: Settings) -> Iterator[Finding]:
    if settings.notice_urls:
        yield Finding("notices_well", {"count": len(settings.notice_urls)})
    elif not directory.simulated:
        yield Finding("notices_none")


def _certificate(settings: Settings, now: Instant) -> Iterator[Finding]:
    try:
        files = tls_files(settings.tls_certificate, settings.tls_key)
        if files is not None:
            days = (valid_until(files) - now) // care.DAY
            expiring = days < _RENEWED_DAYS
            yield Finding(
                "certificate_expiring" if expiring else "certificate_well", {"days": days}
            )
        elif not settings.gateway_url.startswith("wss:") and settings.host not in _LOOPBACK:
            yield Finding("certificate_none")
    except TlsError as error:
        yield Finding("certificate_bad", {"why": str(error)})
