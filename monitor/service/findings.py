"""What the doctor finds, in words: each finding is a code with values, well or with what is to be done about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from monitor.service.phrases import N_

Value = str | int | float


class Finding(NamedTuple):
    """One thing that was looked at."""

    code: str
    values: Mapping[str, Value] = {}

    @property
    def is_well(self) -> bool:
        """Whether nothing is to be done."""
        return not FINDINGS[self.code].do


class Words(NamedTuple):
    """What a code says; ``do`` is empty where all is well."""

    what: str
    said: str
    do: str = ""


_GATEWAY = N_("Gateway")
_DATABASE = N_("Database")
_CHAIN = N_("Chain of hashes")
_BACKUP = N_("Backup")
_DISK = N_("Disk")
_CLOCK = N_("Clock")
_FILES = N_("Files")
_NOTICES = N_("Notices")
_CERTIFICATE = N_("Encryption")
_HISTORY = N_("Restored record")
_ERASURE = N_("Erased patient")

FINDINGS: dict[str, Words] = {
    "gateway_well": Words(_GATEWAY, N_("Runs and is well, version {version}.")),
    "gateway_degraded": Words(
        _GATEWAY,
        N_("Runs and is not well: {why}"),
        N_("Look into its log. It recovers by itself when the cause is gone."),
    ),
    "gateway_silent": Words(
        _GATEWAY,
        N_("Its process lives and does not answer."),
        N_("Watch patients at their bedside monitors and restart it."),
    ),
    "gateway_other_version": Words(
        _GATEWAY,
        N_("Runs version {version}; {installed} is installed."),
        N_("Restart it when no session is open."),
    ),
    "gateway_none": Words(
        _GATEWAY,
        N_("Does not run."),
        N_("Start it: infusion-monitor serve, or its service."),
    ),
    "database_well": Words(
        _DATABASE,
        N_("Schema {schema}, SQLite {sqlite}, one writer and readers that cannot write."),
    ),
    "database_none": Words(
        _DATABASE, N_("Nothing was recorded yet."), N_("It is made when the gateway starts.")
    ),
    "database_old": Words(
        _DATABASE,
        N_("Schema {schema}; this version wants {newest}."),
        N_("Make a backup, then start the gateway or run infusion-monitor migrate."),
    ),
    "database_unreadable": Words(
        _DATABASE, N_("Cannot be read: {why}"), N_("Restore a backup: infusion-monitor restore.")
    ),
    "chain_well": Words(
        _CHAIN, N_("Ends with batch {batch}, which the head outside of the database knows.")
    ),
    "chain_broken": Words(
        _CHAIN,
        N_("Not as the head outside of the database says: {why}"),
        N_("Keep a copy of the data directory, then restore a backup."),
    ),
    "backup_well": Words(
        _BACKUP, N_("{hours} hours old, up to batch {batch}, proven by restoring it beside.")
    ),
    "backup_not_proven": Words(
        _BACKUP,
        N_(
            "{hours} hours old, up to batch {batch}; only its key's owner can restore it for proof."
        ),
        N_("Where the secret key is: infusion-monitor restore --check --key FILE."),
    ),
    "backup_none": Words(
        _BACKUP,
        N_("There is none."),
        N_("Set backup_directory, or run infusion-monitor backup FILE."),
    ),
    "backup_awaited": Words(
        _BACKUP,
        N_("None was made yet."),
        N_("The gateway has one made a minute after its start: look again then."),
    ),
    "backup_old": Words(
        _BACKUP,
        N_("The newest is {hours} hours old."),
        N_("Set backup_directory, or run infusion-monitor backup FILE."),
    ),
    "backup_older_key": Words(
        _BACKUP,
        N_(
            "The newest was made before the journal's key was changed at {when}. It has its own key in it and can be "
            "restored, but the record would go on under that older key."
        ),
        N_(
            "Make another now: infusion-monitor backup FILE. "
            "After restoring an older one, run infusion-monitor secrets rotate."
        ),
    ),
    "backup_failing": Words(
        _BACKUP,
        N_("The last one failed: {why}"),
        N_("See to the folder of backup_directory; another is tried within the hour."),
    ),
    "backup_gone": Words(
        _BACKUP,
        N_("The newest is not where it was written: {file}"),
        N_("Find it, or make another: infusion-monitor backup FILE."),
    ),
    "backup_other_record": Words(
        _BACKUP,
        N_(
            "Of this record there is none: the newest, {file}, {hours} hours old, is of the record that was here "
            "before a restore, up to its batch {batch}."
        ),
        N_(
            "Make one now: infusion-monitor backup FILE. The other still holds what was recorded before the restore, "
            "also patients who were erased since."
        ),
    ),
    "backup_by_hand": Words(
        _BACKUP, N_("None comes by itself."), N_("Set backup_directory, on another disk.")
    ),
    "backup_same_disk": Words(
        _BACKUP,
        N_("Backups lie on the same disk as the record."),
        N_("Set backup_directory to another disk: a broken one takes both along."),
    ),
    "disk_well": Words(_DISK, N_("{free} GB are free.")),
    "disk_forecast": Words(_DISK, N_("{free} GB are free, at the present pace for {days} days.")),
    "disk_filling": Words(
        _DISK,
        N_("Filling up: {why}"),
        N_("Make room, or move the data directory to a larger disk while no session is open."),
    ),
    "clock_well": Words(_CLOCK, N_("Synchronised, and not behind the record.")),
    "clock_unknown": Words(
        _CLOCK,
        N_("Nobody here can tell whether it is synchronised."),
        N_("Have it synchronised (systemd-timesyncd, chrony)."),
    ),
    "clock_free": Words(
        _CLOCK,
        N_("Not synchronised."),
        N_("Have it synchronised (systemd-timesyncd, chrony)."),
    ),
    "clock_behind": Words(
        _CLOCK,
        N_("{seconds} s behind the newest moment on record."),
        N_("Set it right before the gateway starts."),
    ),
    "files_well": Words(_FILES, N_("Nobody but their owner may read keys and record.")),
    "files_open": Words(
        _FILES,
        N_("Others may read or write {files}."),
        N_("Take the rights away: chmod go= FILE, in the data directory."),
    ),
    "notices_well": Words(_NOTICES, N_("{count} addresses outside the house.")),
    "notices_none": Words(
        _NOTICES,
        N_("Alarms that nobody answers do not leave the house."),
        N_("Set notice_urls where somebody is to be called."),
    ),
    "certificate_well": Words(_CERTIFICATE, N_("The certificate is valid for {days} days.")),
    "certificate_expiring": Words(
        _CERTIFICATE,
        N_("The certificate is valid for {days} days only."),
        N_("Renew it, and restart gateway and dashboard when no session is open."),
    ),
    "certificate_bad": Words(
        _CERTIFICATE,
        N_("The certificate cannot be used: {why}"),
        N_("Renew it, and restart gateway and dashboard when no session is open."),
    ),
    "certificate_none": Words(
        _CERTIFICATE,
        N_("What goes over the network is not encrypted."),
        N_("Set tls_certificate and tls_key, or put a proxy that speaks TLS in front."),
    ),
    "erasure_unswept": Words(
        _ERASURE,
        N_(
            "An erasure was interrupted: free pages of the file may still hold something of the patient."
        ),
        N_("Stop the gateway when no session is open, and run infusion-monitor erase --finish."),
    ),
    "erasures_unsettled": Words(
        _ERASURE,
        N_(
            "The record was restored: patients who were erased between {since} and {until} may be in it again, "
            "and nothing here can tell who."
        ),
        N_(
            "Erase again whom the clinic's own papers name, then say so: infusion-monitor erase --settled."
        ),
    ),
    "record_restored": Words(
        _HISTORY,
        N_("From a backup that ends at batch {batch}; what followed it is not in the record."),
        N_("See that access is as it was, and tell whoever looks for those hours."),
    ),
}


def told(finding: Finding, translated: Callable[[str], str] = str) -> Words:
    """A finding in words, in the language of ``translated``."""
    what, said, do = FINDINGS[finding.code]
    return Words(
        translated(what),
        translated(said).format(**finding.values),
        translated(do) if do else "",
    )
