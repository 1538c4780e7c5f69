"""Many sessions of one cohort, measured as the papers measured theirs: a cuff at rest, in the infusion, and after."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from simulators.patients.individual import Response, draw_individual
from simulators.patients.patient import Patient

RESTS_MIN = 30
"""How long before the pump starts the patient is there."""
CUFFS_MIN = (0, 10, 20, 30, 40, 55, 70, 85, 100)
"""Minutes after the pump's start; the cuff at 0 is the baseline."""
GATE = (160.0, 100.0)
"""Above either at rest, the infusion does not start: such a session is in nobody's table."""
SCATTER = (4.0, 3.5)
"""SDs of systolic and diastolic from one cuff to the next, mmHg."""
SEVERE = 180
AFTER_30_MIN = 70
RETURNED_WITHIN = 20


@dataclass(frozen=True, slots=True)
class Session:
    """Systolic and diastolic by the minutes of CUFFS_MIN."""

    systolic: Sequence[float]
    diastolic: Sequence[float]

    def rise(self, minute: int, *, diastolic: bool = False) -> float:
        """Above the baseline."""
        of = self.diastolic if diastolic else self.systolic
        return of[CUFFS_MIN.index(minute)] - of[0]

    @property
    def peak_minute(self) -> int:
        """When the systolic pressure was highest."""
        return CUFFS_MIN[max(range(len(CUFFS_MIN)), key=lambda place: self.systolic[place])]

    @property
    def peak_rise(self) -> float:
        """The highest systolic pressure above the baseline."""
        return max(self.systolic[1:]) - self.systolic[0]


@dataclass(frozen=True, slots=True)
class Statistics:
    """Both statistics of the papers: the mean at a time, and the mean of each session's peak. In mmHg."""

    sessions: int
    not_started: int
    mean_rise_at_40: float
    sd_rise_at_40: float
    mean_diastolic_rise_at_40: float
    sd_diastolic_rise_at_40: float
    mean_peak_rise: float
    sd_peak_rise: float
    median_peak_minute: float
    share_severe: float
    share_returned: float


def simulate(sessions: int, response: Response, seed: int) -> tuple[list[Session], int]:
    """So many sessions that were started, and how many were not because of the pressure at rest."""
    started: list[Session] = []
    number = 0
    while len(started) < sessions:
        session = _session(f"{seed}/{number}", response)
        number += 1
        if session is not None:
            started.append(session)
    return started, number - sessions


def summary(sessions: Sequence[Session], not_started: int) -> Statistics:
    """What a paper would print."""
    at_40 = [session.rise(40) for session in sessions]
    diastolic = [session.rise(40, diastolic=True) for session in sessions]
    peaks = [session.peak_rise for session in sessions]
    after = [abs(session.rise(AFTER_30_MIN)) <= RETURNED_WITHIN for session in sessions]
    return Statistics(
        len(sessions),
        not_started,
        statistics.mean(at_40),
        statistics.stdev(at_40),
        statistics.mean(diastolic),
        statistics.stdev(diastolic),
        statistics.mean(peaks),
        statistics.stdev(peaks),
        statistics.median(session.peak_minute for session in sessions),
        statistics.mean(max(session.systolic) >= SEVERE for session in sessions),
        statistics.mean(after),
    )


def _session(seed: str, response: Response) -> Session | None:
    # Without the rare airway event: nobody's cuff table has it, and it draws nothing from the pressure.
    who = replace(draw_individual(Random(f"{seed}/individual"), response), airway_event_min=None)
    patient = Patient(who, Random(f"{seed}/patient"), -RESTS_MIN)
    cuff = Random(f"{seed}/cuff")
    systolic: list[float] = []
    diastolic: list[float] = []
    second = 0
    for minute in CUFFS_MIN:
        wanted = (RESTS_MIN + minute) * 60
        while second < wanted:
            patient.step()
            second += 1
        vitals = patient.step()
        second += 1
        # Not rounded: among whole numbers the first of two equal peaks would always win.
        systolic.append(vitals.systolic + cuff.gauss(0, SCATTER[0]))
        diastolic.append(vitals.diastolic + cuff.gauss(0, SCATTER[1]))
        if minute == 0 and (systolic[0] > GATE[0] or diastolic[0] > GATE[1]):
            return None
    return Session(systolic, diastolic)
