"""What any earlier version has recorded is read, proven and gone on with by this one."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from monitor import identity
from monitor.data_directory import open_existing
from monitor.domain.sessions import Phase
from monitor.keeping import Lock, back_up
from monitor.service.protocols import load_protocols
from monitor.service.restore import restore
from monitor.storage import migrate, open_journal, open_records, verify, verify_session
from monitor.storage.schema import NEWEST
from tests.keeping.clinics import quiet, restored
from tests.storage.builders import KEY, NOW, a_batch, a_reading, stored
from tests.storage.old_versions import filled, leave, revisions

EARLIER = revisions()[:-1]
RESTARTED = NOW + 3_600_000


@pytest.fixture(params=EARLIER)
def left(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A data directory as an earlier version left it."""
    revision: str = request.param
    data = tmp_path / "data"
    (data / "keys").mkdir(parents=True)
    (data / "keys/journal.key").write_bytes(KEY)
    (data / "directory.json").write_text(json.dumps({"version": 1, "simulated": True}))
    return leave(revision, data)


def test_each_revision_but_the_newest_has_what_its_version_wrote() -> None:
    """A new revision wants a file that the version before it filled: see the first lines of the others."""
    assert revisions()[-1] == NEWEST
    assert [revision for revision in EARLIER if not filled(revision).exists()] == []


def test_it_is_migrated_and_proven_whole_session_by_session(left: Path) -> None:
    before = migrate(left, KEY).before
    assert before in EARLIER
    assert verify(left, KEY).fault is None
    with closing(open_records(left)) as records:
        found = [verify_session(left, KEY, session.id) for session in records.sessions()]
    assert len(found) >= 2
    assert [proof.fault for proof in found] == [None] * len(found)


def test_everything_in_it_is_read(left: Path) -> None:
    revision = migrate(left, KEY).before or ""
    with closing(open_records(left)) as records:
        known = {session.id: session for session in records.sessions()}
        for session in known:
            assert records.facts(session)
            records.trace(session)
        assert len(records.readings("s1")) >= 3
        assert records.alarms("s1")
        assert records.rejected_count() == 1
        if revision >= "0002":
            assert known["s1"].phase is Phase.DISCHARGED
            # What was nobody's was given to it, the voided entry is there and is marked.
            assert len(records.readings("s1")) == 6
            assert records.voided_seqs("s1") == {1}
            assert (known["s2"].patient, known["s2"].visit, known["s2"].room_id) == (
                "P-4",
                None,
                "r1",
            )
            assert known["s3"].paper
            assert [visit.id for visit in records.visits(open_only=True)] == ["v1", "v2"]
        if revision >= "0003":
            assert set(records.signers()) == {"s1"}
            assert [outcome.counts for outcome in records.outcomes()] == [True, False]


def test_a_gateway_goes_on_from_it_and_the_whole_is_proven(left: Path) -> None:
    with closing(open_journal(left, KEY)) as journal, closing(open_records(left)) as records:
        # An open session of the oldest file has an alarm whose number is none.
        if records.visits():
            monitor = restore(records, load_protocols(), identity, RESTARTED, simulated=True)
            monitor.tick(RESTARTED)
            batch = monitor.take_batch(RESTARTED)
            assert batch is not None
            assert journal.commit(batch).poisoned == ()
        late = stored(90, a_reading(3700))
        open_session = next(session for session in records.sessions() if session.is_open)
        journal.commit(a_batch([late._replace(session_id=open_session.id)], at=RESTARTED + 1))
        assert journal.compact(RESTARTED + 10 * 3_600_000) in (True, False)
    assert verify(left, KEY).fault is None


def test_a_backup_of_it_is_made_before_it_is_migrated_and_restored_into_this_version(
    left: Path, tmp_path: Path
) -> None:
    done = back_up(open_existing(left), tmp_path / "a.backup", Lock(), now=NOW, progress=quiet)
    assert done.proven
    assert done.contents.schema_revision in EARLIER
    restored(done.file, tmp_path / "new")
    assert verify(tmp_path / "new", KEY).fault is None
