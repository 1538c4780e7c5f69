"""The occurrence's state machine: every pair of state and event, legal or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.domain import alarms
from monitor.domain.alarms import (
    TRANSITIONS,
    AlarmType,
    Event,
    IllegalTransitionError,
    Occurrence,
    Reason,
    State,
    mermaid,
)
from monitor.domain.limits import Priority

EVERY_PAIR = [
    (state, event, latching) for state in State for event in Event for latching in (True, False)
]


def occurrence(state: State, *, latching: bool) -> Occurrence:
    priority = Priority.HIGH if latching else Priority.MEDIUM
    return Occurrence(
        "s1-a1",
        "k",
        "limit",
        "spo2",
        "d1",
        AlarmType.PHYSIOLOGICAL,
        priority,
        0,
        Reason("r"),
        state,
    )


@pytest.mark.parametrize(("state", "event", "latching"), EVERY_PAIR)
def test_every_pair_moves_by_the_table_or_raises_and_changes_nothing(
    state: State, event: Event, latching: bool
) -> None:
    known = occurrence(state, latching=latching)
    after = TRANSITIONS.get((state, event, latching))
    if after is None:
        with pytest.raises(IllegalTransitionError):
            known.happen(event)
        assert known.state is state
    else:
        known.happen(event)
        assert known.state is after


def test_an_unacknowledged_signal_leaves_only_by_acknowledgement_or_the_session_when_it_latches() -> (
    None
):
    leaving = {
        event
        for (state, event, latching), after in TRANSITIONS.items()
        if latching and after is State.ENDED and state in {State.ACTIVE, State.LATCHED}
    }
    assert leaving == {Event.ACKNOWLEDGED, Event.SESSION_ENDED}


def test_nothing_happens_to_an_occurrence_that_has_ended() -> None:
    assert not [pair for pair in TRANSITIONS if pair[0] is State.ENDED]


@pytest.mark.parametrize("kind", list(AlarmType))
@pytest.mark.parametrize("priority", list(Priority))
def test_only_high_physiological_alarms_latch(kind: AlarmType, priority: Priority) -> None:
    known = Occurrence("a", "k", "limit", None, "d1", kind, priority, 0, Reason("r"))
    assert known.is_latching is (kind == "physiological" and priority == "high")


def test_the_worst_priority_reached_is_kept() -> None:
    known = occurrence(State.ACTIVE, latching=False)
    seen = []
    for priority in (Priority.LOW, Priority.HIGH, Priority.MEDIUM):
        known.worsen_to(priority)
        seen.append(known.priority)
    assert seen == [Priority.MEDIUM, Priority.HIGH, Priority.HIGH]


def test_the_diagram_in_the_readme_is_the_table() -> None:
    readme = Path(alarms.__file__).with_name("README.md").read_text(encoding="utf-8")
    assert f"```mermaid\n{mermaid()}\n```" in readme
