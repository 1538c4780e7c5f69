"""A protocol whose drug is not infused: none of its patients' pages speaks of an infusion."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from dash import html

from monitor.dashboard.components.course_more import PAUSE_INFUSION
from monitor.dashboard.pages import plan, series
from monitor.dashboard.pages import session as session_page
from monitor.dashboard.presenters import refusal_text
from monitor.domain.course_facts import CheckAnswered
from monitor.domain.facts import Fact
from monitor.domain.readings import MINUTE
from monitor.domain.sessions import Phase, PhaseEntry
from tests.dashboard.clinic import T0, parts, records, refused, session, visit_of, visiting
from tests.dashboard.test_session_list import NOTHING
from tests.dashboard.test_session_list import session as row

WALK = (Phase.PRECHECK, Phase.BASELINE, Phase.INFUSION, Phase.OBSERVATION, Phase.DISCHARGED)
OPERATORS = {"en": "anna", "nb": "kari"}
PAGES: dict[str, Callable[[], Any]] = {
    "session": lambda: session_page.layout(session_id="s1"),
    "series": lambda: series.layout(patient="P-0388"),
    "plan": plan.layout,
}


def texts_in(part: Any) -> Iterator[str]:
    """Every text and title, also of closed dialogs, but of what can never be seen where there is no pump to pause."""
    if isinstance(part, str):
        yield part
    if isinstance(part, list | tuple):
        for one in part:
            yield from texts_in(one)
    is_hidden = isinstance(part, html.Button) and getattr(part, "hidden", False)
    if is_hidden or getattr(part, "id", None) == PAUSE_INFUSION.dialog:
        return
    for name in ("children", "title", "label", "placeholder", "aria-label"):
        value = getattr(part, name, None)
        if value is not None and not callable(value):
            yield from texts_in(value)


def shown(layout: Callable[[], Any], language: str, reached: Phase) -> str:
    """A page about a patient on nasal spray who has reached a phase."""
    known = records()
    walked = WALK[: WALK.index(reached) + 1]
    entries = tuple(PhaseEntry(one, T0 + 5 * MINUTE * n) for n, one in enumerate(walked))
    known.all_sessions = [session(protocol="esketamine_nasal", weight_kg=None, phases=entries)]
    known.all_rows = [row("s1", protocol="esketamine_nasal", phase=reached, figures=NOTHING)]
    known.all_facts = [Fact(T0, "anna", "s1", CheckAnswered("s1", "identity", "no", None))]
    with visiting(visit_of(parts(records=known), OPERATORS[language])):
        return "\n".join(texts_in(layout()))


@pytest.mark.parametrize("language", ["en", "nb"])
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("reached", WALK)
def test_no_page_of_a_patient_on_nasal_spray_speaks_of_an_infusion(
    page: str, language: str, reached: Phase
) -> None:
    told = shown(PAGES[page], language, reached)
    is_of_another_day = (page, reached) == ("plan", Phase.DISCHARGED)
    assert ("P-0388" in told) is not is_of_another_day
    assert "infus" not in told.lower()


def test_what_is_said_instead_names_the_phase_as_the_protocol_does() -> None:
    told = shown(PAGES["session"], "en", Phase.PRECHECK)
    assert "Stop early: Administration" in told
    assert "Administration ends before its time and observation begins." in told
    assert "! Administration may not begin." in told
    assert "Administration" in shown(PAGES["plan"], "en", Phase.OBSERVATION)
    assert "start of the treatment" in shown(PAGES["series"], "en", Phase.PRECHECK)


@pytest.mark.parametrize("code", ["infusion_over", "no_infusion", "too_early"])
@pytest.mark.parametrize("language", ["en", "nb"])
def test_refusals_that_know_no_protocol_speak_of_the_drug(code: str, language: str) -> None:
    words = visit_of(parts(), OPERATORS[language]).words
    assert "infus" not in refusal_text(words, refused(code)).lower()
    assert refusal_text(words, refused(code)) != refusal_text(words, refused("no such code"))
