"""Notices over real HTTP: delivered, tried again, given up, and never with a word about where they went."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import structlog

from monitor.notices.addresses import AddressError, AppriseAddress
from monitor.notices.pager import MOST_WAITING, NotDeliveredError, Pace, QueuedPager
from monitor.service.ports import Page
from tests.notices.recipient import Recipient
from tests.processes import until

QUICK = Pace(first_retry_s=0.02, longest_retry_s=0.1)
TEXT = "Room 3: high alarm unanswered for 60 s"


@pytest.fixture
def pagers() -> Iterator[list[QueuedPager]]:
    opened: list[QueuedPager] = []
    yield opened
    for pager in opened:
        pager.close()


def page(alarm_id: str = "s1-a1", seconds: int = 60, room: str = "3") -> Page:
    return Page("unanswered", room, alarm_id, "high", "limit", seconds)


def words(known: Page) -> str:
    return f"Room {known.room}: high alarm unanswered for {known.seconds} s"


def pager_to(pagers: list[QueuedPager], *recipients: Recipient, pace: Pace = QUICK) -> QueuedPager:
    pagers.append(
        QueuedPager([AppriseAddress(r.url, patience_s=0.5) for r in recipients], words, pace)
    )
    return pagers[-1]


def test_a_notice_is_delivered(pagers: list[QueuedPager], recipient: Recipient) -> None:
    pager = pager_to(pagers, recipient)
    pager.submit(page())
    until(lambda: pager.sent or None, within_s=10, what="delivery")
    assert recipient.taken[0]["message"] == TEXT
    assert recipient.taken[0]["title"] == "Infusion monitor"
    assert (pager.failed, pager.waiting, pager.problem()) == (0, 0, "")


def test_a_notice_about_simulated_data_says_so(recipient: Recipient) -> None:
    AppriseAddress(recipient.url, simulated=True).send(TEXT)
    assert "SIMULATED DATA" in recipient.taken[0]["title"]


def test_a_notice_refused_twice_is_delivered_once_and_the_trouble_is_told_until_then(
    pagers: list[QueuedPager], refusing_twice: Recipient
) -> None:
    pager = pager_to(pagers, refusing_twice, pace=Pace(first_retry_s=0.2))
    pager.submit(page())
    problem = until(lambda: pager.problem() or None, within_s=10, what="a problem")
    assert problem == "1 (JSON): no answer, or refused"
    until(lambda: pager.sent or None, within_s=10, what="delivery")
    assert (refusing_twice.attempts, len(refusing_twice.taken)) == (3, 1)
    assert (pager.sent, pager.failed, pager.problem()) == (1, 0, "")


def test_an_address_that_never_answers_is_told_and_keeps_no_other_waiting(
    pagers: list[QueuedPager], mute: Recipient, recipient: Recipient
) -> None:
    pager = pager_to(pagers, mute, recipient)
    pager.submit(page())
    until(lambda: recipient.taken or None, within_s=10, what="delivery by the other address")
    until(lambda: "no answer" in pager.problem() or None, within_s=10, what="a problem")
    until(lambda: mute.attempts > 1 or None, within_s=10, what="another attempt")
    assert pager.waiting == 1


def test_an_attempt_that_hangs_is_told_while_it_hangs(
    pagers: list[QueuedPager], mute: Recipient
) -> None:
    pagers.append(QueuedPager([AppriseAddress(mute.url, patience_s=5)], words, Pace(hung_s=0.05)))
    pagers[-1].submit(page())
    until(lambda: "hangs" in pagers[-1].problem() or None, within_s=4, what="a problem")


def test_what_is_too_old_is_given_up_and_stays_told(
    pagers: list[QueuedPager], mute: Recipient
) -> None:
    pager = pager_to(pagers, mute, pace=Pace(first_retry_s=0.01, expiry_s=0.1))
    pager.submit(page())
    until(lambda: pager.failed or None, within_s=10, what="giving up")
    assert pager.waiting == 0
    assert pager.problem()


class Blocked:
    """An address that takes nothing for now."""

    name = "blocked"

    def __init__(self) -> None:
        self.is_open = False
        self.taken: list[str] = []

    def send(self, text: str) -> None:
        if not self.is_open:
            raise NotDeliveredError("closed")
        self.taken.append(text)


def test_a_newer_notice_about_the_same_takes_the_place_of_the_older(
    pagers: list[QueuedPager],
) -> None:
    address = Blocked()
    pagers.append(QueuedPager([address], words, QUICK))
    for seconds in (60, 120, 180):
        pagers[-1].submit(page(seconds=seconds))
    pagers[-1].submit(page("s2-a1", room="4"))
    until(lambda: pagers[-1].problem() or None, within_s=10, what="a failure")
    address.is_open = True
    until(lambda: pagers[-1].waiting == 0 or None, within_s=10, what="an empty queue")
    assert address.taken == [words(page(seconds=180)), words(page("s2-a1", room="4"))]


def test_the_queue_is_bounded_and_the_oldest_is_given_up_visibly(
    pagers: list[QueuedPager],
) -> None:
    pagers.append(QueuedPager([Blocked()], words, Pace(first_retry_s=30)))
    for number in range(MOST_WAITING + 10):
        pagers[-1].submit(page(f"s1-a{number}"))
    assert pagers[-1].waiting <= MOST_WAITING + 1
    assert pagers[-1].failed >= 9
    assert pagers[-1].problem()


def test_a_notice_without_an_address_is_told_on_screens_and_makes_no_line_of_the_log(
    pagers: list[QueuedPager],
) -> None:
    pagers.append(QueuedPager([], words))
    assert pagers[-1].problem() == ""
    with structlog.testing.capture_logs() as lines:
        pagers[-1].submit(page())
    assert lines == []
    assert (pagers[-1].failed, pagers[-1].problem()) == (1, "no address is set")


def test_no_part_of_an_address_is_ever_logged(
    pagers: list[QueuedPager], refusing_twice: Recipient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING), structlog.testing.capture_logs() as lines:
        pager = pager_to(pagers, refusing_twice)
        pager.submit(page())
        until(lambda: pager.sent or None, within_s=10, what="delivery")
        with pytest.raises(AddressError) as refused:
            AppriseAddress("nonsense://kari:hemmelig@example")
    said = f"{caplog.text}{lines}{refused.value}{pager.problem()}"
    assert lines
    assert "hemmelig" not in said
    assert "127.0.0.1" not in said
