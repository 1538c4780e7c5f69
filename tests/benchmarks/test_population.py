"""2,000 simulated sessions beside the published tables; normal sessions and alarms; a thousand patients at once."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import plotly.graph_objects as go  # type: ignore[import-untyped]
import pytest

from simulators.feeds.frames import reading_text, readings_text
from simulators.patients.individual import Response
from simulators.population import CUFFS_MIN, Session, Statistics, simulate, summary
from simulators.scenarios.bed import build_bed
from simulators.scenarios.library import library
from tests.benchmarks.report import FOLDER, note
from tests.conftest import REPOSITORY
from tests.simulators.wards import normal_ward, share_without_high_alarms

pytestmark = pytest.mark.benchmark

SESSIONS = 2000
NORMAL_SESSIONS = 200
PATIENTS, SECONDS = 1000, 20
FIGURE = REPOSITORY / "build" / "population.html"
PAPERS = (
    ("Yale 2024, 2,342 infusions", "16.0 +- 11.2 / 11.0 +- 8.45", "-", "0.98 % severe"),
    ("Chinese cohort, 741 infusions", "7.4 / 6.0", "-", "-"),
    ("Riva-Posse 2018, 684 infusions", "3.3 / 3.2 (30 min)", "-", "-"),
    ("Wan 2015, 205 infusions", "-", "19.6 +- 12.8", "-"),
)
"""Rise at 40 min (systolic / diastolic), mean of the sessions' peak rises, severe."""


def test_strong_cohort_is_the_published_one() -> None:
    began = time.perf_counter(), time.process_time()
    cohorts = {
        name: simulate(SESSIONS if name is Response.STRONG else 500, name, 1) for name in Response
    }
    real_s, cpu_s = time.perf_counter() - began[0], time.process_time() - began[1]
    found = {name: summary(*cohort) for name, cohort in cohorts.items()}
    sys.stdout.write(written(found))
    draw({name: sessions for name, (sessions, _) in cohorts.items()})
    strong = found[Response.STRONG]
    note(
        "2,000 strong-profile sessions",
        goal="rise at 40 min 16 +- 1, SD 11 +- 1, >= 180 in 0.5-2.5 %, peak at 40 min, 95 % back",
        measured=f"{strong.mean_rise_at_40:.1f}, SD {strong.sd_rise_at_40:.1f}, "
        f"{strong.share_severe:.1%}, {strong.median_peak_minute:.0f} min, {strong.share_returned:.1%}",
        compared=f"{real_s:.0f} s, {cpu_s:.0f} s of processor (goal: under two minutes)",
    )
    assert abs(strong.mean_rise_at_40 - 16) <= 1
    assert abs(strong.sd_rise_at_40 - 11) <= 1
    assert 0.005 <= strong.share_severe <= 0.025
    assert strong.median_peak_minute == 40
    assert strong.share_returned >= 0.95
    assert cpu_s < 120


def test_normal_sessions_have_no_high_physiological_alarm(tmp_path: Path) -> None:
    share, words = share_without_high_alarms(normal_ward(NORMAL_SESSIONS, seed=1), tmp_path)
    note(
        f"{NORMAL_SESSIONS} normal sessions without a high physiological alarm",
        goal="over 95 %",
        measured=f"{share:.1%}",
        compared="; ".join(words),
    )
    assert share > 0.95


def test_a_thousand_patients_live_in_one_process_on_one_core() -> None:
    beds = [build_bed(library()["ward"], place, name=f"{place}") for place in range(PATIENTS)]
    began = time.process_time()
    for second in range(SECONDS):
        at = 1_800_000_000_000 + second * 1000
        for bed in beds:
            readings = ",".join(reading_text(one, at) for one in bed.take())
            readings_text(second + 1, at, f"[{readings}]")
    share = (time.process_time() - began) / SECONDS
    note(
        "1,000 patients at 1 Hz: measured and written as frames",
        goal="one core",
        measured=f"{share:.1%} of a core",
    )
    assert share < 1


def written(found: dict[Response, Statistics]) -> str:
    """Ours and the papers' beside each other."""
    rows = [
        (
            f"simulated, {name}, {one.sessions} sessions ({one.not_started} not started)",
            " / ".join(
                (
                    spread(one.mean_rise_at_40, one.sd_rise_at_40),
                    spread(one.mean_diastolic_rise_at_40, one.sd_diastolic_rise_at_40),
                )
            ),
            spread(one.mean_peak_rise, one.sd_peak_rise),
            f"{one.share_severe:.2%} >= 180",
        )
        for name, one in found.items()
    ]
    head = ("", "rise at 40 min, mmHg", "mean of peaks", "severe")
    lines = (f"{a:52}{b:32}{c:16}{d}" for a, b, c, d in (head, *rows, *PAPERS))
    return "\n" + "\n".join(lines) + "\n"


def spread(mean: float, sd: float) -> str:
    return f"{mean:.1f} +- {sd:.1f}"


def draw(cohorts: dict[Response, list[Session]]) -> None:
    """Mean rise and its spread over the session, as a page of its own."""
    figure = go.Figure()
    for name, sessions in cohorts.items():
        rises = [sorted(one.rise(minute) for one in sessions) for minute in CUFFS_MIN]
        for share in (0.1, 0.9):
            edge = [of[int(share * len(of))] for of in rises]
            figure.add_scatter(
                x=CUFFS_MIN, y=edge, name=f"{name}, {share:.0%}", line={"dash": "dot", "width": 1}
            )
        means = [sum(of) / len(of) for of in rises]
        figure.add_scatter(x=CUFFS_MIN, y=means, name=f"{name}, mean", line={"width": 3})
    papers = (
        ("Yale 2024", 40, 16.0, 11.2),
        ("Chinese cohort", 40, 7.4, 0),
        ("Riva-Posse 2018", 30, 3.28, 0),
    )
    for paper, minute, mean, spread in papers:
        figure.add_scatter(
            x=[minute], y=[mean], name=paper, mode="markers", error_y={"array": [spread]}
        )
    figure.update_layout(
        title="Systolic rise above the baseline, simulated and published",
        xaxis_title="minutes after the pump's start",
        yaxis_title="mmHg",
    )
    FIGURE.parent.mkdir(exist_ok=True)
    figure.write_html(FIGURE)
    sys.stdout.write(f"figure: {FIGURE.relative_to(FOLDER.parents[1])}\n")
