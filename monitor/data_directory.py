"""The data directory: what lies in it, who may write it, and where its living gateway is.

``directory.json`` says since its creation whether the data are simulated; ``gateway.lock`` is held by the one process
that writes and dies with it; ``gateway.json`` says where that process listens when it is a gateway.
"""

from __future__ import annotations

import json
import os
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path

from monitor.service.journal_keys import KEY_BYTES, JournalKeys

VERSION = 1
RESTORING = "restoring.json"
"""Lies in a directory while its record is being replaced; where it stays, that was not finished."""
_LOCK_POLL_S = 0.05


class DirectoryError(RuntimeError):
    """The data directory cannot be used; the message is one sentence for the person who named it."""


class DirectoryBusyError(DirectoryError):
    """Another process writes this data directory."""


@dataclass(frozen=True, slots=True)
class GatewayAddress:
    """A living gateway as ``gateway.json`` describes it; ``credential`` lets local programs give orders."""

    pid: int
    host: str
    port: int
    gateway_port: int
    url: str
    dashboard_url: str
    credential: str
    simulated: bool
    clock_speed: float
    version: str = ""
    """Of the program that runs; an older one did not say."""
    certificate: str = ""
    """The PEM file with which it speaks TLS; programs of this machine trust this certificate. Empty without TLS."""


@dataclass(frozen=True, slots=True)
class DataDirectory:
    """An existing data directory. Made by ``create`` or ``open_existing``."""

    path: Path
    simulated: bool

    @property
    def cookie_key(self) -> bytes:
        """The key that signs the cookies of signed-in operators."""
        key = self._key("cookie.key")
        if len(key) != KEY_BYTES:
            raise _damaged(self.path / "keys" / "cookie.key", len(key))
        return key

    @property
    def journal_key(self) -> bytes:
        """The key of the journal's hash chain, behind those that were in force before it: see ``JournalKeys``."""
        content = self._key("journal.key")
        try:
            JournalKeys.read(content)
        except ValueError:
            raise _damaged(self.path / "keys" / "journal.key", len(content)) from None
        return content

    @property
    def first_journal_key(self) -> bytes:
        """What stays when the key changes: by it this record is told from others."""
        return self.journal_key[:KEY_BYTES]

    @property
    def research_secret(self) -> bytes:
        """What de-identified exports are drawn from; made of the journal's key, which the dashboard need not know.

        Of the first: whoever is in a study keeps their reference and their days in it when the key changes.
        """
        return blake2b(self.first_journal_key, digest_size=KEY_BYTES, person=b"research").digest()

    def rotate_cookie_key(self) -> None:
        """Make it anew: every sign-in ends. Call with the lock held, and nobody running. Raises DirectoryError."""
        self._write_key("cookie.key", secrets.token_bytes(KEY_BYTES))

    def introduce_journal_key(self) -> None:
        """Put a new key behind the others, not in force yet. With the lock held. Raises DirectoryError."""
        kept = JournalKeys.read(self.journal_key).kept
        coming = JournalKeys(kept, secrets.token_bytes(KEY_BYTES))
        self._write_key("journal.key", coming.content())

    def settle_journal_keys(self, keys: JournalKeys) -> None:
        """Keep what the record goes on with, where a key was coming. With the lock held. Raises DirectoryError."""
        if keys != JournalKeys.read(self.journal_key):
            self._write_key("journal.key", keys.content())

    def _write_key(self, name: str, content: bytes) -> None:
        try:
            write_whole(self.path / "keys" / name, content)
        except OSError as error:
            raise DirectoryError(f"{self.path} cannot be written: {error.strerror}") from None

    def _key(self, name: str) -> bytes:
        return (self.path / "keys" / name).read_bytes()

    @contextmanager
    def writing(self, *, wait_s: float = 0) -> Iterator[None]:
        """Be the only writer. Raises DirectoryBusyError when another process still is after ``wait_s``.

        Raises DirectoryError on a disk that cannot be written.
        """
        # Here: what only reads need not load it.
        from filelock import FileLock, Timeout

        lock = FileLock(self.path / "gateway.lock", mode=0o600)
        try:
            lock.acquire(timeout=wait_s, poll_interval=_LOCK_POLL_S)
        except Timeout:
            raise DirectoryBusyError(f"another process writes {self.path}") from None
        except OSError as error:
            raise DirectoryError(f"{self.path} cannot be written: {error.strerror}") from None
        try:
            yield
        finally:
            lock.release()

    def announce(self, address: GatewayAddress) -> None:
        """Say where the gateway listens. Call with the lock held, once it listens."""
        write_whole(self.path / "gateway.json", json.dumps(asdict(address), indent=1) + "\n")

    def withdraw(self) -> None:
        """Take the announcement back. Call with the lock held."""
        # On a disk that has turned read-only it stays; without the lock nobody believes it.
        with suppress(OSError):
            (self.path / "gateway.json").unlink(missing_ok=True)

    def living_gateway(self) -> GatewayAddress | None:
        """The gateway that holds the lock now; None when nobody does, whatever a stale file says."""
        try:
            with self.writing():
                return None
        except DirectoryBusyError:
            return self._announced()

    def _announced(self) -> GatewayAddress | None:
        try:
            address = GatewayAddress(**json.loads((self.path / "gateway.json").read_text()))
            os.kill(address.pid, 0)
        except (FileNotFoundError, ProcessLookupError):
            return None
        except PermissionError:
            raise DirectoryError(f"{self.path} belongs to another user's gateway") from None
        except (TypeError, ValueError) as error:
            raise DirectoryError(f"{self.path / 'gateway.json'} is damaged: {error}") from None
        return address


