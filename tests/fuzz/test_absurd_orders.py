"""What the schema lets through and nobody means: each order is refused in one sentence, or stored as something sane."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator
from functools import cache
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor import identity
from monitor.domain.facts import Fact
from monitor.service.monitor import Monitor
from monitor.service.protocols import load_protocols
from monitor.service.ward import Ward
from monitor.storage.fact_codec import fact_from_row, fact_to_row
from monitor.wire.base import InvalidMessageError, moment_of, rfc3339
from monitor.wire.orders import parse_order
from tests.fuzz.mutating import TEXTS, corpus
from tests.fuzz.references import TIMES as TIME_FIELDS

PROTOCOLS = load_protocols()
NOW = 1_795_255_200_000
MINUTE_MS = 60_000
EXAMPLES = int(os.environ.get("EXAMPLES", "60"))
YEARS = range(1970, 2200)
LONGEST_SENTENCE = 500
STAFF = {"Kari": "nurse", "Ole": "clinician", "Ada": "administrator"}
ENTRY = "00000000-0000-0000-0000-000000000011"
numbers = st.sampled_from(
    [
        *(0, -0.0, -1, -600, 1e-320, 5e-324, 1e-9, 0.1 + 0.2, 1, 19.999, 20, 37, 100, 300, 499.99),
        *(600, 99_999.999, 100_000, 2**31, 2**53, 1e308, -1e308),
    ]
)
whole_numbers = st.sampled_from([-100, -5, -1, 0, 1, 5, 10, 60, 100, 120, 2**31, 2**53])
moments = st.sampled_from(
    [
        *("1970-01-01T00:00:00Z", "1969-12-31T23:59:59.999-23:59", "2199-12-31T23:59:59.999Z"),
        *(rfc3339(NOW + minutes * MINUTE_MS) for minutes in (-1500, -30, -1, 0, 1, 1440)),
    ]
)
days = st.sampled_from(["1970-01-01", "2000-02-29", "2026-11-21", "2026-11-22", "2199-12-31"])
texts = st.sampled_from([text for text in TEXTS if text.isprintable()])


def orders_of(name: str) -> list[dict[str, Any]]:
    return [json.loads(frame)["order"] for frame in corpus(name)]


@cache
def known() -> list[dict[str, Any]]:
    """One of each kind at least, as they are right; what says nothing but its kind cannot be absurd."""
    return [order for order in orders_of("orders") if len(order) > 1]


def absurd(field: str, value: Any) -> st.SearchStrategy[Any]:
    """Something of the same sort as what is right."""
    if field in TIME_FIELDS:
        return moments
    if field == "on" and isinstance(value, str):
        return days
    if isinstance(value, bool):
        return st.booleans()
    if isinstance(value, int):
        return whole_numbers
    if isinstance(value, float):
        return numbers
    return texts if isinstance(value, str) else st.just(value)


@st.composite
def absurd_orders(draw: st.DrawFn) -> dict[str, Any]:
    """An order with one to three values that nobody means."""
    order: dict[str, Any] = json.loads(json.dumps(draw(st.sampled_from(known()))))
    places = list(_places(order))
    for holder, field in draw(st.lists(st.sampled_from(places), min_size=1, max_size=3)):
        holder[field] = draw(absurd(field, holder[field]))
    return order


def _places(holder: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    for field, value in holder.items():
        if isinstance(value, dict):
            yield from _places(value)
        elif field != "kind":
            yield holder, field


@given(st.lists(st.tuples(st.sampled_from(sorted(STAFF)), absurd_orders()), max_size=12))
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_an_order_that_nobody_means_is_refused_in_one_sentence_or_stored_as_something_sane(
    given_orders: list[tuple[str, dict[str, Any]]],
) -> None:
    monitor = a_ward()
    for number, (by, order) in enumerate(given_orders):
        now = NOW + number * MINUTE_MS
        refusal = give(monitor, order, by, now)
        if refusal is not None:
            assert_one_sentence(refusal)
        assert_sane(monitor, now)


def give(monitor: Monitor, order: dict[str, Any], by: str, now: int) -> str | None:
    """Why it was refused; None where it was carried out."""
    try:
        message = parse_order(
            json.dumps({"type": "order", "order_id": ENTRY, "operator": by, "order": order})
        )
    except InvalidMessageError as refused:
        return refused.message
    outcome = monitor.execute(message.order, by=by, role=STAFF[by], now=now, password_hash="h")
    assert outcome.ok is not bool(outcome.code), outcome
    return None if outcome.ok else outcome.message


def a_ward() -> Monitor:
    """A session goes on, one has ended, a visit is planned, readings are proposed and something is entered."""
    monitor = Monitor(Ward(protocols=PROTOCOLS, phrases={}, tokens=identity))
    setting_up: tuple[dict[str, Any], ...] = (
        *(
            {"kind": "add_operator", "name": n, "role": r, "password": "xxxxxxxx"}
            for n, r in STAFF.items()
        ),
        *({"kind": "add_room", "name": name} for name in ("1", "2")),
        {"kind": "add_device", "room": "1", "name": "bedside"},
        {"kind": "start_session", "room": "1", "patient": "P-1", "weight_kg": 70},
        {"kind": "start_session", "room": "2", "patient": "P-9"},
        {"kind": "cancel_session", "session": "s2", "reason": "x"},
        {"kind": "enter_phase", "session": "s1", "phase": "baseline", "override": "x"},
        {"kind": "plan_visit", "patient": "P-1", "at": rfc3339(NOW + 3 * 24 * 60 * MINUTE_MS)},
        {"kind": "enter_note", "entry": ENTRY, "session": "s1", "text": "x"},
    )
    for order in setting_up:
        assert give(monitor, order, "Ada", NOW - MINUTE_MS) is None, order
    return monitor


def assert_one_sentence(said: str) -> None:
    assert said.strip()
    assert said.isprintable(), said
    assert len(said) <= LONGEST_SENTENCE, said


def assert_sane(monitor: Monitor, now: int) -> None:
    """What is stored comes back as it was, with real numbers and times; what is shown has its limits in order."""
    monitor.tick(now)
    batch = monitor.take_batch(now)
    for fact in [] if batch is None else batch.facts:
        assert fact_from_row(*fact_to_row(fact)) == fact
        assert_real(fact)
    update = monitor.take_update(now)
    assert update is None or json.loads(update.model_dump_json())
    for room in monitor.snapshot(now).rooms:
        if room.session is not None:
            assert_shown_sanely(room.session.model_dump())


def assert_real(fact: Fact) -> None:
    row = fact_to_row(fact)
    for name, value in _leaves(json.loads(row[4])):
        if isinstance(value, float | int):
            assert math.isfinite(value), row
            assert abs(value) <= 2**53, row
        if (
            isinstance(value, int)
            and not isinstance(value, bool)
            and name.endswith(("_at", "until"))
        ):
            assert moment_of(value).year in YEARS, row


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _leaves(part, key)
    elif isinstance(value, list):
        for part in value:
            yield from _leaves(part, name)
    else:
        yield name, value


def assert_shown_sanely(session: dict[str, Any]) -> None:
    for metric, limits in session["limits"].items():
        low, high = limits.get("low"), limits.get("high")
        assert low is None or high is None or low < high, (metric, limits)
    base = session["baseline"]
    if base:
        assert base["systolic"] > base["diastolic"] > 0
    infusion = session["infusion"]
    if infusion is not None:
        told = [value for value in infusion.values() if isinstance(value, float)]
        assert all(math.isfinite(value) and value > 0 for value in told), infusion
