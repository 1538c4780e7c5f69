"""Stations that confirm what they show, and what it means when one stops."""

from __future__ import annotations

from monitor.domain.readings import SECOND
from monitor.domain.screens import ScreenWatch


def watch(*stations: str) -> ScreenWatch:
    made = ScreenWatch()
    for station in stations:
        made.here(station, f"op-{station}", "station", 0)
    return made


def confirm(
    made: ScreenWatch, screen: str, at_s: float, *, audio: str = "on", visible: bool = True
) -> None:
    made.confirm(screen, audio, visible, round(at_s * SECOND))


def raised(made: ScreenWatch) -> list[tuple[str, str, str]]:
    return [(c.occurrence.kind, c.occurrence.source, str(c.event)) for c in made.take_changes()]


def test_a_station_that_stops_confirming_is_a_condition_after_ten_seconds() -> None:
    made = watch("a", "b")
    for second in range(10):
        confirm(made, "b", second)
    made.tick(9_900)
    assert raised(made) == []
    confirm(made, "b", 10)
    assert raised(made) == [("screen", "a", "delay_ended")]


def test_confirming_again_ends_it() -> None:
    made = watch("a", "b")
    confirm(made, "b", 11)
    confirm(made, "a", 12)
    assert raised(made)[-1] == ("screen", "a", "condition_ended")


def test_a_page_that_its_reader_closed_is_no_fault_and_a_lost_connection_is() -> None:
    made = watch("a", "b")
    made.gone("a", closed=True, now=1_000)
    made.gone("b", closed=False, now=1_000)
    made.tick(30_000)
    assert raised(made) == [("screen", "b", "delay_ended")]


def test_a_station_that_cannot_sound_is_told() -> None:
    made = watch("a")
    confirm(made, "a", 1, audio="blocked")
    assert raised(made) == [("sound", "a", "delay_ended")]
    confirm(made, "a", 2, audio="on")
    assert raised(made) == [("sound", "a", "condition_ended")]


def test_a_quiet_screen_is_never_counted_on_and_never_a_fault() -> None:
    made = ScreenWatch()
    made.here("q", "op", "quiet", 0)
    made.confirm("q", "quiet", True, 1_000)
    assert made.confirming(1_000) == 0
    made.tick(60_000)
    assert raised(made) == []


def test_a_hidden_station_does_not_count_but_is_not_silent() -> None:
    made = watch("a")
    confirm(made, "a", 5, visible=False)
    assert made.confirming(5_000) == 0
    made.tick(14_000)
    assert raised(made) == []


def test_nobody_watches_since_the_last_station_confirmed() -> None:
    made = watch("a")
    confirm(made, "a", 1)
    seen = [made.alone_since]
    made.tick(12_000)
    seen.append(made.alone_since)
    confirm(made, "a", 13)
    seen.append(made.alone_since)
    assert seen == [None, 1_000, None]


def test_on_a_fast_clock_a_station_has_as_much_real_time_as_ever() -> None:
    made = ScreenWatch(silent_ms=600_000)
    made.here("a", "op", "station", 0)
    made.tick(599_000)
    assert made.confirming(599_000) == 1
    made.tick(600_000)
    assert raised(made) == [("screen", "a", "delay_ended")]


def test_acknowledging_a_station_that_is_gone_forgets_it() -> None:
    made = watch("a", "b")
    confirm(made, "b", 11)
    (alarm,) = [known.id for known in made.signals()]
    made.acknowledge(alarm, "N-12", None, 12_000)
    assert [event for _, _, event in raised(made)][-1] == "condition_ended"
    confirm(made, "b", 13)
    assert made.signals() == []


def test_the_first_paint_and_the_first_sound_are_kept() -> None:
    made = watch("a", "b")
    confirm(made, "b", 11)
    (alarm,) = [known.id for known in made.signals()]
    assert made.shown(alarm, painted=True, sounded=False, now=11_100)
    assert not made.shown(alarm, painted=True, sounded=False, now=11_200)
    assert made.shown(alarm, painted=True, sounded=True, now=11_300)
    (known,) = made.signals()
    assert (known.painted_at, known.sounded_at) == (11_100, 11_300)
