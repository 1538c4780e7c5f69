"""The doctor's page says how the system stands, or that nobody could look."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.dashboard.examining import Examiner, NotExaminedError
from monitor.dashboard.pages import doctor, settings
from monitor.dashboard.visit import Visit
from monitor.data_directory import DataDirectory
from monitor.domain.registry import Operator
from monitor.locale import load_translations
from monitor.service.findings import FINDINGS, Finding, told
from tests.dashboard.clinic import parts, visit_of, visiting

VALUES = "version installed why schema newest sqlite batch hours file files free days seconds count when since until"


class Found(Examiner):
    """Finds what the test says."""

    def __init__(self, *found: Finding) -> None:
        super().__init__(Path("nowhere"))
        self.found = list(found)

    async def examine(self) -> list[Finding]:
        return self.found


def administrator(examiner: Examiner | None, language: str = "en") -> Visit:
    given = replace(parts(), examiner=examiner)
    operator = Operator("Ada", "administrator", "", language=language)
    return Visit(given, operator, given.words(language), "dark")


def text_of(shown: Any) -> str:
    return json.dumps([one.to_plotly_json() for one in shown], default=lambda o: o.to_plotly_json())


async def test_what_wants_attention_comes_first_with_what_to_do() -> None:
    found = Found(Finding("gateway_well", {"version": "1"}), Finding("backup_none"))
    visit = administrator(found)
    with visiting(visit):
        text = text_of(await doctor.findings(visit))
    assert "1 line wants attention." in text
    assert "run infusion-monitor backup FILE" in text
    assert text.index("backup_none") < text.index("gateway_well")


async def test_all_well_is_said_only_when_all_is() -> None:
    visit = administrator(Found(Finding("files_well")))
    with visiting(visit):
        assert "All is well." in text_of(await doctor.findings(visit))


async def test_that_nobody_could_look_is_said_and_nothing_else() -> None:
    for visit in (administrator(None), administrator(Examiner(Path("/nowhere")))):
        with visiting(visit):
            text = text_of(await doctor.findings(visit))
        assert "Nobody could look: " in text
        assert "well" not in text


async def test_the_page_asks_the_command_itself(data_directory: DataDirectory) -> None:
    codes = {one.code for one in await Examiner(data_directory.path).examine()}
    assert {"gateway_none", "database_none", "backup_none", "files_well"} <= codes


async def test_an_examination_that_takes_too_long_is_given_up(
    data_directory: DataDirectory,
) -> None:
    with pytest.raises(NotExaminedError, match="not done after"):
        await Examiner(data_directory.path, longest_s=0.01).examine()


def test_only_who_may_see_it_is_led_to_it() -> None:
    for visit, is_led in ((administrator(None), True), (visit_of(parts()), False)):
        with visiting(visit):
            shown = text_of([settings.layout()])
        assert ("/settings/condition" in shown) is is_led


@pytest.mark.parametrize("code", FINDINGS)
def test_every_finding_reads_the_same_in_both_languages(code: str) -> None:
    values = dict.fromkeys(VALUES.split(), 1)
    finding = Finding(code, values)
    norwegian = told(finding, load_translations()["nb"].gettext)
    assert "{" not in norwegian.said + told(finding).said
    assert bool(norwegian.do) is not finding.is_well
