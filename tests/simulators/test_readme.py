"""What the simulators' own page says is so."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

from simulators.check.staff import PHASES
from simulators.devices.faults import DeviceFault
from simulators.feeds.disturbances import NetworkDisturbance
from simulators.patients.inputs import PatientInput
from simulators.scenarios.library import library
from simulators.scenarios.model import Scenario
from tests.simulators.mutations import MUTATIONS

README = Path(__file__).parents[2] / "simulators" / "README.md"


def tables() -> dict[str, str]:
    """The generated tables by name."""
    scenarios = [
        f"| `{name}` | {one.title} | {len(one.room)} | {one.minutes:g} |"
        for name, one in library().items()
    ]
    mutations = [
        f"| {one.name} | {', '.join(f'`{name}`' for name in one.noticed_by)} |" for one in MUTATIONS
    ]
    return {
        "scenarios": "\n".join(
            ("| scenario | what happens | rooms | minutes |", "|---|---|---|---|", *scenarios)
        ),
        "mutations": "\n".join(("| broken | noticed by |", "|---|---|", *mutations)),
    }


def written(text: str) -> str:
    """The page with its tables brought up to date."""
    for name, table in tables().items():
        before, begin, rest = text.partition(f"<!-- {name}: begin -->\n")
        _, end, after = rest.partition(f"<!-- {name}: end -->")
        text = f"{before}{begin}{table}\n{end}{after}"
    return text


def test_tables_are_those_of_the_library_and_of_the_mutations() -> None:
    text = README.read_text("utf-8")
    assert text == written(text), f"{sys.executable} -m tests.simulators.test_readme writes them"


def test_example_is_a_scenario() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", README.read_text("utf-8"), flags=re.DOTALL)
    room = Scenario.model_validate(tomllib.loads(example)).room[0]
    assert room.phase in PHASES
    assert room.expected


def test_everything_that_can_be_done_is_named() -> None:
    text = README.read_text("utf-8")
    for kind in (*PatientInput.__args__, *DeviceFault.__args__, *NetworkDisturbance.__args__):
        assert f"`{kind.model_fields['do'].default}`" in text


if __name__ == "__main__":
    README.write_text(written(README.read_text("utf-8")), "utf-8")
