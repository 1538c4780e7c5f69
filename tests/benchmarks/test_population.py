"""2,000 simulated sessions beside the published tables; normal sessions and alarms; a thousand patients at once."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import plotly.graph_objects as go  # type: ignore[import-untyped]
import pytest

from simulators.patients.individual import Response
from simulators.population import CUFFS_MIN, Session, Statistics, simulate, summary
from tests.benchmarks.report import note
from tests.benchmarks.results import FOLDER
from tests.conftest import REPOSITORY
from tests.simulators.wards import normal_ward, share_without_high_alarms

pytestmark = pytest.mark.benchmark

SESSIONS = 2000
WARDS, WARD_SESSIONS = 10, 20
PATIENTS, SECONDS = 1000, 30
LATEST_S = 15
"""So late may the last of them be connected."""
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
    shares, words = [], []
    for seed in range(WARDS):
        directory = tmp_path / f"{seed}"
        directory.mkdir()
        share, alarms = share_without_high_alarms(normal_ward(WARD_SESSIONS, seed), directory)
        shares.append(share)
        words += alarms
    share = sum(shares) / WARDS
    note(
        f"{WARDS * WARD_SESSIONS} normal sessions without a high physiological alarm",
        goal="over 95 %",
        measured=f"{share:.1%}",
        compared="; ".join(words),
    )
    assert share > 0.95


def test_a_thousand_patients_live_in_one_process_on_one_core(tmp_path: Path) -> None:
    rooms = [{"room": f"{place}", "token": f"token {place}"} for place in range(PATIENTS)]
    tokens = tmp_path / "tokens.json"
    tokens.write_text(json.dumps(rooms))
    tokens.chmod(0o600)
    with acknowledging() as port:
        told, seconds = simulating(tokens, port)
    share = told["cpu_s"] / seconds
    note(
        "1,000 patients at 1 Hz from one process",
        goal="one core",
        measured=f"{share:.0%} of a core, {told['frames'] / PATIENTS:.0f} frames each in {seconds} s",
    )
    assert told["frames"] >= PATIENTS * (seconds - LATEST_S)
    assert share < 1


@contextmanager
def acknowledging() -> Iterator[int]:
    """A gateway that only acknowledges; its port."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.acknowledger"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.stdin.close()


def simulating(tokens: Path, port: int) -> tuple[dict[str, float], int]:
    """The command itself: what it said at its end with its processor seconds, and how long it ran."""
    command = [
        *(sys.executable, "-m", "simulators", "run", "--gateway", f"ws://127.0.0.1:{port}"),
        *("--tokens", str(tokens), "--queue", str(tokens.parent / "queues"), "--json"),
        *("--for", str(SECONDS)),
    ]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr[-2000:]
    cpu_s = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return {**json.loads(done.stdout), "cpu_s": cpu_s}, SECONDS


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
