"""Rehearsals as processes of their own over a record on disk."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from monitor.dashboard.rehearsal.asking import Chosen, Wanted
from monitor.dashboard.rehearsal.running import MOST_RUNNING, BusyError, Job, Rehearsals, State
from monitor.data_directory import create
from monitor.domain.limits import Priority
from monitor.service.protocols import load_protocols
from monitor.service.rehearsal import Changes, RuleChange, Verdict
from tests import past_session

KETAMINE = load_protocols()["ketamine_iv"]
LATER = Changes((RuleChange("spo2_below_2", 90, Priority.HIGH, 20_000),))
DEADLINE_S = 120


def wanted(*sessions: str, changes: Changes = LATER) -> Wanted:
    chosen = tuple(Chosen(one, "P-1", 0) for one in sessions or ("s1", "s2", "s3"))
    return Wanted(KETAMINE, changes, chosen, is_all=True)


async def over(job: Job) -> Job:
    async with asyncio.timeout(DEADLINE_S):
        while job.is_running:
            await job.news_after(len(job.results), DEADLINE_S)
    return job


async def ended(job: Job) -> None:
    """Its process too."""
    assert job.task is not None
    async with asyncio.timeout(DEADLINE_S):
        await asyncio.wait([job.task])


def children() -> set[str]:
    listed = Path(f"/proc/{os.getpid()}/task")
    return {pid for task in listed.iterdir() for pid in (task / "children").read_text().split()}


async def test_what_is_otherwise_is_told_session_by_session_and_who_was_left_out_by_name(
    watched: Path,
) -> None:
    asked = wanted("s1", "s3", "s4", "s5", "s77")
    job = await over(Rehearsals(watched).start("dina", asked))
    assert job.state is State.DONE
    first, third, *left = job.results
    assert first.verdicts[Verdict.DELAYED] == {"high": 1}
    assert (first.longest_s, first.recorded) == (5, {"medium": 2, "high": 1})
    assert (third.changed, third.problem) == (0, "")
    assert [one.problem for one in left] == [
        "it was cancelled",
        "it is still open",
        "it is no longer on record",
    ]


async def test_unchanged_limits_give_exactly_what_was_recorded(watched: Path) -> None:
    job = await over(Rehearsals(watched).start("dina", wanted(changes=Changes())))
    assert [one.changed for one in job.results] == [0, 0, 0]
    assert [one.recorded == one.rehearsed for one in job.results] == [True, True, True]
    assert sum(sum(one.recorded.values()) for one in job.results) == 4


async def test_a_session_of_an_older_version_is_named_and_not_left_out(tmp_path: Path) -> None:
    directory = create(tmp_path / "data", simulated=True)
    past_session.write(directory, minutes=20)
    job = await over(Rehearsals(directory.path).start("dina", wanted("s1")))
    (known,) = job.results
    assert known.problem == "the text of its protocol is not on record"


async def test_a_rehearsal_is_stopped_with_its_process_and_its_operator_may_begin_anew(
    watched: Path,
) -> None:
    rehearsals, before = Rehearsals(watched), children()
    job = rehearsals.start("dina", wanted())
    async with asyncio.timeout(DEADLINE_S):
        while not children() - before:
            await asyncio.sleep(0.01)
    rehearsals.stop("dina")
    assert job.state is State.STOPPED
    await ended(job)
    assert children() <= before
    assert rehearsals.start("dina", wanted()).number > job.number
    rehearsals.stop("dina")


async def test_an_operator_has_one_at_a_time_and_all_together_have_few(watched: Path) -> None:
    rehearsals = Rehearsals(watched)
    jobs = [rehearsals.start(f"nr{n}", wanted()) for n in range(MOST_RUNNING)]
    with pytest.raises(BusyError) as own:
        rehearsals.start("nr0", wanted())
    with pytest.raises(BusyError) as others:
        rehearsals.start("dina", wanted())
    assert (own.value.own, others.value.own) == (True, False)
    for n, job in enumerate(jobs):
        rehearsals.stop(f"nr{n}")
        await ended(job)


async def test_a_rehearsal_that_takes_too_long_is_ended(watched: Path) -> None:
    job = await over(Rehearsals(watched, longest_s=0.05).start("dina", wanted()))
    assert job.state is State.TOO_LONG
    await ended(job)


async def test_a_record_that_cannot_be_read_is_a_rehearsal_that_broke(tmp_path: Path) -> None:
    job = await over(Rehearsals(tmp_path).start("dina", wanted()))
    assert (job.state, job.results) == (State.FAILED, [])
