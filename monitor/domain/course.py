"""The course of a session as its protocol has it: checks, gate, cadences, lists to choose from, discharge, series.

Plain data, read from a protocol file; every number there carries its source. Durations in ms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Text = Mapping[str, str]
"""Language tag to text."""


@dataclass(frozen=True, slots=True)
class CheckItem:
    """One line of a checklist, asked in ``phase`` (``precheck`` or ``discharge``).

    ``wanted`` is the answer that lets the session go on: ``yes`` for a check, ``no`` for a contraindication.
    """

    id: str
    phase: str
    wanted: str
    text: Text
    source: str
    may_not_apply: bool = False
    """Whether "not applicable" is an answer (a pregnancy test)."""


@dataclass(frozen=True, slots=True)
class BaselineGate:
    """A resting pressure above which the infusion does not start without an override; the limit itself passes."""

    systolic_above: float
    diastolic_above: float
    source: str
    note: Text = field(default_factory=dict)
    """What to say where it stops somebody; empty for nothing."""


@dataclass(frozen=True, slots=True)
class ScoreKind:
    """A score that is taken, with its range.

    Per phase it is due again and again (``every_ms``) or once, so long after the phase began (``once_ms``).
    """

    id: str
    lowest: int
    highest: int
    text: Text
    source: str
    every_ms: Mapping[str, int] = field(default_factory=dict)
    once_ms: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """Something a person picks when entering: an event, an intervention, a drug or a route."""

    id: str
    text: Text
    has_severity: bool = False


@dataclass(frozen=True, slots=True)
class Criterion:
    """One condition of discharge.

    ``kind``:
    ``within_baseline``  ``metric``/``component`` within ``percent`` of the confirmed baseline, for ``for_ms``
    ``at_least``         every value of ``metric`` at or above ``value`` for ``for_ms``
    ``score_at_least``, ``score_at_most``  the newest value of ``score``, taken in observation
    ``after_end``        ``for_ms`` since the infusion ended;  ``after_start``  since it began
    ``checked``          the discharge check ``item`` answered as wanted
    ``alarms``           no alarm waits to be acknowledged
    """

    id: str
    kind: str
    text: Text
    source: str
    metric: str = ""
    component: str = ""
    percent: float = 0.0
    value: float = 0.0
    for_ms: int = 0
    score: str = ""
    item: str = ""


@dataclass(frozen=True, slots=True)
class DoseRules:
    """What is usual, what needs a second check, and what is refused. Doses in mg per kg."""

    usual_mg_per_kg: float | None
    """None where the dose is not by weight (a nasal spray): then ``usual_mg``."""
    usual_mg: float | None
    usual_minutes: float
    concentration_mg_per_ml: float | None
    second_check_above_mg_per_kg: float | None
    second_check_above_mg: float | None
    most_mg_per_kg: float | None
    most_mg: float | None
    source: str
    doses_mg: tuple[float, ...] = ()
    """The only doses there are, where it comes in devices; empty for any."""
    by_pump: bool = True
    """Whether a pump gives it: then there are volume and rate, and it can be paused."""
    note: Text = field(default_factory=dict)
    """What to say where the dose is entered; empty for nothing."""
    drug: Text = field(default_factory=dict)
    """What is given; empty for a protocol that does not say."""


@dataclass(frozen=True, slots=True)
class SeriesPlan:
    """Days of a first series counted from its first one, and the days between maintenance sessions after it."""

    days: tuple[int, ...]
    maintenance_days: int | None
    source: str


@dataclass(frozen=True, slots=True)
class Course:
    """Everything of a protocol that is not an alarm setting."""

    checks: tuple[CheckItem, ...] = ()
    gate: BaselineGate | None = None
    dose: DoseRules | None = None
    scores: tuple[ScoreKind, ...] = ()
    events: tuple[Choice, ...] = ()
    interventions: tuple[Choice, ...] = ()
    drugs: tuple[Choice, ...] = ()
    routes: tuple[Choice, ...] = ()
    discharge: tuple[Criterion, ...] = ()
    series: SeriesPlan | None = None
    override_roles: frozenset[str] = frozenset()
    """Who may pass a gate with a reason; the console always may."""
    unlike: Mapping[str, float] = field(default_factory=dict)
    """Metric or component to how far an entered value may be from the device's newest before it is asked about."""
    unlike_ms: int = 0
    """How long before the entry that one may be measured."""
    cuff_ms: Mapping[str, int] = field(default_factory=dict)
    phase_ms: Mapping[str, int] = field(default_factory=dict)
    phase_words: Mapping[str, Text] = field(default_factory=dict)
    """What a phase is called where the usual word is wrong."""

    def check(self, item: str) -> CheckItem | None:
        """The check of that id."""
        return next((known for known in self.checks if known.id == item), None)

    def score(self, score: str) -> ScoreKind | None:
        """The score of that id."""
        return next((known for known in self.scores if known.id == score), None)
