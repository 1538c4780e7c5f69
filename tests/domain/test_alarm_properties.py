"""What must hold for every session: hypothesis makes sessions with gaps, late and reordered data."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.alarm_system import AlarmSystem
from monitor.domain.alarms import Event
from monitor.domain.readings import Metric, Reading
from monitor.domain.session_state import SessionState
from monitor.service.checkpoints import dump, load
from tests.domain.builders import DEVICE, KETAMINE, SESSION, reading

Seen = tuple[str, str, str, str, int, int | None, int]

stretches = st.lists(
    st.tuples(
        st.sampled_from([97.0, 93.0, 92.0, 91.0, 89.0, 84.0, None, "gap"]),
        st.integers(min_value=1, max_value=40),
    ),
    min_size=1,
    max_size=12,
)
delays_ms = st.lists(st.sampled_from([5, 20, 200, 900, 2_500, 45_000]), min_size=1, max_size=50)


def session(
    parts: Sequence[tuple[float | str | None, int]], delays: Sequence[int]
) -> list[Reading]:
    """SpO2 at 1 Hz in stretches, each reading under way for one of the delays, in order of arrival."""
    readings, second = [], 0
    for value, seconds in parts:
        for _ in range(seconds):
            second += 1
            if value != "gap":
                arrives_s = second + delays[second % len(delays)] / 1000
                shown = None if value is None else float(value)
                readings.append(reading(Metric.SPO2, second, shown, arrives_s=arrives_s))
    return sorted(readings, key=lambda known: known.received_at)


def run(arrivals: Sequence[Reading], ticks_ms: int | None, until_ms: int = 0) -> list[Seen]:
    """Everything that changed, with ticks every so often or only as messages arrive."""
    system = AlarmSystem()
    system.watch(KETAMINE, SessionState(SESSION, 0)).expect(DEVICE, {"spo2": 1.0}, 0)
    now, seen = 0, []
    for known in arrivals:
        while ticks_ms is not None and now + ticks_ms < known.received_at:
            now += ticks_ms
            system.tick(now)
        system.observe(SESSION, [known], known.received_at)
        now = known.received_at
        seen += collect(system)
    system.tick(max(until_ms, now))
    return seen + collect(system)


def collect(system: AlarmSystem) -> list[Seen]:
    return [
        (
            c.occurrence.id,
            c.occurrence.kind,
            str(c.event),
            str(c.occurrence.priority),
            c.occurrence.onset,
            c.occurrence.raised_at,
            c.at,
        )
        for _, c in system.take_changes()
    ]


def physiological(seen: Sequence[Seen]) -> list[Seen]:
    return [known for known in seen if known[1] == "limit"]


@settings(max_examples=150, deadline=None)
@given(parts=stretches, delays=delays_ms, ticks_ms=st.sampled_from([90, 250, 1000]))
def test_what_happens_does_not_depend_on_how_often_time_is_let_pass(
    parts: list[tuple[float | str | None, int]], delays: list[int], ticks_ms: int
) -> None:
    arrivals = session(parts, delays)
    assert run(arrivals, ticks_ms) == run(arrivals, None)


@settings(max_examples=150, deadline=None)
@given(parts=stretches, delays=delays_ms, cut=st.integers(min_value=0, max_value=400))
def test_a_restart_from_a_checkpoint_changes_nothing(
    parts: list[tuple[float | str | None, int]], delays: list[int], cut: int
) -> None:
    arrivals = session(parts, delays)
    whole = AlarmSystem()
    whole.watch(KETAMINE, SessionState(SESSION, 0)).expect(DEVICE, {"spo2": 1.0}, 0)
    parted = AlarmSystem()
    alarms = parted.watch(KETAMINE, SessionState(SESSION, 0))
    alarms.expect(DEVICE, {"spo2": 1.0}, 0)
    for number, known in enumerate(arrivals):
        if number == cut:
            state = load(dump(alarms.state))
            parted = AlarmSystem()
            assert state is not None
            alarms = parted.watch(KETAMINE, state)
        whole.observe(SESSION, [known], known.received_at)
        parted.observe(SESSION, [known], known.received_at)
        assert collect(parted) == collect(whole)


@settings(max_examples=150, deadline=None)
@given(
    before=st.integers(min_value=1, max_value=300),
    breach=st.integers(min_value=1, max_value=120),
    value=st.sampled_from([91.0, 89.0, 84.0]),
)
def test_a_breach_that_outlasts_its_delay_raises_exactly_one_occurrence_in_time(
    before: int, breach: int, value: float
) -> None:
    parts = [(97.0, before), (value, breach), (97.0, 30)]
    seen = physiological(run(session(parts, [10]), 250))
    raised = [known for known in seen if known[2] == Event.DELAY_ENDED]
    delay = 0 if value == 84.0 else 15
    onset = (before + 1) * 1000
    if breach > delay:
        assert [(known[4], known[5]) for known in raised] == [(onset, onset + delay * 1000)]
    elif breach < delay:
        assert raised == []


@settings(max_examples=100, deadline=None)
@given(parts=stretches, late_by=st.integers(min_value=31_000, max_value=3_000_000))
def test_no_late_reading_raises_a_limit_alarm(
    parts: list[tuple[float | str | None, int]], late_by: int
) -> None:
    assert physiological(run(session(parts, [late_by]), 250, until_ms=10_000_000)) == []


@settings(max_examples=100, deadline=None)
@given(
    first=stretches,
    second=stretches,
    delays=delays_ms,
    shift=st.integers(min_value=0, max_value=999),
)
def test_how_the_messages_of_two_rooms_interleave_changes_nothing(
    first: list[tuple[float | str | None, int]],
    second: list[tuple[float | str | None, int]],
    delays: list[int],
    shift: int,
) -> None:
    rooms = {"s1": session(first, delays), "s2": session(second, delays)}
    merged = sorted(
        (
            (known.received_at + shift * (room == "s2"), room, known)
            for room, many in rooms.items()
            for known in many
        ),
        key=lambda entry: entry[0],
    )
    system = AlarmSystem()
    for room in rooms:
        system.watch(KETAMINE, SessionState(room, 0)).expect(DEVICE, {"spo2": 1.0}, 0)
    seen = []
    for _, room, known in merged:
        system.observe(room, [known], known.received_at)
        seen += collect(system)
    for room, many in rooms.items():
        alone = AlarmSystem()
        alone.watch(KETAMINE, SessionState(room, 0)).expect(DEVICE, {"spo2": 1.0}, 0)
        expected = []
        for known in many:
            alone.observe(room, [known], known.received_at)
            expected += collect(alone)
        assert [entry for entry in seen if entry[0].startswith(f"{room}-")] == expected


breaches = st.lists(
    st.tuples(
        st.integers(min_value=60, max_value=1_500),
        st.integers(min_value=1, max_value=300).filter(lambda seconds: seconds != 15),
        st.sampled_from([91.0, 89.0, 84.0]),
        st.integers(min_value=0, max_value=40),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=25, deadline=None)
@given(
    injected=breaches,
    delays=st.lists(st.integers(min_value=1, max_value=950), min_size=1, max_size=40),
)
def test_in_hours_with_gaps_and_reordering_every_long_breach_raises_exactly_one_occurrence_in_time(
    injected: list[tuple[int, int, float, int]], delays: list[int]
) -> None:
    parts: list[tuple[float | str | None, int]] = []
    expected, second = [], 0
    for calm, breach, value, gap in injected:
        parts += [(97.0, calm), ("gap", gap), (97.0, 30), (value, breach)]
        second += calm + gap + 30
        delay = 0 if value == 84.0 else 15
        if breach > delay:
            expected.append(((second + 1) * 1000, (second + 1 + delay) * 1000))
        second += breach
    parts.append((97.0, 30))
    seen = physiological(run(session([p for p in parts if p[1]], delays), 250))
    raised = [known for known in seen if known[2] == Event.DELAY_ENDED]
    assert [(known[4], known[5]) for known in raised] == expected
    assert all(known[6] - (known[5] or 0) <= 1000 for known in raised)


@settings(max_examples=60, deadline=None)
@given(parts=stretches, delays=delays_ms, acknowledge_each=st.integers(min_value=3, max_value=60))
def test_whatever_removes_a_signal_says_what_it_was(
    parts: list[tuple[float | str | None, int]], delays: list[int], acknowledge_each: int
) -> None:
    system = AlarmSystem()
    alarms = system.watch(KETAMINE, SessionState(SESSION, 0))
    alarms.expect(DEVICE, {"spo2": 1.0}, 0)
    shown: set[str] = set()
    for number, known in enumerate(session(parts, delays)):
        system.observe(SESSION, [known], known.received_at)
        if number % acknowledge_each == 0:
            for occurrence in alarms.signals():
                system.acknowledge(occurrence.id, "N-12", None, known.received_at)
        removed = {
            entry[0]: entry[2]
            for entry in collect(system)
            if entry[2] in {"acknowledged", "condition_ended", "voided", "session_ended"}
        }
        now_shown = {occurrence.id for occurrence in alarms.signals()}
        assert shown - now_shown <= set(removed)
        shown = now_shown
