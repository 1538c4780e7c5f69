"""How often somebody may try to sign in, and that guessing from elsewhere locks nobody out at the ward."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.dashboard.access_log import (
    MOST_REFUSALS_AN_HOUR,
    AccessLog,
    Refusals,
)
from monitor.dashboard.app import create_app
from monitor.dashboard.knocks import remember
from monitor.dashboard.throttle import HELD_TRIES, PLACE_TRIES, Attempt, Throttle, network
from monitor.domain import facts
from monitor.domain.facts import Fact
from monitor.domain.tries import (
    FIRST_WAIT_S,
    FORGOTTEN_AFTER_S,
    LONGEST_WAIT_S,
    MOST_COUNTS,
    NAME_TRIES,
)
from monitor.identity import (
    MOST_NAMES,
    came_here,
    new_station,
    read_station,
    sign_station,
    was_here,
)
from monitor.wire.orders import NoteAccess
from tests.dashboard.browser import Browser
from tests.dashboard.clinic import COOKIE_KEY, ScriptedOrders, parts, records

T = 1_000_000.0
ANNA = Attempt("anna", "10.0.0.9")


def fail(throttle: Throttle, attempt: Attempt, times: int, at_s: float = T) -> None:
    for _ in range(times):
        assert throttle.begin(attempt, at_s) == 0


def test_a_name_waits_after_a_few_wrong_passwords_and_longer_each_time() -> None:
    throttle, now_s, waits = Throttle(), T, []
    fail(throttle, ANNA, NAME_TRIES)
    for _ in range(8):
        waits.append(throttle.begin(ANNA, now_s))
        now_s += waits[-1]
        assert throttle.begin(ANNA, now_s) == 0
    assert waits[:3] == [FIRST_WAIT_S, 2 * FIRST_WAIT_S, 4 * FIRST_WAIT_S]
    assert waits[-1] == LONGEST_WAIT_S


def test_attempts_while_a_name_waits_do_not_make_it_wait_longer() -> None:
    throttle = Throttle()
    fail(throttle, ANNA, NAME_TRIES)
    for _ in range(1000):
        throttle.begin(ANNA, T + 1)
    assert throttle.begin(ANNA, T + FIRST_WAIT_S) == 0


def test_guessing_from_elsewhere_makes_nobody_wait_at_a_station_of_the_ward() -> None:
    throttle = Throttle()
    for attacker in range(200):
        throttle.begin(Attempt("anna", f"10.0.{attacker}.1"), T)
    assert throttle.begin(Attempt("anna", "10.0.0.9"), T) > 0
    assert throttle.begin(Attempt("anna", "10.0.0.9", station="ward-1"), T) == 0


def test_guessing_at_one_station_makes_that_station_wait_and_no_other() -> None:
    throttle = Throttle()
    for name in range(PLACE_TRIES):
        fail(throttle, Attempt(f"n{name}", "10.0.0.9", station="ward-1"), 1)
    assert throttle.begin(Attempt("anna", "10.0.0.9", station="ward-1"), T) > 0
    assert throttle.begin(Attempt("anna", "10.0.0.9", station="ward-2"), T) == 0


def test_a_new_pass_of_the_same_holder_is_no_new_chance_to_guess() -> None:
    throttle = Throttle()
    for number in range(HELD_TRIES):
        fail(throttle, Attempt("anna", "10.0.0.9", f"new-{number}", "kari"), 1)
    assert throttle.begin(Attempt("anna", "10.0.0.9", "another", "kari"), T) > 0
    assert throttle.begin(Attempt("anna", "10.0.0.9", "another", "ola"), T) == 0
    assert throttle.begin(Attempt("anna", "10.0.0.9", "her own"), T) == 0
    assert throttle.begin(Attempt("anna", "10.0.0.9"), T) == 0


def test_an_address_that_tries_many_names_waits_for_all_of_them() -> None:
    throttle = Throttle()
    for name in range(PLACE_TRIES):
        fail(throttle, Attempt(f"n{name}", "10.0.0.9"), 1)
    assert throttle.begin(ANNA, T) > 0
    assert throttle.begin(Attempt("anna", "10.0.0.10"), T) == 0


def test_a_right_password_counts_the_name_anew_and_frees_no_guessing_address() -> None:
    throttle = Throttle()
    fail(throttle, ANNA, NAME_TRIES - 1)
    throttle.succeeded(ANNA)
    fail(throttle, ANNA, NAME_TRIES - 1)
    for name in range(PLACE_TRIES):
        throttle.begin(Attempt(f"n{name}", "10.0.0.9"), T)
        if throttle.begin(Attempt("own", "10.0.0.9"), T) == 0:
            throttle.succeeded(Attempt("own", "10.0.0.9"))
    assert throttle.begin(Attempt("n1", "10.0.0.9"), T) > 0


@given(st.lists(st.text(max_size=8), max_size=50))
def test_memory_is_bounded_whatever_names_are_tried(names: list[str]) -> None:
    throttle = Throttle()
    for name in names:
        throttle.begin(Attempt(name, name), T)
    assert len(throttle.tries) <= min(MOST_COUNTS, 2 * len(names))


@pytest.mark.parametrize(
    ("address", "counted"),
    [("10.1.2.3", "10.1.2.3"), ("2001:db8:1:2:3::4", "2001:db8:1:2::"), ("unix", "unix")],
)
def test_an_address_counts_as_the_network_that_one_household_has(
    address: str, counted: str
) -> None:
    assert network(address) == counted


async def test_a_name_that_waits_says_so_alike_whether_it_exists_or_not() -> None:
    known, unknown = Browser(create_app(parts())), Browser(create_app(parts()))
    for _ in range(NAME_TRIES):
        assert (await known.sign_in("anna", "wrong")).status == 401
        assert (await unknown.sign_in("nobody", "wrong")).status == 401
    # The right password is not even looked at.
    one, other = await known.sign_in("anna"), await unknown.sign_in("nobody")
    assert one.status == other.status == 429
    assert "Too many attempts. Try again in 1 minute." in one.text
    assert one.text.replace("anna", "") == other.text.replace("nobody", "")
    assert 0 < int(one.headers["retry-after"]) <= FIRST_WAIT_S
    assert "set-cookie" not in one.headers


async def test_attempts_at_the_same_moment_are_counted_before_any_is_answered() -> None:
    browser = Browser(create_app(parts()))
    pages = await asyncio.gather(*(browser.sign_in("anna", f"guess {n}") for n in range(20)))
    assert sum(page.status == 401 for page in pages) == NAME_TRIES


async def test_whoever_may_sign_in_gets_no_more_guesses_at_a_colleague_from_new_browsers() -> None:
    app = create_app(parts())
    answers = []
    for _ in range(4):
        browser = Browser(app)
        await browser.sign_in("kari", "infusion-2")
        guesses = range(NAME_TRIES - 1)
        answers += [(await browser.sign_in("anna", f"guess {guess}")).status for guess in guesses]
    assert answers.count(401) == HELD_TRIES
    assert set(answers[HELD_TRIES:]) == {429}


async def test_wrong_passwords_at_one_locked_station_keep_their_name_out_of_no_other() -> None:
    app = create_app(parts())
    one, other = Browser(app), Browser(app)
    for browser in (one, other):
        await browser.sign_in()
    for _ in range(NAME_TRIES):
        assert (await one.sign_in("anna", "wrong")).status == 401
        assert (await one.sign_in("kari", "wrong")).status == 401
    assert (await one.sign_in("anna")).status == 429
    assert (await other.sign_in("anna")).status == 303
    assert (await other.sign_in("kari", "infusion-2")).status == 303


def test_a_pass_remembers_the_last_who_signed_in_and_nobody_twice() -> None:
    key, station = b"k" * 32, new_station("en", "h")
    for number in range(MOST_NAMES + 1):
        station = came_here(key, came_here(key, station, "kari"), f"n{number}")
    read = read_station(key, sign_station(key, station))
    assert read == station
    assert [was_here(key, station, name) for name in ("kari", f"n{MOST_NAMES}")] == [True, True]
    assert not was_here(key, station, "n0")
    assert not was_here(key, new_station("en", "h"), "")
    assert len(station.names.split(".")) == MOST_NAMES


MOMENTS = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from([0.0, 1.0, 40.0, 700.0, 3601.0])), max_size=120
)


@given(MOMENTS, st.sampled_from(["", "kari", "ola"]))
def test_whatever_is_tried_at_one_station_makes_nobody_wait_at_another(
    moments: list[tuple[int, float]], holder: str
) -> None:
    throttle, now_s = Throttle(), T
    for name, later_s in moments:
        now_s += later_s
        throttle.begin(Attempt(f"n{name % 3}", "10.0.0.9", "s1", "kari"), now_s)
    for name in range(3):
        assert throttle.begin(Attempt(f"n{name}", "10.0.0.9", "s2", holder), now_s) == 0


@given(MOMENTS, st.booleans())
def test_however_many_passes_a_holder_has_a_colleagues_name_is_guessed_at_like_from_two(
    moments: list[tuple[int, float]], are_endless: bool
) -> None:
    throttle, now_s, at_once, in_an_hour = Throttle(), T, 0, 0
    for number, (station, later_s) in enumerate(moments):
        if later_s <= 1.0:
            name = f"new-{number}" if are_endless else f"s{station}"
            at_once += throttle.begin(Attempt("anna", "a", name, "kari"), T) == 0
    throttle = Throttle()
    for number, (station, later_s) in enumerate(moments):
        now_s += min(later_s, 700.0)
        name = f"new-{number}" if are_endless else f"s{station}"
        guessed = throttle.begin(Attempt("anna", "a", name, "kari"), now_s) == 0
        in_an_hour += guessed and now_s - T < FORGOTTEN_AFTER_S
    assert at_once <= HELD_TRIES
    assert in_an_hour <= 4 * HELD_TRIES


async def test_guesses_of_a_holder_are_counted_through_a_restart() -> None:
    known = records()
    now = int(time.time())
    known.all_facts = [
        Fact(1, "system", None, facts.SignInRefused("anna", "t1", "wrong", s, "a", 5, now, "kari"))
        for s in ("s1", "s3")
    ]
    throttle = Throttle()
    remember(throttle, known, COOKIE_KEY)
    assert throttle.begin(Attempt("t1", "10.0.0.9", "s2", "kari"), time.time()) > 0
    assert throttle.begin(Attempt("t1", "10.0.0.9", "s2", "ola"), time.time()) == 0


async def test_a_restart_lets_nobody_guess_on() -> None:
    known = records()
    body = facts.SignInRefused("anna", "t1", "wrong", "", "10.0.0.9", NAME_TRIES, int(time.time()))
    known.all_facts = [Fact(1, "system", None, body)]
    throttle = Throttle()
    remember(throttle, known, COOKIE_KEY)
    assert throttle.begin(Attempt("t1", "10.0.0.10"), time.time()) > 0
    assert throttle.begin(Attempt("t2", "10.0.0.9"), time.time()) == 0


def on_record(told: NoteAccess) -> Fact:
    """What the gateway makes of it."""
    if told.what == "sign_in_refused":
        refusal = facts.SignInRefused(
            told.operator,
            told.tag,
            told.detail,
            told.station,
            told.address,
            told.times,
            told.seen_at_s,
            told.holder,
        )
        return Fact(1, "system", None, refusal)
    noted = facts.AccessNoted(told.what, "", told.detail, told.station, told.address, 0)
    return Fact(1, told.operator, None, noted)


async def test_whoever_signed_in_between_wrong_passwords_waits_no_more_after_a_restart() -> None:
    before = parts()
    browser = Browser(create_app(before))
    await browser.sign_in()
    for _ in range(3):
        for _ in range(NAME_TRIES - 1):
            assert (await browser.sign_in("Anna", "wrong")).status == 401
        assert (await browser.sign_in("ANNA")).status == 303
    known = records()
    known.all_facts = [on_record(told) for _, told in before.access_log.waiting]
    browser.app = create_app(parts(records=known))
    for _ in range(NAME_TRIES):
        assert (await browser.sign_in("anna", "wrong")).status == 401
    assert (await browser.sign_in()).status == 429


def note(**changes: Any) -> NoteAccess:
    return NoteAccess(what="sign_in_refused", **{"tag": "a", "detail": "wrong", **changes})


async def test_refusals_of_one_kind_are_told_once_and_then_with_their_number() -> None:
    told: list[NoteAccess] = []
    refusals = Refusals(told.append)
    for _ in range(5):
        refusals.refused(note(detail="too_many"))
    assert [one.times for one in told] == [1]
    refusals.settle(("", "a", "", "", "too_many"))
    assert [one.times for one in told] == [1, 4]
    refusals.settle(("", "a", "", "", "too_many"))
    assert len(told) == 2


async def test_each_wrong_password_is_told_at_once_so_that_a_kill_gives_no_guess_back() -> None:
    told: list[NoteAccess] = []
    refusals = Refusals(told.append)
    for _ in range(NAME_TRIES):
        refusals.refused(note())
    assert [one.times for one in told] == [1] * NAME_TRIES


async def test_strangers_do_not_use_up_what_is_told_of_the_stations() -> None:
    told: list[NoteAccess] = []
    refusals = Refusals(told.append)
    for guess in range(1000):
        refusals.refused(note(tag=f"t{guess}"))
    refusals.refused(note(station="ward-1"))
    assert (told[-1].station, told[-1].times) == ("ward-1", 1)


async def test_at_an_orderly_end_the_gateway_is_told_all_that_was_counted() -> None:
    orders = ScriptedOrders()
    log = AccessLog(orders)
    for _ in range(7):
        log.refusals.refused(note(detail="too_many"))
    await log.settle()
    assert [order.times for order, _ in orders.given] == [1, 6]
    gone = AccessLog(ScriptedOrders(answers=[None] * 9), retry_s=60)
    gone.refusals.refused(note())
    await gone.settle(patience_s=0.01)
    assert len(gone.waiting) == 1


async def test_a_flood_of_refusals_is_told_as_its_number() -> None:
    told: list[NoteAccess] = []
    refusals = Refusals(told.append)
    for guess in range(10_000):
        refusals.refused(note(tag=f"t{guess}"))
    assert len(told) <= MOST_REFUSALS_AN_HOUR + 1
    refusals.settle(("many",))
    assert told[-1].times == 10_000 - MOST_REFUSALS_AN_HOUR - 1
    assert told[-1].tag == ""


async def test_a_note_waits_until_the_gateway_is_back_and_says_how_long() -> None:
    orders = ScriptedOrders(answers=[None, None])
    log = AccessLog(orders, retry_s=0.01)
    log.note(NoteAccess(what="signed_in", operator="anna"))
    log.note(NoteAccess(what="signed_out", operator="anna"))
    async with asyncio.timeout(10):
        while log.waiting:
            await asyncio.sleep(0.01)
    assert [order.what for order, _ in orders.given] == ["signed_in"] * 3 + ["signed_out"]


async def test_signing_in_and_out_and_what_is_opened_is_noted() -> None:
    given = parts()
    browser = Browser(create_app(given))
    await browser.sign_in("anna", "wrong")
    await browser.sign_in()
    await browser.show("/session/s1")
    await browser.show("/session/s1")
    await browser.show("/session/none")
    await browser.show("/sessions")
    await browser.show("/series/P-0388")
    await browser.get("/api/trace/s1")
    await browser.submit("/sign-out")
    await browser.get("/api/trace/s1")
    noted = [(n.what, n.operator, n.subject, n.detail) for _, n in given.access_log.waiting]
    assert noted == [
        ("sign_in_refused", "anna", "", "wrong"),
        ("signed_in", "anna", "", "password"),
        ("record_opened", "anna", "s1", "session"),
        ("record_opened", "anna", "s1", "session"),
        ("record_opened", "anna", "s1", "series"),
        ("signed_out", "anna", "", ""),
    ]
