from __future__ import annotations

import json

from tests.fuzz.report import README, RESULTS, of_run


def test_the_readme_says_what_the_kept_runs_saw() -> None:
    told = README.read_text("utf-8")
    for seed, run in json.loads(RESULTS.read_text("utf-8")).items():
        assert "\n".join(of_run(seed, run)) in told
