from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from monitor.dashboard.app import create_app
from monitor.dashboard.order_forms import Filled, send_filled
from monitor.dashboard.series.forms import ENTER, VOID
from monitor.data_directory import create
from monitor.domain.outcomes import Outcome
from monitor.storage import open_records
from tests import past_series
from tests.dashboard import clinic
from tests.dashboard.browser import Browser

ENTRY = "6f0d6a0e-3a52-4f0e-9c39-0d8f3a1b2c4d"
FILLED = {"scale": "madrs", "value": "21", "on": "2026-11-20", "note": " "}


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The stored series, and the two operators of the tests, whose passwords cost nothing to check."""
    directory = create(tmp_path_factory.mktemp("series") / "data", simulated=True)
    past_series.write(directory)
    records = open_records(Path(directory.path))

    class Records:
        def __getattr__(self, name: str) -> Any:
            return getattr(records, name)

        def operators(self) -> Any:
            return clinic.records().operators()

    return clinic.parts(records=Records())


async def shown(parts: Any, path: str, name: str = "anna", password: str = "infusion-1") -> str:
    browser = Browser(create_app(parts))
    await browser.sign_in(name, password)
    page = await browser.show(path)
    return json.dumps(json.loads(page.text), ensure_ascii=False)


async def test_the_page_has_every_session_with_dose_pressures_and_scores(parts: Any) -> None:
    told = await shown(parts, "/series/P-0388")
    assert "5 sessions" in told
    for text in ("41 mg · 0.5 mg/kg", "57.4 mg · 0.7 mg/kg", "133/82", "187/112", "Cancelled"):
        assert text in told
    assert "/review/s6" in told


async def test_the_page_is_told_in_norwegian(parts: Any) -> None:
    told = await shown(parts, "/series/P-0388", "kari", "infusion-2")
    assert "0,5 mg/kg" in told
    assert "P-0388 · serie" in told


async def test_a_patient_without_sessions_is_said_to_have_none_and_may_have_scores(
    parts: Any,
) -> None:
    told = await shown(parts, "/series/P-9999")
    assert "P-9999 has no sessions." in told
    assert "No score has been entered." in told


async def test_a_name_is_said_to_be_no_reference(parts: Any) -> None:
    assert "Kari is no patient reference" in await shown(parts, "/series/Kari")


async def test_a_voided_score_stays_on_the_list_with_its_reason() -> None:
    records = clinic.records()
    voided = ("anna", clinic.T0, "typed twice")
    records.all_outcomes = [
        Outcome(ENTRY, "P-1", "phq9", 17, "2026-11-20", None, "anna", clinic.T0, *voided)
    ]
    told = await shown(clinic.parts(records=records), "/series/P-1")
    assert "voided by anna: typed twice" in told
    assert "Del" in told


async def test_a_score_is_entered_and_voided_by_an_order() -> None:
    orders = clinic.ScriptedOrders()
    visit = clinic.visit_of(clinic.parts(orders=orders))
    entered = Filled("P-0388", FILLED, "save", ENTRY)
    assert (await send_filled(visit, ENTER.make, entered, ENTER.fields)).is_done
    voided = Filled(ENTRY, {"reason": "typed twice"}, "void", "")
    assert (await send_filled(visit, VOID.make, voided, VOID.fields)).is_done
    (enter, _), (void, _) = orders.given
    assert (enter.patient, enter.value, str(enter.on), enter.note) == (
        "P-0388",
        21,
        "2026-11-20",
        None,
    )
    assert str(void.entry) == ENTRY


@pytest.mark.parametrize(
    ("field", "typed"),
    [("value", ""), ("value", "2,5"), ("value", "61"), ("on", ""), ("on", "yesterday")],
)
async def test_what_is_no_score_is_refused_beside_its_field(field: str, typed: str) -> None:
    visit = clinic.visit_of(clinic.parts())
    filled = Filled("P-0388", {**FILLED, field: typed}, "save", ENTRY)
    answer = await send_filled(visit, ENTER.make, filled, ENTER.fields)
    assert list(answer.errors) == [field]


async def test_a_score_that_the_scale_does_not_have_is_told_which_it_has() -> None:
    filled = Filled("P-0388", {**FILLED, "value": "-1"}, "save", ENTRY)
    answer = await send_filled(clinic.visit_of(clinic.parts()), ENTER.make, filled, ENTER.fields)
    assert answer.errors == {"value": "MADRS is a whole number from 0 to 60."}


async def test_the_gateways_refusal_stands_beside_its_field() -> None:
    orders = clinic.ScriptedOrders([clinic.refused("out_of_range", "value")])
    visit = clinic.visit_of(clinic.parts(orders=orders))
    answer = await send_filled(
        visit, ENTER.make, Filled("P-0388", FILLED, "save", ENTRY), ENTER.fields
    )
    assert answer.errors == {"value": "This value is not possible."}
