"""Stations that confirm what they show, and what it means when one stops."""

from __future__ import annotations

from monitor.domain.readings import SECOND
from monitor.domain.screens import MOST_LOST, ScreenWatch


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
    made.tick(10_000)
    assert raised(made) == [("screen", "a", "delay_ended")]


def test_confirming_again_ends_it() -> None:
    made = watch("a", "b")
    confirm(made, "b", 11)
    made.tick(11_000)
    confirm(made, "a", 12)
    assert raised(made)[-1] == ("screen", "a", "condition_ended")


def test_a_page_that_its_reader_closed_is_no_fault_and_a_lost_connection_is() -> None:
    made = watch("a", "b")
    made.gone("a", closed=True, now=1_000)
    made.gone("b", closed=False, now=1_000)
    made.tick(30_000)
    assert raised(made) == [("screen", "b", "delay_ended")]


def run(made: ScreenWatch, from_s: int, until_s: int, **audio: str) -> None:
    """Each second these screens confirm, with this audio, and time passes."""
    for second in range(from_s, until_s):
        for screen, heard in audio.items():
            confirm(made, screen, second, audio=heard)
        made.tick(second * SECOND)


def test_a_station_that_cannot_sound_for_ten_seconds_is_told() -> None:
    made = watch("a")
    run(made, 1, 11, a="blocked")
    assert raised(made) == []
    run(made, 11, 12, a="blocked")
    assert raised(made) == [("sound", "a", "delay_ended")]
    confirm(made, "a", 12, audio="on")
    assert raised(made) == [("sound", "a", "condition_ended")]


def test_a_page_that_is_touched_soon_after_it_was_opened_raises_nothing() -> None:
    made = watch("a")
    run(made, 1, 10, a="blocked")
    run(made, 10, 30, a="on")
    run(made, 30, 39, a="blocked")
    assert raised(made) == []


def test_a_station_that_reloads_again_and_again_stays_one_alarm() -> None:
    made = ScreenWatch()
    for number in range(3):
        page = f"page-{number}"
        made.here(page, "N-12", "station", 40_000 * number, station="desk")
        run(made, 40 * number, 40 * number + 36, **{page: "blocked"})
        made.gone(page, closed=True, now=1000 * (40 * number + 36))
        made.tick(1000 * (40 * number + 38))
    assert raised(made) == [("sound", "desk", "delay_ended")]
    made.tick(3 * 40_000 + 10_000)
    assert raised(made) == [("sound", "desk", "condition_ended")]


def test_a_screen_that_reconnects_keeps_its_alarm() -> None:
    made = watch("a")
    run(made, 1, 15, a="blocked")
    made.gone("a", closed=False, now=15_000)
    made.here("a", "op-a", "station", 16_000)
    made.tick(16_000)
    run(made, 17, 20, a="blocked")
    assert raised(made) == [("sound", "a", "delay_ended")]


def test_two_pages_of_one_station_are_one_alarm_and_one_that_sounds_is_enough() -> None:
    made = ScreenWatch()
    for page in ("a", "b"):
        made.here(page, "N-12", "station", 0, station="desk")
    run(made, 1, 15, a="blocked", b="blocked")
    assert raised(made) == [("sound", "desk", "delay_ended")]
    run(made, 15, 16, a="blocked", b="on")
    assert raised(made) == [("sound", "desk", "condition_ended")]


def test_a_locked_station_is_called_after_whoever_left_it() -> None:
    made = ScreenWatch()
    made.here("a", "N-12", "station", 0, station="desk")
    made.here("a", "", "station", 1_000, station="desk")
    made.here("b", "", "station", 1_000, station="unknown")
    made.tick(11_000)
    reasons = [(known.reason.code, known.reason.values) for known in made.signals()]
    assert reasons == [("screen_silent", {"operator": "N-12"}), ("screen_silent_locked", {})]


def test_after_a_standstill_every_station_has_time_to_confirm_again() -> None:
    made = watch("a", "b")
    run(made, 1, 5, a="on", b="on")
    made.stood_still(9_000, 14_000)
    confirm(made, "a", 14)
    made.tick(14_000)
    assert raised(made) == [("engine", "gateway", "delay_ended")]
    run(made, 15, 24, a="on")
    assert raised(made) == []
    run(made, 24, 25, a="on")
    assert raised(made) == [("screen", "b", "delay_ended")]


def test_what_one_screen_says_before_the_next_tick_raises_nothing_about_another() -> None:
    made = watch("a", "b")
    run(made, 1, 5, a="on", b="on")
    confirm(made, "a", 14)
    assert raised(made) == []


def test_a_station_that_was_silent_before_the_standstill_still_is() -> None:
    made = watch("a", "b")
    run(made, 1, 12, b="on")
    made.stood_still(9_000, 20_000)
    made.tick(20_000)
    assert ("screen", "a", "condition_ended") not in raised(made)


def test_a_standstill_stays_on_the_screens_until_somebody_has_seen_it() -> None:
    made = watch("a")
    for number in (1, 2):
        made.stood_still(9_000, 20_000 * number)
        made.tick(20_000 * number)
        confirm(made, "a", 20 * number)
    (alarm,) = made.signals()
    assert (alarm.reason.code, alarm.reason.values) == ("stood_still", {"seconds": 9})
    told = [event for kind, _, event in raised(made) if kind == "engine"]
    assert told == ["delay_ended", "escalated"]
    made.acknowledge(alarm.id, "N-12", None, 50_000)
    assert made.signals() == []


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
    made = ScreenWatch(speed=60)
    made.here("a", "op", "station", 0)
    made.tick(599_000)
    assert made.confirming(599_000) == 1
    made.tick(600_000)
    assert raised(made) == [("screen", "a", "delay_ended")]


def test_acknowledging_a_station_that_is_gone_forgets_it() -> None:
    made = watch("a", "b")
    confirm(made, "b", 11)
    made.tick(11_000)
    (alarm,) = [known.id for known in made.signals()]
    made.acknowledge(alarm, "N-12", None, 12_000)
    assert [event for _, _, event in raised(made)][-1] == "condition_ended"
    confirm(made, "b", 13)
    assert made.signals() == []


def test_the_first_paint_and_the_first_sound_are_kept() -> None:
    made = watch("a", "b")
    confirm(made, "b", 11)
    made.tick(11_000)
    (alarm,) = [known.id for known in made.signals()]
    assert made.shown(alarm, painted=True, sounded=False, now=11_100)
    assert not made.shown(alarm, painted=True, sounded=False, now=11_200)
    assert made.shown(alarm, painted=True, sounded=True, now=11_300)
    (known,) = made.signals()
    assert (known.painted_at, known.sounded_at) == (11_100, 11_300)


def test_a_browser_that_loses_page_after_page_does_not_fill_everybodys_screens() -> None:
    made = watch("here")
    for n in range(3 * MOST_LOST):
        made.here(f"page {n}", "Eva", "station", n)
        made.gone(f"page {n}", closed=False, now=n)
    for second in range(1, 12):
        confirm(made, "here", second)
        made.tick(second * SECOND)
    told = made.signals()
    assert {one.source for one in told} == {
        f"page {n}" for n in range(2 * MOST_LOST, 3 * MOST_LOST)
    }
    assert "here" in made.screens
