"""What alarms, tasks and gaps are called, in every language: codes and values in, one sentence out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from babel.numbers import format_decimal

from monitor.domain.alarms import Reason
from monitor.domain.course import Text
from monitor.locale import Translations

Values = Mapping[str, float | int | str | None]


@lru_cache(maxsize=4096)
def _written(value: float, locale: str) -> str:
    # The lists of a large ward repeat the same few numbers several times a second; writing one anew is slow.
    return format_decimal(value, "0.###", locale=locale)


def N_(message: str) -> str:  # noqa: N802 - the extractor's usual name for "translate this one later"
    """Mark a message for the catalogs."""
    return message


_METRICS = {
    "pulse_rate": N_("Pulse"),
    "spo2": N_("SpO₂"),
    "nibp": N_("BP"),
    "resp_rate": N_("Respiration"),
    "temperature": N_("Temperature"),
    "systolic": N_("Systolic BP"),
    "diastolic": N_("Diastolic BP"),
    "mean": N_("Mean BP"),
}
_UNITS = {
    "pulse_rate": "/min",
    "spo2": "%",
    "nibp": "mmHg",
    "systolic": "mmHg",
    "diastolic": "mmHg",
    "mean": "mmHg",
    "resp_rate": "/min",
    "temperature": "°C",
}
_COMPONENTS = {
    "systolic": N_("systolic"),
    "diastolic": N_("diastolic"),
    "mean": N_("mean"),
}
_SCORES = {
    "moaas": "MOAA/S",
    "rass": "RASS",
    "cadss6": "CADSS-6",
    "dissociation": N_("Dissociation"),
}
_STATUSES = {
    "sensor_off": N_("sensor off"),
    "no_signal": N_("no signal"),
    "cuff_error": N_("cuff error"),
    "out_of_range": N_("value out of range"),
    "contradictory": N_("contradictory values"),
    "future_time": N_("time ahead of the clock"),
    "too_old": N_("time too long ago"),
    "low_perfusion": N_("low perfusion"),
    "motion": N_("motion"),
}
_SENTENCES = {
    "pressure_below": N_("BP {pressure} mmHg – {component} below {limit}"),
    "pressure_above": N_("BP {pressure} mmHg – {component} above {limit}"),
    "pressure_at_or_below": N_("BP {pressure} mmHg – {component} at or below {limit}"),
    "pressure_at_or_above": N_("BP {pressure} mmHg – {component} at or above {limit}"),
    "limit_below": N_("{what} {value} {unit} – below {limit}"),
    "limit_above": N_("{what} {value} {unit} – above {limit}"),
    "limit_below_for": N_("{what} {value} {unit} – below {limit} for {delay_s} s"),
    "limit_above_for": N_("{what} {value} {unit} – above {limit} for {delay_s} s"),
    "limit_at_or_below": N_("{what} {value} {unit} – at or below {limit}"),
    "limit_at_or_above": N_("{what} {value} {unit} – at or above {limit}"),
    "limit_at_or_below_for": N_("{what} {value} {unit} – at or below {limit} for {delay_s} s"),
    "limit_at_or_above_for": N_("{what} {value} {unit} – at or above {limit} for {delay_s} s"),
    "no_value": N_("No value: {metrics} – {status}"),
    "silence": N_("No data: {metrics} – nothing for {after_s} s"),
    "no_device": N_("No device measures this patient: {metrics}"),
    "never_arrived": N_("No data: {metrics} – nothing has arrived yet"),
    "clock_behind": N_("Device clock {seconds} s behind – times are corrected"),
    "clock_ahead": N_("Device clock {seconds} s ahead – times are corrected"),
    "rise_above": N_(
        "BP {pressure} mmHg – {component} {limit} or more, a marked rise over baseline"
    ),
    "repeat_above": N_(
        "BP {pressure} mmHg – {component} at or above {limit}, confirmed by a second cuff"
    ),
    "burden_below": N_("{what} {value} {unit} – below {limit} deep and long (sum over {setting})"),
    "burden_above": N_("{what} {value} {unit} – above {limit} far and long (sum over {setting})"),
    "disagreement": N_("{what}: two sources say {low} and {high}"),
    "overdue_cuff": N_("BP overdue"),
    "score_at_most": N_("{score} {value} – at or below {limit}"),
    "score_at_least": N_("{score} {value} – at or above {limit}"),
    "late_below": N_("Late data: {what} {value} {unit} – was below {limit} for {seconds} s"),
    "late_above": N_("Late data: {what} {value} {unit} – was above {limit} for {seconds} s"),
    "overdue_score": N_("{score} overdue"),
    "overdue_checks": N_("Checks overdue"),
    "overdue_infusion_end": N_("The infusion should have ended"),
    "due_cuff": N_("BP"),
    "due_score": "{score}",
    "due_checks_precheck": N_("Pre-check"),
    "due_checks_discharge": N_("Discharge checks"),
    "due_phase_end_precheck": N_("End of pre-check"),
    "due_phase_end_baseline": N_("End of baseline"),
    "due_phase_end_infusion": N_("End of infusion"),
    "due_phase_end_observation": N_("End of observation"),
    "own_due_phase_end_infusion": N_("End: {phase}"),
    "own_overdue_infusion_end": N_("{phase} should have ended"),
    "discharge_held": N_("{value} (at rest {rest})"),
    "discharge_held_alone": N_("{value}"),
    "discharge_in": N_("in {minutes} min"),
    "discharge_in_value": N_("{value}: in {minutes} min"),
    "discharge_outside": N_("{value}, wanted {wanted}"),
    "discharge_outside_rest": N_("{value}, at rest {rest}"),
    "discharge_no_value": N_("no recent value"),
    "discharge_no_baseline": N_("no baseline confirmed"),
    "discharge_not_scored": N_("not scored in observation yet"),
    "discharge_score": N_("{value}"),
    "discharge_not_yet": N_("not yet"),
    "discharge_passed": N_("time has passed"),
    "discharge_not_checked": N_("not checked yet"),
    "discharge_checked": N_("checked by {by}"),
    "discharge_answered_otherwise": N_("answered otherwise by {by}"),
    "discharge_no_alarms": N_("none waits"),
    "discharge_alarms": N_("{n} not acknowledged"),
    "gap_other_edition": N_("Watched by a newer text of the protocol than it began with"),
    "gap_baseline_unmeasured": N_("Baseline confirmed without any measured pressure"),
    "gap_alarms_paused_again": N_("Alarms paused {times} times in a row by {by}: {why}"),
    "gap_paper": N_("Kept on paper: nothing is watched"),
    "gap_no_source": N_("{what}: no device measures it"),
    "gap_no_value": N_("{what}: no live value"),
    "gap_seldom": N_("{what}: comes only every {interval_s} s"),
    "gap_audio_paused": N_("Audio paused by {by}"),
    "gap_audio_paused_again": N_("Audio paused {times} times in a row by {by}"),
    "gap_alarms_paused": N_("Alarms paused by {by}: {why}"),
    "gap_alarms_off": N_("{what}: alarms off by {by}: {why}"),
    "gap_no_holder": N_("Nobody answers for this room"),
    "gap_no_baseline": N_("Rise over baseline: no baseline yet"),
    "gap_limit_taken_out": N_("{what}: the limit {limit} was taken out"),
    "gap_limit_widened": N_("{what}: limit {own} instead of {limit}"),
    "gap_no_sound": N_("No station can sound"),
    "gap_not_tested": N_("Alarms not tested today"),
    "gap_no_pages": N_("Notices do not leave the house"),
    "gap_no_backup": N_("No backup of the record – tell an administrator"),
    "gap_disk_filling": N_("The disk of the record is filling up – tell an administrator"),
    "gap_record_restored": N_("Restored from a backup: what was recorded after it is not here"),
    "help": N_("Help wanted"),
    "screen_silent": N_("A station no longer confirms what it shows ({operator})"),
    "screen_silent_locked": N_("A locked station no longer confirms what it shows"),
    "sound_blocked": N_("A station cannot sound ({operator})"),
    "sound_blocked_locked": N_("A locked station cannot sound"),
    "stood_still": N_("The alarm system stood still for {seconds} s: nothing was judged meanwhile"),
}


@dataclass(frozen=True, slots=True)
class Phrases:
    """The phrases of one language; ``own`` is what giving the drug is called where it is no infusion."""

    language: str
    translations: Translations
    own: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        # The first number loads the locale's data, which takes longer than all else about an alarm: not when one comes.
        _written(0.0, _NUMBERS[self.language])

    def called(self, phase_words: Mapping[str, Text]) -> Phrases:
        """The same for a session whose protocol has words of its own for its phases."""
        own = phase_words.get("infusion", {}).get(self.language, "")
        return self if own == self.own else replace(self, own=own)

    def say(self, reason: Reason) -> str:
        """One sentence for a reason. Raises KeyError for a code that has no phrase."""
        return self._sentence(reason.code, reason.values)

    def metric(self, name: str) -> str:
        """What a metric or a component of it is called."""
        return self.translations.gettext(_METRICS[name])

    def unit(self, name: str) -> str:
        """The unit of a metric or a component of it, as people write it."""
        return _UNITS[name]

    def score(self, name: str) -> str:
        """What a score is called; its own id where the catalogs do not know it."""
        return self.translations.gettext(_SCORES.get(name, name))

    def _sentence(self, code: str, values: Values) -> str:
        variant = _variant(code, values)
        if self.own and f"own_{variant}" in _SENTENCES:
            variant = f"own_{variant}"
        template = self.translations.gettext(_SENTENCES[variant])
        known = {"phase": self.own, **self._numbers(values), **self._named(values)}
        return template.format_map(known)

    def _numbers(self, values: Values) -> dict[str, str]:
        return {
            name: str(value) if isinstance(value, str) else self._number(value)
            for name, value in values.items()
        }

    def _number(self, value: float | None) -> str:
        if value is None:
            return "–"
        return _written(value, _NUMBERS[self.language])

    def _named(self, values: Values) -> dict[str, str]:
        named: dict[str, str] = {}
        metric, component = values.get("metric"), values.get("component")
        if isinstance(metric, str):
            name = component if isinstance(component, str) and component != "value" else metric
            named |= {"what": self.metric(name), "unit": _UNITS[name]}
        if isinstance(component, str) and component in _COMPONENTS:
            named["component"] = self.translations.gettext(_COMPONENTS[component])
        score = values.get("score")
        if isinstance(score, str):
            named["score"] = self.score(score)
        metrics, status = values.get("metrics"), values.get("status")
        if isinstance(metrics, str):
            named["metrics"] = ", ".join(self.metric(name) for name in metrics.split(","))
        if isinstance(status, str):
            known = _STATUSES.get(status)
            named["status"] = self.translations.gettext(known) if known else status
        return named


_NUMBERS = {"en": "en_GB", "nb": "nb_NO"}


def _variant(code: str, values: Values) -> str:
    """The sentence that fits the values: a cuff is said whole, a delay only where there was one."""
    kind, _, side = code.partition("_")
    if kind == "discharge":
        return _of_discharge(code, values)
    if kind != "limit":
        return code
    if values.get("inclusive"):
        side = f"at_or_{side}"
    if values.get("pressure"):
        return f"pressure_{side}"
    return f"limit_{side}_for" if values.get("delay_s") else f"limit_{side}"


def _of_discharge(code: str, values: Values) -> str:
    """A criterion's state is said with what there is to say: its value, and what it is held against."""
    if code == "discharge_held" and "rest" not in values:
        return "discharge_held_alone"
    if code == "discharge_in" and "value" in values:
        return "discharge_in_value"
    if code == "discharge_outside" and "rest" in values:
        return "discharge_outside_rest"
    return code


def in_every_language(
    phrases: Mapping[str, Phrases], say: Callable[[Phrases], str]
) -> dict[str, str]:
    """A text as screens get it: language tag to words."""
    return {language: say(spoken) for language, spoken in phrases.items()}
