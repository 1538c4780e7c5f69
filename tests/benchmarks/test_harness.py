"""The benchmarks themselves: every workload runs through in its smallest size, and its figures become tables."""

from __future__ import annotations

import inspect
import math
from functools import partial
from pathlib import Path

import pytest

from tests.benchmarks import figures, results, tables
from tests.benchmarks.__main__ import WORKLOADS, run
from tests.benchmarks.contest import Figures, Party, Turn, by_turns
from tests.benchmarks.goals import Goal, Part
from tests.benchmarks.peers import installing
from tests.benchmarks.plan import SMOKE

OFTEN = ("W1", "W8")
"""These two use every part that the workloads share; the others are tried with ``-m long``."""


@pytest.mark.browser
@pytest.mark.parametrize(
    "workload",
    [
        *OFTEN,
        *(pytest.param(name, marks=pytest.mark.long) for name in WORKLOADS if name not in OFTEN),
    ],
)
def test_a_workload_runs_through_and_its_figures_stand_in_the_tables(
    workload: str, tmp_path: Path
) -> None:
    kept = results.read(tmp_path / "results.json")

    broken = run(SMOKE, [workload], kept)

    assert broken == {}
    again = results.read(kept.path)
    assert again.parts
    [name] = again.runs
    for what, part in again.parts.items():
        assert part["run"] == name
        assert what.startswith(workload) or workload == "W2"
        assert what in tables.whole(again)
        assert_sound(results.figures_of(part))
    assert all(page.exists() for page in figures.draw(again, tmp_path / "pages"))


ABOVE_ZERO = ("ms", " s", "/s", "us a reading")


def assert_sound(figures: Figures) -> None:
    """Times and rates are above zero, and what ours may not lose it has not lost."""
    for turn in (turn for turns in figures.turns.values() for turn in turns):
        assert turn
        for measure, value in turn.items():
            assert math.isfinite(value)
            assert value > 0 or not measure.endswith(ABOVE_ZERO), measure
    [ours] = figures.named("ours")
    for measure in ("lost", "lost or twice", "readings lost"):
        assert not figures.counted(ours, measure) > 0


def given(ours: float, peer: float, limit: float) -> Figures:
    values = {"ours": ours, "peer": peer, "limit": limit}
    figures = Figures(roles={"ours": "ours", "peer": "peer", "limit": "limit"})
    figures.turns = {name: [{"p50 ms": value}] for name, value in values.items()}
    return figures


@pytest.mark.parametrize(
    ("goal", "ours", "met"),
    [
        (Goal("p50 ms", times_limit=1.3), 13.0, True),
        (Goal("p50 ms", times_limit=1.3), 13.1, False),
        (Goal("p50 ms", most=8), 8.0, True),
        (Goal("p50 ms", ahead_of_peers=True), 19.9, True),
        (Goal("p50 ms", ahead_of_peers=True), 20.0, False),
        (Goal("p50 ms", share_of_limit=0.6, ahead_of_peers=True), 21.0, True),
        (Goal("p99 ms", most=8), 1.0, False),
    ],
)
def test_a_goal_is_reached_by_the_figure_that_counts(goal: Goal, ours: float, *, met: bool) -> None:
    assert goal.is_met(given(ours, peer=20.0, limit=10.0)) is met


def test_one_loss_in_one_turn_misses_the_goal_and_one_slow_turn_does_not() -> None:
    figures = Figures(roles={"ours": "ours"})
    figures.turns = {
        "ours": [
            {"lost": lost, "p50 ms": ms} for lost, ms in zip((0, 0, 3), (9, 1, 2), strict=True)
        ]
    }

    assert not Goal("lost", most=0).is_met(figures)
    assert Goal("p50 ms", most=2).is_met(figures)


def test_nobody_is_ahead_of_peers_that_did_not_take_part() -> None:
    ahead = Goal("p50 ms", ahead_of_peers=True)
    alone = Figures(roles={"ours": "ours"}, turns={"ours": [{"p50 ms": 1.0}]})
    without_one = given(1.0, 2.0, 1.0)
    without_one.skipped["the best"] = "no network"

    assert not ahead.is_met(alone)
    assert not ahead.is_met(without_one)


