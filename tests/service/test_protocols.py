"""Protocol files: what a good one gives, and how a bad one is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.domain.limits import limits_in_force
from monitor.domain.readings import Metric
from monitor.service.protocols import (
    PROTOCOLS_DIRECTORY,
    ProtocolError,
    load_protocol,
    load_protocols,
)

GOOD = (PROTOCOLS_DIRECTORY / "ketamine_iv.toml").read_text(encoding="utf-8")


def test_the_rungs_of_a_side_are_numbered_from_the_mildest_on() -> None:
    settings = load_protocols()["ketamine_iv"].alarms
    limits = limits_in_force(settings, "infusion", {}, {})[Metric.SPO2]
    assert [limit.limit for limit in limits] == [92, 90, 85]
    assert sorted(limit.severity for limit in limits) == [limit.severity for limit in limits]
    assert len({limit.severity for limit in limits}) == 3


def test_every_limit_names_its_source() -> None:
    assert all(limit.source for limit in load_protocols()["ketamine_iv"].alarms.limits)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("priority = ", "prioritty = ", "limit.0"),
        ('priority = "medium"', 'priority = "urgent"', "limit.0.priority"),
        ("below = 92", "below = 92\nabove = 95", "exactly one of"),
        ("delay_s = 15", "delay_s = -1", "limit.0.delay_s"),
        ('metric = "spo2"', 'metric = "sp02"', "limit.0.metric"),
        ("medium_s = 30", "medium_s = 5", "must not fall"),
        ('component = "systolic"', 'component = "value"', "component of nibp"),
        ("[clock]", "[clock", "line"),
    ],
)
def test_a_bad_file_is_refused_with_its_name_the_key_and_the_reason(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in GOOD
    path = tmp_path / "bad.toml"
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ProtocolError) as refusal:
        load_protocol(path)
    assert str(refusal.value).startswith("bad.toml: ")
    assert said in str(refusal.value)
