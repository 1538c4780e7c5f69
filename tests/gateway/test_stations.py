"""What the gateway makes of receipts, without sockets."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from monitor.gateway.access import Guest
from monitor.gateway.stations import DELIVERY_BUCKETS_S, Deliveries, Stations
from monitor.gateway.viewers import Viewer
from monitor.wire.live import Painted, Subscribe
from tests.gateway.test_viewers import Wire, alarm

KARI = Guest("Kari", "p1")
ONE, OTHER = UUID(int=1), UUID(int=2)


class RecordingWatch:
    """Remembers what the monitor would be told."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def screen_here(
        self, screen_id: str, operator: str, kind: str, now: int, *, station: str = ""
    ) -> None:
        self.calls.append(("here", screen_id, operator, kind, now, station))

    def screen_receipt(self, screen_id: str, painted: Painted, now: int) -> None:
        self.calls.append(("receipt", screen_id, painted, now))

    def screen_gone(self, screen_id: str, now: int, *, closed: bool = False) -> None:
        self.calls.append(("gone", screen_id, now, closed))

    @property
    def kinds(self) -> list[str]:
        return [call[0] for call in self.calls]


def stations() -> tuple[Stations, RecordingWatch]:
    watch = RecordingWatch()
    return Stations(watch, 1.0), watch


def subscribe(screen: UUID = ONE, kind: Any = "station") -> Subscribe:
    return Subscribe(screen=screen, kind=kind)


def test_a_screen_is_told_of_when_it_comes_says_something_and_goes() -> None:
    book, watch = stations()
    viewer, painted = Viewer(Wire()), Painted(seq=1, alarms=["a1"], canary=7, audio="on")
    book.here(viewer, subscribe(), KARI, 1)
    book.receipt(viewer, painted, 2)
    book.gone(viewer, 3, closed=True)
    assert watch.calls == [
        ("here", str(ONE), "Kari", "station", 1, "p1"),
        ("receipt", str(ONE), painted, 2),
        ("gone", str(ONE), 3, True),
    ]


def test_a_hidden_page_confirms_no_alarm_and_no_canary_but_what_it_sounded() -> None:
    book, watch = stations()
    viewer = Viewer(Wire())
    book.here(viewer, subscribe(), KARI, 1)
    book.deliveries.told([alarm("a1")])
    book.receipt(viewer, Painted(seq=1, alarms=["a1"], sounded=["a1"], canary=7, hidden=True), 2)
    told = watch.calls[-1][2]
    assert (told.alarms, told.canary, told.sounded, told.hidden) == ([], None, ["a1"], True)
    assert book.deliveries.unseen == 1


def test_a_screen_that_came_back_by_a_new_connection_is_not_gone_with_the_old_one() -> None:
    book, watch = stations()
    old, new = Viewer(Wire()), Viewer(Wire())
    book.here(old, subscribe(), KARI, 1)
    book.here(new, subscribe(), KARI, 2)
    book.receipt(old, Painted(seq=1), 3)
    book.gone(old, 4, closed=False)
    assert watch.kinds == ["here", "here"]
    book.gone(new, 5, closed=False)
    assert watch.kinds[-1] == "gone"


def test_a_connection_that_becomes_another_screen_was_the_first_no_longer() -> None:
    book, watch = stations()
    viewer = Viewer(Wire())
    book.here(viewer, subscribe(ONE), KARI, 1)
    book.here(viewer, subscribe(OTHER), KARI, 2)
    assert watch.kinds == ["here", "gone", "here"]


def test_a_program_and_a_screen_that_never_subscribed_are_counted_on_by_nobody() -> None:
    book, watch = stations()
    program, stranger = Viewer(Wire()), Viewer(Wire())
    book.here(program, subscribe(), None, 1)
    for viewer in (program, stranger):
        book.receipt(viewer, Painted(seq=1, alarms=["a1"]), 2)
        book.gone(viewer, 3, closed=False)
    assert watch.calls == []


def test_a_quiet_screen_delivers_no_alarm() -> None:
    book, _ = stations()
    viewer = Viewer(Wire())
    book.here(viewer, subscribe(kind="quiet"), KARI, 1)
    book.deliveries.told([alarm("a1")])
    book.receipt(viewer, Painted(seq=1, alarms=["a1"]), 2)
    assert book.deliveries.unseen == 1


def test_a_delivery_is_counted_once_from_raising_to_the_first_paint() -> None:
    deliveries = Deliveries()
    deliveries.told([alarm("a1"), alarm("a2")])
    deliveries.painted(["a1"], 30)
    deliveries.told([alarm("a1").model_copy(update={"state": "acknowledged"})])
    deliveries.painted(["a1", "unknown"], 9_000)
    deliveries.painted(["a1", "a2"], 70_000)
    counted = dict(deliveries.buckets())
    assert (counted["0.025"], counted["0.05"], counted["60.0"], counted["+Inf"]) == (0, 1, 1, 2)
    assert deliveries.sum_s == 70.03
    assert len(counted) == len(DELIVERY_BUCKETS_S) + 1


def test_an_alarm_that_ended_before_anybody_saw_it_is_counted() -> None:
    deliveries = Deliveries()
    deliveries.told([alarm("a1"), alarm("a2")])
    deliveries.painted(["a2"], 10)
    assert deliveries.unseen == 1
    deliveries.told([alarm(name).model_copy(update={"state": "ended"}) for name in ("a1", "a2")])
    assert (deliveries.unseen, deliveries.ended_unseen) == (0, 1)


def test_a_delivery_is_counted_in_real_time_however_fast_the_clock_runs() -> None:
    deliveries = Deliveries(clock_speed=60)
    deliveries.told([alarm("a1")])
    deliveries.painted(["a1"], 6_000)
    assert deliveries.sum_s == 0.1


def test_one_that_was_seen_before_a_restart_is_not_counted_again() -> None:
    deliveries = Deliveries()
    deliveries.told([alarm("a1").model_copy(update={"painted_at": 5})])
    deliveries.painted(["a1"], 10_000)
    assert (deliveries.unseen, deliveries.sum_s) == (0, 0)