def test_a_turn_of_ours_that_failed_misses_the_goals_and_one_of_a_peer_does_not() -> None:
    goal = Goal("p50 ms", most=8)
    figures = given(1.0, 2.0, 1.0)

    figures.again.append("peer, round 2: no page")
    assert goal.is_met(figures)
    figures.again.append("ours, round 2: not in 60 s: to be live again")
    assert not goal.is_met(figures)


def test_what_is_too_short_to_be_judged_says_so_in_both_tables(tmp_path: Path) -> None:
    kept = results.Results(tmp_path / "results.json")
    kept.take("first", Part("W4", given(0.0, 0.0, 0.0), [Goal("p50 ms", most=0, judged=False)]))

    assert "| not judged: `make bench-long` | first |" in tables.short(kept)
    assert "not judged by so little" in tables.whole(kept)


def test_a_goal_beside_a_peer_shows_how_many_times_its_figure_ours_is(tmp_path: Path) -> None:
    kept = results.Results(tmp_path / "results.json")
    kept.take("first", Part("W6", given(3.0, 2.0, 1.0), [Goal("p50 ms", times=("peer", 1.3))]))

    assert "| 3 (3.00 x), 1.50 x peer |" in tables.short(kept)


def test_what_could_not_be_had_is_not_tried_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tried = tmp_path / "tried"
    npm = tmp_path / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text(
        f"#!/bin/sh\necho x >>{tried}\necho 'npm error code E1' >&2\necho 'npm error log' >&2\nexit 1\n"
    )
    npm.chmod(0o700)
    monkeypatch.setenv("PATH", str(npm.parent))
    monkeypatch.setattr(installing, "NODE", tmp_path / "node")
    bring = installing.once(inspect.unwrap(installing.node_red))

    for _ in range(2):
        with pytest.raises(installing.Missing, match="npm failed: npm error code E1"):
            bring()

    assert tried.read_text() == "x\n"


def test_everybody_has_a_turn_in_each_round_and_the_order_changes() -> None:
    order: list[str] = []

    def turn(name: str) -> Turn:
        order.append(name)
        return {"p50 ms": len(order)}

    parties = [Party(name, "peer", partial(turn, name)) for name in "abc"]
    found = by_turns(parties, rounds=8)

    rounds = [tuple(order[first : first + 3]) for first in range(0, 24, 3)]
    assert all(sorted(names) == ["a", "b", "c"] for names in rounds)
    assert len(set(rounds)) > 1
    assert all(len(turns) == 8 for turns in found.turns.values())


def test_a_peer_that_fails_is_left_out_with_its_reason_and_ours_may_not_fail() -> None:
    def broken() -> Turn:
        raise AssertionError("no page")

    found = by_turns([Party("a peer", "peer", broken), Party("ours", "ours", lambda: {"s": 1})], 2)
    assert found.skipped == {"a peer": "round 1: no page"}
    assert found.again == ["a peer, round 1: no page"]
    with pytest.raises(AssertionError, match="no page"):
        by_turns([Party("ours", "ours", broken)], 1)


def test_a_part_keeps_the_run_that_its_figures_are_from_when_others_are_measured_again(
    tmp_path: Path,
) -> None:
    kept = results.Results(tmp_path / "results.json")
    for run_name, what in (("first", "W1"), ("first", "W2"), ("second", "W2")):
        kept.runs[run_name] = {"at": "now"}
        kept.take(run_name, Part(what, given(1.0, 2.0, 1.0), [Goal("p50 ms", most=1.0)]))
        kept.write()

    again = results.read(kept.path)

    assert {what: part["run"] for what, part in again.parts.items()} == {
        "W1": "first",
        "W2": "second",
    }
    assert results.figures_of(again.parts["W1"]) == given(1.0, 2.0, 1.0)
    assert "| W2 | p50 ms at most 1 | 1 (1.00 x) | 1 | 2 (peer) | yes | second |" in tables.short(
        again
    )


def test_a_first_page_without_a_run_says_that_there_is_none(tmp_path: Path) -> None:
    said = tables.short(results.Results(tmp_path / "results.json"))

    assert "|" not in said
    assert "No run" in said
