from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from tests.longest_first import KEPT, LongestFirst


@dataclass(frozen=True)
class Item:
    nodeid: str


class Cache:
    def __init__(self, kept: dict[str, float] | None = None) -> None:
        self.kept: dict[str, Any] = {KEPT: kept or {}}

    def get(self, key: str, default: Any) -> Any:
        return self.kept.get(key, default)

    def set(self, key: str, value: Any) -> None:
        self.kept[key] = value


def plugin(cache: Cache | None, **more: Any) -> LongestFirst:
    config: Any = SimpleNamespace(cache=cache, **more)
    return LongestFirst(config)


def order(cache: Cache | None, *names: str) -> list[str]:
    items: list[Any] = [Item(name) for name in names]
    plugin(cache).pytest_collection_modifyitems(items)
    return [item.nodeid for item in items]


def ran(cache: Cache, file: str, *seconds: float, **more: Any) -> None:
    running = plugin(cache, **more)
    for number, took in enumerate(seconds):
        report: Any = SimpleNamespace(nodeid=f"{file}::test_{number}", duration=took)
        running.pytest_runtest_logreport(report)
    running.pytest_sessionfinish()


def test_what_took_longest_is_begun_first_and_tests_of_a_file_stay_in_their_order() -> None:
    kept = Cache({"tests/wire/test_b.py": 2.0, "tests/wire/test_c.py": 9.0})
    names = [f"tests/wire/test_{file}.py::{test}" for file in "abc" for test in ("z", "a")]
    assert order(kept, *names) == [*names[4:], *names[2:4], *names[:2]]


def test_files_that_share_a_browser_stay_together_however_long_others_take() -> None:
    kept = Cache({"tests/cli/test_a.py": 90.0, "tests/browser/test_b.py": 50.0})
    names = ["tests/browser/test_a.py::x", "tests/browser/test_b.py::x", "tests/cli/test_a.py::x"]
    assert order(kept, *names) == [names[1], names[0], names[2]]


def test_without_a_run_before_those_that_start_programs_go_first() -> None:
    names = ["tests/domain/test_a.py::x", "tests/faults/test_a.py::x", "tests/test_tls.py::x"]
    for cache in (Cache(), None):
        assert order(cache, *names) == [names[1], names[2], names[0]]


def test_how_long_a_file_took_is_kept_by_the_one_that_deals_them_out() -> None:
    cache = Cache()
    ran(cache, "tests/wire/test_a.py", 1.5, 2.5)
    ran(cache, "tests/wire/test_b.py", 7.0, workerinput={})
    assert cache.kept[KEPT] == {"tests/wire/test_a.py": 4.0}
    ran(cache, "tests/wire/test_a.py", 0.5)
    assert cache.kept[KEPT] == {"tests/wire/test_a.py": 3.6}
