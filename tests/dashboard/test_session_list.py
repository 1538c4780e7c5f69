"""The list of sessions: what is asked of the record, and what a row says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from monitor.dashboard.app import create_app
from monitor.dashboard.pages.sessions import columns
from monitor.dashboard.paging import page_asked
from monitor.dashboard.session_list import DATED, session_rows, sessions_asked
from monitor.data_directory import DataDirectory
from monitor.domain.readings import MINUTE
from monitor.domain.sessions import Phase
from monitor.domain.sign_off import SignOff
from monitor.service.review_ports import Alarmed, SessionFigures, SessionFilter, SessionRow
from monitor.storage import open_records
from tests import past_session
from tests.dashboard.browser import Browser
from tests.dashboard.clinic import T0, parts, records, visit_of

NOTHING = SessionFigures(None, None, None, None, None, None, None, {})
MEASURED = SessionFigures(
    *(138, 84, 186, 113, T0, 91, T0),
    alarms={("physiological", "high"): 2, ("technical", "high"): 1, ("technical", "low"): 4},
)


def session(name: str = "s1", **more: Any) -> SessionRow:
    known: dict[str, Any] = {
        "id": name,
        "room": "2",
        "patient": "P-0388",
        "protocol": "ketamine_iv",
        "number": 5,
        "started_at": T0,
        "ended_at": T0 + 90 * MINUTE,
        "phase": Phase.DISCHARGED,
        "figures": MEASURED,
        "state": SignOff.UNSIGNED,
        "signed_by": None,
        "signed_at": None,
    }
    return SessionRow(**{**known, **more})


def row(name: str = "anna", **more: Any) -> dict[str, Any]:
    (told,) = session_rows(visit_of(parts(), name).words, [session(**more)], {})
    return told


def test_a_row_has_the_sessions_figures() -> None:
    told = row()
    assert (told["baseline"], told["peak"], told["lowest_spo2"]) == ("138/84", "186/113", "91")
    assert told["state"] == "not signed off"


def test_alarms_of_the_patient_stand_apart_from_technical_ones_each_by_its_mark() -> None:
    told = row()
    assert (told["physiological"], told["technical"]) == ("!!!\u00a02", "!!!\u00a01 · !\u00a04")
    assert told["worst"] == "high"
    quiet = row(figures=NOTHING)
    assert (quiet["physiological"], quiet["technical"], quiet["worst"]) == ("–", "–", "")


def test_a_session_that_did_not_end_as_usual_says_its_phase() -> None:
    assert row(phase=Phase.CANCELLED)["state"] == "not signed off · Cancelled"


def test_a_session_that_nothing_was_recorded_in_says_so_in_place_of_figures() -> None:
    assert row(figures=NOTHING, few=0)["peak"] == "nothing recorded"
    assert row(figures=NOTHING, few=1)["peak"] == "one reading"
    assert row(figures=NOTHING._replace(lowest_spo2=97), few=1)["lowest_spo2"] == "97"
    assert row("kari", figures=NOTHING, few=0)["peak"] == "ingenting registrert"


def test_a_peak_of_a_session_that_never_began_stands_in_brackets() -> None:
    assert row(phase=Phase.CANCELLED)["peak"] == "(186/113)"


def test_a_cancelled_session_has_no_number() -> None:
    assert row(phase=Phase.CANCELLED)["number"] == "–"


def test_what_was_not_measured_is_a_dash_and_never_a_zero() -> None:
    told = row(figures=NOTHING)
    assert (told["baseline"], told["peak"], told["lowest_spo2"]) == ("–", "–", "–")
    mean_only = MEASURED._replace(peak_diastolic=None)
    assert row(figures=mean_only)["peak"] == "186/–"


def test_an_open_session_leads_to_the_live_page_and_an_ended_one_to_its_review() -> None:
    assert row(state=SignOff.OPEN)["started_at"].endswith("](/session/s1)")
    assert row(state=SignOff.CHANGED)["started_at"].endswith("](/review/s1)")


def test_a_row_is_told_in_the_readers_language() -> None:
    told = row("kari", state=SignOff.CHANGED)
    assert told["state"] == "endret etter signering"


def test_the_filters_of_a_page_are_those_of_the_sessions() -> None:
    chosen = {"patient": "388", "state": "changed", "peak": "180", "physiological": "medium"}
    model = {name: {"filter": value} for name, value in chosen.items()}
    request = {"startRow": 0, "endRow": 100, "sortModel": [], "filterModel": model}
    which = sessions_asked(page_asked(visit_of(parts()).words, request, DATED))
    assert (which.patient, which.room) == ("388", None)
    assert which.states == {SignOff.CHANGED}
    assert (which.peak_from, which.alarms) == (180, Alarmed.MEDIUM)


@pytest.mark.parametrize("typed", ["18x", "-5", "1800", "١٨٠"])
async def test_what_is_no_pressure_is_refused_beside_its_field_and_chooses_nothing(
    typed: str,
) -> None:
    browser = Browser(create_app(parts()))
    await browser.sign_in()
    names = ("since", "until", "patient", "room", "protocol", "peak", "alarms", "state")
    page = await browser.callback(
        "..sessions-table.filterModel...sessions-peak.error..",
        [
            {"id": f"sessions-{n}", "property": "value", "value": typed if n == "peak" else None}
            for n in names
        ],
        [
            {"id": "sessions-table", "property": "filterModel"},
            {"id": "sessions-peak", "property": "error"},
        ],
        changedPropIds=["sessions-peak.value"],
    )
    answer = json.loads(page.text)["response"]
    assert answer["sessions-table"]["filterModel"] == {}
    assert answer["sessions-peak"]["error"].startswith("Not a pressure")


def test_the_record_has_an_order_for_every_column(simulated_directory: DataDirectory) -> None:
    past_session.write(simulated_directory, minutes=1)
    kept = open_records(simulated_directory.path)
    for column in columns(visit_of(parts()).words):
        assert column.get("sortable", True)
        for way in (True, False):
            page = kept.session_list(SessionFilter(), order_by=column["field"], descending=way)
            assert [found.id for found in page.rows] == ["s1"]
    kept.close()


async def test_the_table_gets_the_page_that_it_asks_for_and_the_count_is_said() -> None:
    known = records()
    known.all_rows = [session(f"s{n}", started_at=T0 + n) for n in range(150)]
    browser = Browser(create_app(parts(records=known)))
    await browser.sign_in()
    page = await browser.callback(
        "sessions-table.getRowsResponse",
        [
            {
                "id": "sessions-table",
                "property": "getRowsRequest",
                "value": {"startRow": 100, "endRow": 200, "sortModel": [], "filterModel": {}},
            }
        ],
        {"id": "sessions-table", "property": "getRowsResponse"},
        changedPropIds=["sessions-table.getRowsRequest"],
    )
    answer = json.loads(page.text)
    response = answer["response"]["sessions-table"]["getRowsResponse"]
    assert (len(response["rowData"]), response["rowCount"]) == (50, 150)
    assert response["rowData"][0]["id"] == "s49"
    assert answer["sideUpdate"]["sessions-count"]["children"] == "150 sessions"
