"""What is refused in a protocol file, each with the key and the reason."""

from __future__ import annotations

import pytest

from monitor.service.protocols import PROTOCOLS_DIRECTORY, ProtocolError, read_protocol

GOOD = {
    name: (PROTOCOLS_DIRECTORY / f"{name}.toml").read_text(encoding="utf-8")
    for name in ("ketamine_iv", "esketamine_nasal")
}
SECOND_IDENTITY = """
[[check]]
id = "identity"
phase = "precheck"
wanted = "yes"
text = { en = "Again", nb = "Igjen" }
source = "nobody"
"""
LEAVES_TWICE = """
[[check]]
id = "shoes"
phase = "discharge"
wanted = "yes"
text = { en = "Shoes on", nb = "Sko på" }
source = "nobody"
"""


def refusal(old: str, new: str, preset: str = "ketamine_iv") -> str:
    """What is said about a preset in which the first ``old`` is ``new``; an empty ``old`` adds at the end."""
    text = GOOD[preset]
    assert old in text
    changed = text.replace(old, new, 1) if old else text + new
    with pytest.raises(ProtocolError) as refused:
        read_protocol(changed, "bad.toml")
    said = str(refused.value)
    assert "\n" not in said
    assert said.startswith("bad.toml: ")
    return said.removeprefix("bad.toml: ")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("priority = ", "prioritty = ", "limit.0.priority: this key is missing"),
        ("delay_s = 15\n", "delay = 15\n", "limit.0.delay: this key is not known"),
        (
            'priority = "medium"',
            'priority = "urgent"',
            "limit.0.priority: 'low', 'medium' or 'high' is wanted",
        ),
        ("below = 92", 'below = "92"', "limit.0.below: a number is wanted"),
        ("below = 92", "below = nan", "limit.0.below: a finite number is wanted"),
        ("below = 92", "below = true", "limit.0.below: a number is wanted"),
        ("delay_s = 15", "delay_s = -1", "limit.0.delay_s: at least 0 is wanted"),
        ("version = 4", "version = 1.5", "protocol.version: a whole number is wanted"),
        ("usual = true", 'usual = "yes"', "protocol.usual: true or false is wanted"),
        (
            'name = "ketamine_iv"',
            'name = "Ketamine IV"',
            "protocol.name: small letters, digits and _ are wanted, a letter first",
        ),
        (
            'wanted = "yes"',
            'wanted = "maybe"',
            "check.0.wanted (identity): 'yes' or 'no' is wanted",
        ),
        (
            'phase = "precheck"',
            'phase = "infusion"',
            "check.0.phase (identity): 'precheck' or 'discharge' is wanted",
        ),
        ("days = [0,", "days = [", "series: the first day is 0"),
        ("days = [0, 3, 7", "days = [0, 7, 3", "series: days must rise"),
        ('kind = "alarms"', "", "discharge.14 (alarms): kind is missing"),
        ('kind = "alarms"', 'kind = "alarm"', "discharge.14 (alarms): kind is one of "),
        (
            'roles = ["clinician"]',
            'roles = ["porter"]',
            "override.roles.0: 'nurse', 'clinician' or 'administrator' is wanted",
        ),
        ("roles = [", "roles = []#", "override.roles: at least 1 are wanted"),
        ("[clock]", "[clock", "Expected ']' at the end of a table declaration (at line "),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_with_its_key(old: str, new: str, said: str) -> None:
    assert said in refusal(old, new)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'text = { en = "Consent given and understood", nb = "Samtykke gitt og forstått" }',
            'text = { en = "Consent given and understood" }',
            "check.1.text.nb (consent): this key is missing",
        ),
        (
            'nb = "Samtykke gitt og forstått"',
            'nb = " "',
            "check.1.text.nb (consent): there is nothing to read",
        ),
        (
            'nb = "Samtykke gitt og forstått"',
            'nb = "Samtykke", de = "Einwilligung"',
            "check.1.text.de (consent): this key is not known",
        ),
        (
            'nb = "Samtykke gitt og forstått"',
            'nb = "Samtykke\\u202egitt"',
            "check.1.text.nb (consent): text without control characters is wanted",
        ),
    ],
)
def test_a_text_that_not_everybody_can_read_is_refused(old: str, new: str, said: str) -> None:
    assert refusal(old, new) == said


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("[phase_minutes]", "phase_minutes"),
        ("[cuff_minutes]", "cuff_minutes"),
        ("[gate]", "gate.source"),
        ("[override]", "override.source"),
        ("[dose]", "dose.source"),
        ("[series]", "series.source"),
        ("[clear.spo2]", "clear.spo2.source"),
        ("[missing]", "missing.source"),
        ("[clock]", "clock.source"),
        ("[overdue]", "overdue.source"),
        ("[disagreement]", "disagreement.source"),
        ("[[limit]]", "limit.0.source"),
        ("[[rise]]", "rise.0.source"),
        ("[[score_limit]]", "score_limit.0.source"),
        ("[[check]]", "check.0.source (identity)"),
        ("[[score]]", "score.0.source (moaas)"),
        ("[[discharge]]", "discharge.0.source (systolic)"),
    ],
)
def test_a_number_without_its_source_is_refused(table: str, key: str) -> None:
    text = GOOD["ketamine_iv"]
    before, after = text.split(f"\n{table}\n", 1)
    line = next(known for known in after.splitlines() if known.startswith("source = "))
    without = f"{before}\n{table}\n{after.replace(line + chr(10), '', 1)}"
    with pytest.raises(ProtocolError, match="is missing") as refused:
        read_protocol(without, "bad.toml")
    assert str(refused.value).startswith(f"bad.toml: {key}: ")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("below = 92", "below = 92\nabove = 95", "limit.0: exactly one of below, above, at_or"),
        ("below = 92", "below = 0.92", "limit.0: no reading is ever 0.92 %: this would not be a"),
        ("at_or_above = 165", "at_or_above = 1650", "no reading is ever 1650 mm[Hg]"),
        ('component = "systolic"\nat_or', 'component = "value"\nat_or', "component of nibp is one"),
        (
            "above = 110\n",
            "above = 45\n",
            "limit: pulse_rate value is beyond a limit below 50 and above 45: no value lies betw",
        ),
        ("medium_s = 30", "medium_s = 5", "missing: stale_s, low_s, medium_s and high_s must not"),
    ],
)
def test_a_limit_that_would_not_be_one_is_refused(old: str, new: str, said: str) -> None:
    assert said in refusal(old, new)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "[cuff_minutes]\n",
            "[cuff_minutes]\ninfuson = 10\n",
            "cuff_minutes: infuson is not a phase: precheck, baseline, infusion, observation are",
        ),
        (
            "every_minutes = { infusion",
            "every_minutes = { recovery",
            "score.0.every_minutes (moaas): recovery is not a phase: precheck, baseline,",
        ),
        (
            "baseline = 5\n",
            "baseline = 3\n",
            "cuff_minutes.baseline: 3 min is not longer than overdue.grace_minutes, 3 min",
        ),
        (
            "every_minutes = { infusion = 10",
            "every_minutes = { infusion = 2",
            "score (moaas): every_minutes.infusion: 2 min is not longer than overdue.grace_min",
        ),
        (
            "infusion = 40, observation = 60 }",
            "infusion = 50, observation = 60 }",
            "score (dissociation): once_minutes.infusion: 50 min is after the phase has ended,",
        ),
        (
            "once_minutes = { baseline = 5 }",
            "once_minutes = { infusion = 5 }",
            "score.0 (moaas): in infusion it is due every few minutes or once, not both",
        ),
        ("highest = 5", "highest = 0", "score.0 (moaas): lowest must be below highest"),
        (
            "usual_minutes = 40",
            "usual_minutes = 30",
            "dose.usual_minutes: 30 is not phase_minutes.infusion, 40",
        ),
        (
            "planned_sessions = 6",
            "planned_sessions = 5",
            "series.days: 6 days, but protocol.planned_sessions is 5",
        ),
    ],
)
def test_times_that_contradict_each_other_are_refused(old: str, new: str, said: str) -> None:
    assert refusal(old, new).startswith(said)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "systolic_above = 140",
            "systolic_above = 200",
            "gate.systolic_above: 200 lets an infusion start beyond the highest alarm limit, 200",
        ),
        (
            "diastolic_above = 90",
            "diastolic_above = 130",
            "gate.diastolic_above: 130 lets an infusion start beyond the highest alarm limit, 120",
        ),
        (
            "systolic_above = 140",
            "systolic_above = 80",
            "gate: diastolic_above must be below systolic_above",
        ),
        (
            "usual_mg_per_kg = 0.5",
            "usual_mg_per_kg = 0.5\nusual_mg = 40",
            "dose: exactly one of usual_mg_per_kg, usual_mg is wanted",
        ),
        (
            "most_mg_per_kg = 1.0",
            "most_mg_per_kg = 0.4",
            "dose: most_mg_per_kg 0.4 is below second_check_above_mg_per_kg 0.5",
        ),
        (
            "second_check_above_mg_per_kg = 0.5",
            "second_check_above_mg_per_kg = 0.3",
            "dose: second_check_above_mg_per_kg 0.3 is below usual_mg_per_kg 0.5",
        ),
        (
            "most_mg_per_kg = 1.0",
            "most_mg_per_kg = 1.0\nby_pump = false",
            "dose: without a pump there is no concentration_mg_per_ml",
        ),
    ],
)
def test_a_gate_or_dose_that_protects_nobody_is_refused(old: str, new: str, said: str) -> None:
    assert refusal(old, new) == said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("most_mg = 84", "most_mg = 60", "dose: a dose of 84 mg is above most_mg"),
        ("usual_mg = 56", "usual_mg = 50", "dose: usual_mg must be one of doses_mg"),
        (
            "most_mg = 84",
            "most_mg_per_kg = 2",
            "dose: a dose that is not by weight has no mg_per_kg",
        ),
    ],
)
def test_a_fixed_dose_that_cannot_be_given_is_refused(old: str, new: str, said: str) -> None:
    assert refusal(old, new, "esketamine_nasal") == said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("percent = 20", "percent = 120", "discharge.0.percent (systolic): at most 100 is wanted"),
        ("percent = 20", "percent = 0", "discharge.0.percent (systolic): more than 0 is wanted"),
        (
            "percent = 20\n",
            "percent = 20\nvalue = 3\n",
            "discharge.0.value (systolic): this key is not known",
        ),
        (
            'component = "systolic"\npercent',
            "percent",
            "discharge.0 (systolic): component is systolic or diastolic for nibp, and only there",
        ),
        (
            'score = "moaas"\nvalue = 5',
            'score = "ramsay"\nvalue = 0',
            "discharge (awake): the score ramsay is not defined",
        ),
        (
            'score = "moaas"\nvalue = 5',
            'score = "moaas"\nvalue = 6',
            "discharge (awake): 6 is outside moaas, 0 to 5",
        ),
        (
            "infusion = 10, observation = 15 }",
            "infusion = 10 }",
            "discharge (awake): the score moaas is never due in observation",
        ),
        (
            "infusion = 10\nobservation = 15\n",
            "infusion = 10\n",
            "discharge (systolic): cuff_minutes.observation is missing: no cuff would ever be due",
        ),
        (
            'item = "gait"',
            'item = "gate"',
            "discharge (gait_checked): the check gate is not defined",
        ),
        (
            'item = "gait"',
            'item = "consent"',
            "discharge (gait_checked): the check consent is asked in precheck, not at discharge",
        ),
        (
            "for_minutes = 60",
            "for_minutes = 90",
            "discharge (time): 90 min is longer than phase_minutes plans, 60 min",
        ),
        (
            'kind = "after_end"\nfor_minutes = 60',
            'kind = "after_start"\nfor_minutes = 120',
            "discharge (time): 120 min is longer than phase_minutes plans, 100 min",
        ),
        ("", LEAVES_TWICE, "check (shoes): it is asked at discharge, but no criterion wants it"),
    ],
)
def test_a_criterion_that_could_never_be_judged_is_refused(old: str, new: str, said: str) -> None:
    assert refusal(old, new) == said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("", SECOND_IDENTITY, "check: the id identity is there 2 times"),
        ('id = "vomiting"', 'id = "nausea"', "event: the id nausea is there 2 times"),
        ('id = "labetalol"', 'id = "ondansetron"', "drug: the id ondansetron is there 2 times"),
        (
            'id = "other"',
            'id = "else"',
            "event: one with the id other is wanted, for what is not on the list",
        ),
        (
            "at_most = 1",
            "at_most = 7",
            "score_limit.1: 7 is outside moaas, 0 to 5, or all of it",
        ),
        (
            "at_least = 2",
            "at_least = -5",
            "score_limit.4: -5 is outside rass, -5 to 4, or all of it",
        ),
        (
            "at_least = 2",
            "at_least = 2\nat_most = -5",
            "score_limit.4: exactly one of at_most, at_least is wanted",
        ),
    ],
)
def test_a_list_that_is_ambiguous_or_closed_is_refused(old: str, new: str, said: str) -> None:
    assert refusal(old, new) == said


def test_a_protocol_without_any_condition_of_discharge_is_refused() -> None:
    text = GOOD["ketamine_iv"]
    without = text[: text.index("[[check]]")]
    with pytest.raises(ProtocolError, match=r"discharge: this key is missing"):
        read_protocol(without, "bad.toml")


def test_a_protocol_that_does_not_say_who_may_override_is_refused() -> None:
    assert refusal("[override]\nroles", "[overide]\nroles") == "override: this key is missing"


def test_an_alarm_on_a_score_that_nobody_takes_is_refused() -> None:
    said = refusal('[[score]]\nid = "moaas"', '[[score]]\nid = "sedation"')
    assert said == "score_limit.0: the score moaas is not defined"
