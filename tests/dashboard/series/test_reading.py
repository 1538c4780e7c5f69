from __future__ import annotations

from typing import Any

from monitor.dashboard.lines import PointRow
from monitor.dashboard.series.overlay import overlay_figure
from monitor.dashboard.series.reading import AFTER, MOST_DRAWN, curves_of, read_series
from monitor.dashboard.theme import PALETTES
from monitor.domain.readings import MINUTE, Metric
from monitor.domain.sessions import Phase, PhaseEntry
from monitor.domain.sign_off import SignOff
from monitor.service.review_ports import SessionFigures, SessionRow
from tests.dashboard.clinic import T0, reading, session, stored
from tests.dashboard.records_in_memory import RecordsInMemory

NAMES = {"pressure": "BP", "pulse": "Pulse", "spo2": "SpO2", "session": "session {n}"}
NOTHING = SessionFigures(None, None, None, None, None, None, None, {})


def point(metric: str, minute: float, value: float | None, **more: Any) -> PointRow:
    at = T0 + round(minute * MINUTE)
    known = {"systolic": None, "diastolic": None, "mean": None, "source": "d1", **more}
    return PointRow("r1", metric, at, at, value, status="ok", late=0, **known)


def series(count: int) -> RecordsInMemory:
    """So many sessions of one patient a day apart, each with one pressure in the infusion."""
    records = RecordsInMemory()
    for number in range(1, count + 1):
        begin = T0 + number * 24 * 60 * MINUTE
        known = session(
            id=f"s{number}",
            number=number,
            phases=(PhaseEntry(Phase.PRECHECK, begin), PhaseEntry(Phase.INFUSION, begin + MINUTE)),
        )
        records.all_sessions.append(known)
        row = (known.id, "2", known.patient, "ketamine_iv", number, begin, None)
        records.all_rows.append(SessionRow(*row, Phase.INFUSION, NOTHING, SignOff.OPEN, None, None))
        cuff = reading(Metric.NIBP, begin + 2 * MINUTE, None, systolic=150.0, diastolic=90.0)
        records.all_readings.append(stored(cuff, session_id=known.id))
    return records


def test_a_minute_has_its_median_pulse_and_its_lowest_saturation() -> None:
    found = curves_of(
        [
            *(
                point("pulse_rate", 3 + place / 10, value)
                for place, value in enumerate((70, 90, 71))
            ),
            *(point("spo2", 3 + place / 10, value) for place, value in enumerate((97, 88, 96))),
        ],
        T0,
    )
    assert (found.pulse, found.spo2) == ([(3.5, 71)], [(3.5, 88)])


def test_a_minute_without_a_value_is_a_break() -> None:
    found = curves_of([point("spo2", minute, 97) for minute in (1, 2, 5)], T0)
    assert found.spo2 == [(1.5, 97), (2.5, 97), (3.0, None), (5.5, 97)]


def test_what_is_no_value_or_far_from_the_infusion_is_not_drawn() -> None:
    found = curves_of([point("spo2", 1, None), point("spo2", AFTER + 1, 97)], T0)
    assert found.spo2 == []


def test_the_newest_sessions_are_drawn_and_all_are_listed() -> None:
    sessions = read_series(series(MOST_DRAWN + 3), "P-0388")
    assert len(sessions) == MOST_DRAWN + 3
    assert [one.curves is None for one in sessions[:4]] == [True, True, True, False]


def test_another_patients_sessions_are_no_part_of_a_series() -> None:
    assert read_series(series(2), "P-03") == []


def test_each_session_is_told_by_its_number_on_the_figure_and_the_picked_one_stands_out() -> None:
    figure = overlay_figure(read_series(series(3), "P-0388"), NAMES, PALETTES["dark"], "s3")
    labels = [t["text"][0] for t in figure["data"] if t["meta"]["part"] == "label"]
    assert labels == ["<b>1</b> ●", "<b>2</b> ■", "<b>3</b> ▲"]
    lines = {t["meta"]["session"]: t for t in figure["data"] if t["meta"]["part"] == "line"}
    assert lines["s3"]["line"]["width"] > lines["s2"]["line"]["width"]


def test_a_value_beyond_the_usual_range_widens_its_panel() -> None:
    records = series(1)
    high = reading(Metric.NIBP, records.all_sessions[0].started_at + 9 * MINUTE, None)
    records.all_readings.append(stored(high._replace(systolic=241.0, diastolic=130.0)))
    figure = overlay_figure(read_series(records, "P-0388"), NAMES, PALETTES["dark"], "s1")
    assert figure["layout"]["yaxis"]["range"][1] > 241
