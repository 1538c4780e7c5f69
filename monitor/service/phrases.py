"""What alarms, tasks and gaps are called, in every language: codes and values in, one sentence out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from babel.numbers import format_decimal

from monitor.domain.alarms import Reason
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
    "overdue_cuff": N_("BP overdue by {minutes} min"),
    "score_at_most": N_("MOAA/S {value} – at or below {limit}"),
    "late_below": N_("Late data: {what} {value} {unit} – was below {limit} for {seconds} s"),
    "late_above": N_("Late data: {what} {value} {unit} – was above {limit} for {seconds} s"),
    "due_cuff": N_("BP"),
    "due_phase_end_infusion": N_("End of infusion"),
    "due_phase_end_observation": N_("End of observation"),
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
    "help": N_("Help wanted"),
    "screen_silent": N_("A station no longer confirms what it shows ({operator})"),
    "screen_silent_locked": N_("A locked station no longer confirms what it shows"),
    "sound_blocked": N_("A station cannot sound ({operator})"),
    "sound_blocked_locked": N_("A locked station cannot sound"),
    "stood_still": N_("The alarm system stood still for {seconds} s: nothing was judged meanwhile"),
}


@dataclass(frozen=True, slots=True)
class Phrases:
    """The phrases of one language."""

    language: str
    translations: Translations

    def __post_init__(self) -> None:
        # The first number loads the locale's data, which takes longer than all else about an alarm: not when one comes.
        _written(0.0, _NUMBERS[self.language])

    def say(self, reason: Reason) -> str:
        """One sentence for a reason. Raises KeyError for a code that has no phrase."""
        return self._sentence(reason.code, reason.values)

    def metric(self, name: str) -> str:
        """What a metric or a component of it is called."""
        return self.translations.gettext(_METRICS[name])

    def _sentence(self, code: str, values: Values) -> str:
        template = self.translations.gettext(_SENTENCES[_variant(code, values)])
        return template.format_map({**self._numbers(values), **self._named(values)})

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
    if kind != "limit":
        return code
    if values.get("inclusive"):
        side = f"at_or_{side}"
    if values.get("pressure"):
        return f"pressure_{side}"
    return f"limit_{side}_for" if values.get("delay_s") else f"limit_{side}"


def in_every_language(
    phrases: Mapping[str, Phrases], say: Callable[[Phrases], str]
) -> dict[str, str]:
    """A text as screens get it: language tag to words."""
    return {language: say(spoken) for language, spoken in phrases.items()}
