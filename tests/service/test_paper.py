"""A session that was kept on paper and is entered afterwards, with its real times."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from monitor.domain.readings import HOUR, MINUTE
from tests.service.clinic import Clinic, value
from tests.service.course import done, dumped, enter, give, refused, room, when


@pytest.fixture
def paper(clinic: Clinic) -> Clinic:
    """A session on paper in room 1 that began three hours ago."""
    done(give(clinic, "cancel_session", reason="the test's own"))
    begun = when(clinic, 180)
    outcome = give(clinic, "start_session", room="1", patient="P-3", weight_kg=70, paper_from=begun)
    clinic.session = done(outcome)["session"]
    return clinic


def go_on(clinic: Clinic, phase: str, minutes_ago: float) -> Any:
    return give(clinic, "enter_phase", phase=phase, at=when(clinic, minutes_ago))


def test_phases_have_their_real_times_also_after_a_restart(paper: Clinic) -> None:
    begun = paper.now - 180 * MINUTE
    for phase, ago in (
        ("baseline", 170),
        ("infusion", 160),
        ("observation", 120),
        ("discharged", 60),
    ):
        done(go_on(paper, phase, ago))
    for _ in range(2):
        session = paper.monitor.ward.sessions[paper.session]
        times = [(entry.at - begun) // MINUTE for entry in session.phases]
        assert times == [0, 10, 20, 60, 120]
        assert session.paper
        paper.restart()
    kept = paper.records.session(paper.session)
    assert kept is not None
    assert kept.phases == paper.monitor.ward.sessions[paper.session].phases


def test_a_phase_needs_its_time_and_none_before_the_one_before_it(paper: Clinic) -> None:
    assert refused(give(paper, "enter_phase", phase="baseline")) == "time_wanted"
    assert refused(go_on(paper, "baseline", 181)) == "too_old"
    assert refused(go_on(paper, "baseline", -1)) == "future_time"
    done(go_on(paper, "baseline", 170))


def test_only_a_session_on_paper_is_entered_afterwards(clinic: Clinic) -> None:
    assert refused(go_on(clinic, "baseline", 1)) == "not_paper"


def test_paper_older_than_a_week_is_not_entered(clinic: Clinic) -> None:
    done(give(clinic, "cancel_session", reason="the test's own"))
    for ago, code in ((8 * 24 * 60, "too_old"), (-5, "future_time")):
        begun = when(clinic, ago)
        outcome = give(clinic, "start_session", room="1", patient="P-3", paper_from=begun)
        assert refused(outcome) == code


def test_entries_need_their_time_too_and_raise_nothing(paper: Clinic) -> None:
    known: dict[str, Any] = {"entry": str(uuid4()), "spo2": 80, "pulse_rate": 150}
    assert refused(give(paper, "enter_vitals", **known)) == "time_wanted"
    enter(paper, "vitals", spo2=80, pulse_rate=150, measured_at=when(paper, 100))
    enter(paper, "score", score="moaas", value=1, measured_at=when(paper, 90))
    paper.wait(30)
    assert paper.alarms() == {}
    (entry, _) = paper.monitor.ward.charts[paper.session].entries.values()
    assert entry.measured_at == paper.now - 100 * MINUTE - 30_000


def test_nothing_is_watched_in_it_and_the_list_says_so(paper: Clinic) -> None:
    gaps = [gap for gap in paper.monitor.snapshot(paper.now).not_watched if gap.room == "1"]
    assert [gap.kind for gap in gaps] == ["paper"]
    assert room(paper).session.paper
    assert paper.monitor.snapshot(paper.now).due == []
    paper.wait(300)
    assert paper.alarms() == {}


def test_what_a_device_measures_meanwhile_is_not_captured(paper: Clinic) -> None:
    welcome = paper.hello()
    assert welcome.session is None
    paper.frame(value("spo2", 80), value("pulse_rate", 150))
    assert paper.records.readings(paper.session) == []
    assert paper.monitor.ward.unassigned(paper.now) == 2
    assert paper.session not in {notice.session for notice in paper.monitor.take_notices()}


def test_it_moves_without_taking_the_devices_of_a_room(paper: Clinic) -> None:
    done(give(paper, "add_room", name="2", role="administrator"))
    done(give(paper, "move_session", room="2", reason="as on the paper"))
    done(give(paper, "move_session", room="1", reason="as on the paper"))
    assert paper.session not in {notice.session for notice in paper.monitor.take_notices()}
    alarms = paper.monitor.ward.alarms.session(paper.session)
    assert alarms is not None
    assert alarms.state.feeds == {}


def test_its_pump_is_not_paused_or_stopped_as_of_now(paper: Clinic) -> None:
    done(go_on(paper, "baseline", 170))
    done(go_on(paper, "infusion", 160))
    assert refused(give(paper, "pause_infusion", reason="x")) == "on_paper"
    assert refused(give(paper, "stop_infusion", reason="x")) == "on_paper"


def test_it_is_past_its_gates_and_keeps_its_dose_and_checks(paper: Clinic) -> None:
    done(give(paper, "plan_infusion", dose_mg_per_kg=0.5, minutes=40))
    done(give(paper, "answer_check", item="gait", answer="yes"))
    for phase, ago in (
        ("baseline", 170),
        ("infusion", 160),
        ("observation", 120),
        ("discharged", 60),
    ):
        done(go_on(paper, phase, ago))
    chart = paper.monitor.ward.charts[paper.session]
    assert chart.plan is not None
    assert chart.plan.dose_mg == 35


def test_a_restart_in_the_middle_of_it_changes_nothing(paper: Clinic) -> None:
    done(go_on(paper, "baseline", 170))
    enter(paper, "vitals", systolic=120, diastolic=80, measured_at=when(paper, 165))
    before = dumped(paper)
    paper.restart()
    after = dumped(paper)
    assert after["rooms"][0]["session"] == before["rooms"][0]["session"]
    assert after["not_watched"] == before["not_watched"]
    assert paper.now - paper.monitor.ward.sessions[paper.session].started_at == 3 * HOUR


def test_paper_of_some_days_ago_is_amended_like_any_other_session(paper: Clinic) -> None:
    entry = enter(paper, "note", text="Calm.", measured_at=when(paper, 100))
    paper.now += 5 * 24 * HOUR
    days = 5 * 24 * 60
    for phase, ago in (
        ("baseline", 170),
        ("infusion", 160),
        ("observation", 120),
        ("discharged", 60),
    ):
        done(go_on(paper, phase, days + ago))
    paper.now += HOUR
    paper.monitor.tick(paper.now)
    for reason in ("other patient", "said again"):
        done(give(paper, "void_entry", entry=entry, reason=reason))
        paper.restart(after_s=3600)
