"""Keeping the record: backups made and proven while the gateway runs, and put back. README.md says how."""

from monitor.keeping.archive import BackupDamagedError, Contents
from monitor.keeping.backup import Backup, BackupFailedError, back_up, working_folder
from monitor.keeping.locks import Lock, LockError, lock_by_keys, lock_by_passphrase, new_key
from monitor.keeping.lost import Lost
from monitor.keeping.restoring import (
    Restored,
    RestoreRefusedError,
    check_backup,
    restore_record,
)
from monitor.keeping.rotating import Rotated, rotate_journal_key

__all__ = [
    "Backup",
    "BackupDamagedError",
    "BackupFailedError",
    "Contents",
    "Lock",
    "LockError",
    "Lost",
    "RestoreRefusedError",
    "Restored",
    "Rotated",
    "back_up",
    "check_backup",
    "lock_by_keys",
    "lock_by_passphrase",
    "new_key",
    "restore_record",
    "rotate_journal_key",
    "working_folder",
]
