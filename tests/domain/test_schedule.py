"""What is due, and when: rule by rule, and as somebody with a clock and a sheet of paper would keep it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain import facts
from monitor.domain.chart import Chart, chart_of
from monitor.domain.facts import Fact
from monitor.domain.readings import MINUTE, Reading
from monitor.domain.schedule import Task, tasks
from monitor.domain.sessions import Phase, Session
from tests.domain.records import (
    COURSE,
    ORDER,
    SESSION,
    at,
    charted,
    fact,
    pressure,
    score,
    session,
    vitals,
)


def due(
    known: Session, chart: Chart, kind: str = "", what: str = ""
) -> list[tuple[str, str, float]]:
    return [
        (task.kind, task.what, task.at / MINUTE)
        for task in tasks(known, chart, COURSE)
        if task.kind.startswith(kind) and task.what.startswith(what)
    ]


def test_the_first_cuff_is_due_one_cadence_into_the_session_and_each_next_one_after_the_last() -> (
    None
):
    assert due(session(0), charted(), "cuff") == [("cuff", "", 15)]
    assert due(session(0), charted(pressure(4, 120, 80)), "cuff") == [("cuff", "", 19)]


def test_a_phase_that_asks_more_often_asks_from_its_beginning_on() -> None:
    assert due(session(0, 13), charted(pressure(1, 120, 80)), "cuff") == [("cuff", "", 13)]
    assert due(session(0, 13), charted(pressure(10, 120, 80)), "cuff") == [("cuff", "", 15)]


def test_a_score_is_due_again_and_again_from_the_beginning_of_the_phase() -> None:
    running = session(0, 5, 10)
    (_, _, first) = due(running, charted(), "score", "moaas")[0]
    again = due(running, charted(score(10 + 4, "moaas", 5)), "score", "moaas")
    every = COURSE.score("moaas").every_ms[Phase.INFUSION] / MINUTE  # type: ignore[union-attr]
    assert (first, again) == (10 + every, [("score", "moaas", 14 + every)])


def test_a_score_of_the_phase_before_does_not_put_it_off() -> None:
    running = session(0, 5, 10)
    assert due(running, charted(score(9, "moaas", 5)), "score", "moaas") == due(
        running, charted(), "score", "moaas"
    )


def test_a_score_that_is_due_once_is_taken_along_until_it_is_taken() -> None:
    assert due(session(0, 5), charted(), "score", "cadss6") == [("score", "cadss6", 10)]
    observed = session(0, 5, 10, 50)
    assert due(observed, charted(), "score", "cadss6") == [("score", "cadss6", 10)]
    taken = score(6, "cadss6", 0, "a"), score(52, "cadss6", 9, "b")
    assert due(observed, charted(*taken), "score", "cadss6") == [("score", "cadss6", 110)]
    early = score(95, "cadss6", 1, "c")
    assert due(observed, charted(*taken, early), "score", "cadss6") == []


def test_more_than_a_quarter_of_an_hour_early_is_no_score_for_the_end() -> None:
    running = session(0, 5, 10)
    taken = score(6, "cadss6", 0, "a"), score(34.9, "cadss6", 9, "b")
    assert due(running, charted(*taken), "score", "cadss6") == [("score", "cadss6", 50)]


def test_checks_are_due_by_the_end_of_their_phase_until_all_are_answered() -> None:
    assert due(session(0), charted(), "checks") == [("checks", "precheck", 30)]
    answered = [
        fact(1, facts.CheckAnswered(SESSION, item.id, "no", None))
        for item in COURSE.checks
        if item.phase == "precheck"
    ]
    assert due(session(0), charted(*answered), "checks") == []
    assert due(session(0, 5, 10, 50), charted(*answered), "checks") == [
        ("checks", "discharge", 110)
    ]


def test_a_session_that_is_over_or_was_kept_on_paper_has_nothing_due() -> None:
    assert due(session(0, 5, 10, 50, 120), charted()) == []
    assert due(session(0, paper=True), charted()) == []


@dataclass
class Sheet:
    """The same day, kept by hand minute by minute: what has happened so far, and what is due by it."""

    minute: int = 0
    phase: int = 0
    began: list[int] = field(default_factory=lambda: [0])
    cuffs: set[int] = field(default_factory=set)
    scored: dict[str, set[int]] = field(default_factory=dict)
    planned: int | None = None
    still: list[tuple[int, int | None]] = field(default_factory=list)
    open_checks: set[str] = field(default_factory=lambda: {item.id for item in COURSE.checks})
    number: int = 0
    facts: list[Fact] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    entered: list[tuple[str, str, int]] = field(default_factory=list)

    @property
    def paused(self) -> bool:
        return bool(self.still) and self.still[-1][1] is None

    def do(self, step: str, back: int) -> None:
        self.number += 1
        earlier, entry = max(0, self.minute - back), f"e{self.number}"
        if step == "cuff":
            self.cuffs.add(self.minute)
            self.readings.append(pressure(self.minute, 120, 80))
        elif step == "entered":
            if earlier not in self.cuffs:
                self.entered.append((entry, "cuff", earlier))
                self.cuffs.add(earlier)
                self.facts.append(
                    vitals(earlier, entry, entered=self.minute, systolic=120, diastolic=80)
                )
        elif step in ("moaas", "cadss6", "dissociation"):
            taken = self.scored.setdefault(step, set())
            if earlier not in taken:
                self.entered.append((entry, step, earlier))
                taken.add(earlier)
                self.facts.append(replace(score(earlier, step, 1, entry), at=at(self.minute)))
        else:
            self.go_on(step)

    def go_on(self, step: str) -> None:
        running = ORDER[self.phase] is Phase.INFUSION
        if step == "next" and self.phase < 4:
            self.phase += 1
            self.began.append(self.minute)
            if self.paused:
                self.still[-1] = (self.still[-1][0], self.minute)
            body: facts.FactBody = facts.PhaseEntered(SESSION, ORDER[self.phase], None)
        elif step == "plan":
            self.planned = 20 + self.number
            body = facts.InfusionPlanned(
                SESSION, 80, 0.5, 40, float(self.planned), None, None, None, False
            )
        elif step == "pause" and running and not self.paused:
            self.still.append((self.minute, None))
            body = facts.InfusionPaused(SESSION, "cannula")
        elif step == "resume" and running and self.paused:
            self.still[-1] = (self.still[-1][0], self.minute)
            body = facts.InfusionResumed(SESSION)
        elif step == "check" and self.open_checks:
            item = min(self.open_checks)
            self.open_checks.discard(item)
            body = facts.CheckAnswered(SESSION, item, "yes", None)
        elif step == "void" and self.entered:
            entry, what, minute = self.entered.pop()
            (self.cuffs if what == "cuff" else self.scored[what]).discard(minute)
            body = facts.EntryVoided(SESSION, entry, "typing error", None)
        else:
            return
        self.facts.append(fact(self.minute, body))

    def in_phase(self, minute: int) -> str:
        return ORDER[sum(began <= minute for began in self.began) - 1]

    def due(self) -> set[tuple[str, str, float]]:
        phase = ORDER[self.phase]
        if phase is Phase.DISCHARGED:
            return set()
        found = {*self.due_cuff(), *self.due_scores(), *self.due_end()}
        asked = {Phase.PRECHECK: "precheck", Phase.OBSERVATION: "discharge"}.get(phase)
        if any(item.phase == asked and item.id in self.open_checks for item in COURSE.checks):
            length = COURSE.phase_ms[phase] / MINUTE
            found.add(("checks", asked or "", self.began[-1] + length))
        return found

    def due_cuff(self) -> set[tuple[str, str, float]]:
        when: float | None = None
        seen = False
        for minute in range(self.minute + 1):
            every = COURSE.cuff_ms.get(self.in_phase(minute), 0) / MINUTE
            if minute in self.began:
                last = max((cuff for cuff in self.cuffs if cuff < minute), default=None)
                when = minute + every if last is None else max(minute, last + every)
            if minute in self.cuffs:
                when, seen = minute + every, True
        assert when is not None
        return {("cuff", "", when)} if COURSE.cuff_ms.get(ORDER[self.phase]) or seen else set()

    def due_scores(self) -> set[tuple[str, str, float]]:
        found = set()
        for kind in COURSE.scores:
            taken, phase = self.scored.get(kind.id, set()), ORDER[self.phase]
            every = kind.every_ms.get(phase, 0) / MINUTE
            if every:
                when: float = self.began[-1]
                for minute in range(self.began[-1], self.minute + 1):
                    when = minute if minute in taken else when
                found.add(("score", kind.id, when + every))
                continue
            wanted: list[float] = []
            for minute in range(self.minute + 1):
                once = kind.once_ms.get(self.in_phase(minute), 0) / MINUTE
                if minute in self.began and once and self.began.count(minute) == 1:
                    wanted.append(minute + once)
            for number, when in enumerate(list(wanted)):
                first = [m for m in self.began if kind.once_ms.get(self.in_phase(m))][number]
                if not any(first <= minute and when - minute <= 15 for minute in taken):
                    found.add(("score", kind.id, when))
                    break
        return found

    def due_end(self) -> set[tuple[str, str, float]]:
        phase = ORDER[self.phase]
        length = COURSE.phase_ms.get(phase)
        if phase is not Phase.INFUSION:
            return (
                set()
                if length is None
                else {("phase_end", phase, self.began[-1] + length / MINUTE)}
            )
        if self.paused:
            return set()
        wanted = self.planned if self.planned is not None else (length or 0) / MINUTE
        ran = 0
        for minute in range(self.began[-1], self.minute):
            stood = any(since <= minute < (until or 10**9) for since, until in self.still)
            ran += not stood
        return {("phase_end", phase, self.minute + wanted - ran)}


STEPS = ["cuff", "entered", "moaas", "cadss6", "dissociation", "next", "pause", "resume", "void"]
days = st.lists(
    st.tuples(st.integers(1, 25), st.sampled_from([*STEPS, "plan", "check"]), st.integers(0, 14)),
    max_size=40,
)


@settings(max_examples=300, deadline=None)
@given(days)
def test_the_list_is_the_one_that_somebody_keeps_by_hand(
    day: list[tuple[int, str, int]],
) -> None:
    sheet = Sheet()
    for minutes, step, back in day:
        sheet.minute += minutes
        sheet.do(step, back)
        known = session(*sheet.began)
        found: list[Task] = tasks(known, chart_of(sheet.facts, sheet.readings), COURSE)
        assert {(task.kind, task.what, task.at / MINUTE) for task in found} == sheet.due()
        assert [task.at for task in found] == sorted(task.at for task in found)
