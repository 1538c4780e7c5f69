"""The queue on disk: what is written is never lost, what is acknowledged is never sent again."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from simulators.feeds import queue as queue_module
from simulators.feeds.queue import FrameQueue, QueueError


def reopened(queue: FrameQueue, path: Path) -> FrameQueue:
    queue.close()
    return FrameQueue(path)


def test_frames_survive_the_process(tmp_path: Path) -> None:
    path = tmp_path / "a.queue"
    queue = FrameQueue(path)
    stream = queue.stream
    assert [queue.add("[1]"), queue.add("[2]", "row 2"), queue.add("[3]", "row 3")] == [1, 2, 3]
    queue.acknowledge(1)
    queue.add("[4]", "row 4")
    queue = reopened(queue, path)
    assert queue.stream == stream
    assert dict(queue.pending) == {2: "[2]", 3: "[3]", 4: "[4]"}
    assert queue.position == "row 4"
    assert queue.add("[5]") == 5
    queue.close()


def test_numbers_go_on_after_everything_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "a.queue"
    queue = FrameQueue(path)
    queue.add("[1]")
    queue.acknowledge(1)
    queue = reopened(queue, path)
    queue = reopened(queue, path)
    assert queue.add("[2]") == 2
    queue.close()


def test_refused_frame_is_dropped_for_good_and_its_number_stays_used(tmp_path: Path) -> None:
    path = tmp_path / "a.queue"
    queue = FrameQueue(path)
    queue.add("[1]")
    assert queue.drop(1)
    assert not queue.drop(1)
    queue = reopened(queue, path)
    assert not queue.pending
    assert queue.add("[2]") == 2
    queue.close()


def test_line_cut_off_by_a_crash_is_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "a.queue"
    queue = FrameQueue(path)
    queue.add("[1]")
    queue.close()
    with path.open("a") as file:
        file.write('{"seq":2,"acknow')
    queue = FrameQueue(path)
    assert dict(queue.pending) == {1: "[1]"}
    assert queue.add("[2]") == 2
    queue = reopened(queue, path)
    assert dict(queue.pending) == {1: "[1]", 2: "[2]"}
    queue.close()


@pytest.mark.parametrize("content", ["no json\n", "[]\n", '{"stream":"s"}\n{"seq":1}\n'])
def test_damaged_file_is_refused_and_left_as_it_is(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.queue"
    path.write_text(content)
    with pytest.raises(QueueError, match="not a readable queue"):
        FrameQueue(path)
    assert path.read_text() == content


def test_second_owner_is_refused(tmp_path: Path) -> None:
    queue = FrameQueue(tmp_path / "a.queue")
    with pytest.raises(QueueError, match="in use"):
        FrameQueue(tmp_path / "a.queue")
    queue.close()


def test_gateway_that_knows_more_than_this_queue_meets_a_new_stream(tmp_path: Path) -> None:
    path = tmp_path / "a.queue"
    queue = FrameQueue(path)
    stream = queue.stream
    queue.add("[1]")
    assert queue.resume(9) == 0
    assert queue.stream != stream
    assert dict(queue.pending) == {1: "[1]"}
    again = queue.stream
    queue = reopened(queue, path)
    assert (queue.stream, dict(queue.pending)) == (again, {1: "[1]"})
    queue.close()


class QueueModel(RuleBasedStateMachine):
    """Against a dictionary in memory, with restarts and small files that are compacted all the time."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = TemporaryDirectory()
        self.path = Path(self.directory.name) / "a.queue"
        self.queue = FrameQueue(self.path)
        self.expected: dict[int, str] = {}
        self.last = 0

    @rule(value=st.integers(0, 9))
    def add(self, value: int) -> None:
        self.last += 1
        assert self.queue.add(f"[{value}]") == self.last
        self.expected[self.last] = f"[{value}]"

    @rule(back=st.integers(0, 5))
    def acknowledge(self, back: int) -> None:
        seq = max(0, self.last - back)
        covered = [one for one in self.expected if one <= seq]
        assert self.queue.acknowledge(seq) == len(covered)
        for one in covered:
            del self.expected[one]
        # What was acknowledged and not yet written down again may come back after a restart: write it down.
        self.add(0)

    @rule(back=st.integers(0, 5))
    def drop(self, back: int) -> None:
        seq = self.last - back
        assert self.queue.drop(seq) == (self.expected.pop(seq, None) is not None)

    @rule()
    def restart(self) -> None:
        self.queue = reopened(self.queue, self.path)

    @invariant()
    def pending_is_what_was_added_and_not_acknowledged(self) -> None:
        assert dict(self.queue.pending) == self.expected

    def teardown(self) -> None:
        self.queue.close()
        self.directory.cleanup()


def test_queue_agrees_with_a_dictionary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_module, "_COMPACT_BYTES", 400)
    run_state_machine_as_test(QueueModel, settings=settings(max_examples=30, deadline=None))