def _damaged(key: Path, size: int) -> DirectoryError:
    return DirectoryError(f"{key} is damaged: it has {size} bytes")


def wait_for_gateway(directory: DataDirectory, deadline: float) -> GatewayAddress | None:
    """The living gateway, waiting for one that is just starting until ``deadline`` (``time.monotonic`` seconds)."""
    while (found := directory.living_gateway()) is None and time.monotonic() < deadline:
        time.sleep(_LOCK_POLL_S)
    return found


def open_existing(path: Path) -> DataDirectory:
    """The data directory at this path. Raises DirectoryError when there is none or it is damaged."""
    description = path / "directory.json"
    if (path / RESTORING).exists():
        raise DirectoryError(
            f"a restore into {path} was not finished: run infusion-monitor restore again"
        )
    try:
        content = json.loads(description.read_text())
        version, simulated = content["version"], content["simulated"]
    except FileNotFoundError:
        raise DirectoryError(
            f"{path} is not a data directory; serve, demo, room add or operator add make one"
        ) from None
    except OSError as error:
        raise DirectoryError(f"{description}: {error.strerror}") from None
    except (KeyError, TypeError, ValueError):
        raise DirectoryError(f"{description} is damaged") from None
    if version != VERSION or not isinstance(simulated, bool):
        raise DirectoryError(f"{description} is of version {version}; this program knows {VERSION}")
    return DataDirectory(path, simulated)


def create(path: Path, *, simulated: bool | None) -> DataDirectory:
    """The data directory at this path, made where there is none.

    ``simulated`` True makes a simulated one, False or None a real one; None accepts either where one exists.
    Raises DirectoryError when an existing one is the other kind: simulated and real data never mix.
    """
    if not _exists(path):
        _make(path, simulated=bool(simulated))
    found = open_existing(path)
    if simulated is not None and found.simulated != simulated:
        kind = "simulated" if found.simulated else "real"
        raise DirectoryError(f"{path} was made for {kind} data and stays so")
    return found


def is_or_would_be_simulated(path: Path, *, simulated: bool | None) -> bool:
    """Whether ``create`` with the same arguments gives a simulated directory; nothing is made here.

    Raises DirectoryError where ``create`` would for an existing one.
    """
    return create(path, simulated=simulated).simulated if _exists(path) else bool(simulated)


def _exists(path: Path) -> bool:
    return any((path / name).exists() for name in ("directory.json", RESTORING))


def _make(path: Path, *, simulated: bool) -> None:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if list(path.glob("*.sqlite3")):
            raise DirectoryError(f"{path} has a database but no directory.json; restore it first")
        furnish(path, simulated=simulated)
    except OSError as error:
        raise DirectoryError(f"{path} cannot be made a data directory: {error.strerror}") from None


def furnish(path: Path, *, simulated: bool) -> None:
    """Give a folder what a data directory has but its record: keys that it lacks, and its kind. Raises OSError."""
    keys = path / "keys"
    keys.mkdir(mode=0o700, exist_ok=True)
    for name in ("cookie.key", "journal.key"):
        if not (keys / name).exists():
            write_whole(keys / name, secrets.token_bytes(KEY_BYTES))
    # Last: its existence says that all the rest is there.
    description = json.dumps({"version": VERSION, "simulated": simulated})
    write_whole(path / "directory.json", description + "\n", mode=0o644)


def write_whole(path: Path, content: str | bytes, *, mode: int = 0o600) -> None:
    """Write a file so that readers, and a power cut, see the old content or the new one and nothing between."""
    data = content.encode() if isinstance(content, str) else content
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Without it a power cut may take new names back. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
