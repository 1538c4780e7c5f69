"""What staff write is shown on screens and terminals: it must not steer them."""

from __future__ import annotations

import json

import pytest

from monitor.wire.base import InvalidMessageError
from monitor.wire.orders import CancelSession, EnterOutcome, parse_order


def message(**order: object) -> str:
    return json.dumps({"order_id": "5a6e0f1e-6a3c-4d53-9d0a-000000000001", "order": order})


@pytest.mark.parametrize(
    "character", ["\x00", "\x07", "\x1b", "\x7f", "\x9b", "\t", "\r", "\u2028", "\u202e", "\u2066"]
)
@pytest.mark.parametrize(
    ("kind", "field", "more"),
    [
        ("add_room", "name", {}),
        ("start_session", "patient", {"room": "1"}),
        ("cancel_session", "reason", {"session": "s1"}),
        ("acknowledge_alarm", "note", {"alarm": "a1"}),
    ],
)
def test_text_that_would_steer_a_screen_is_refused(
    character: str, kind: str, field: str, more: dict[str, str]
) -> None:
    with pytest.raises(InvalidMessageError) as refused:
        parse_order(message(kind=kind, **more, **{field: f"a{character}b"}))
    assert refused.value.path.endswith(field)
    assert character not in refused.value.message


@pytest.mark.parametrize("name", ["Rom 3", "Søvnrommet", "О́ле", "休憩室", "قاعة ١", "🛏 1"])
def test_names_in_any_script_are_taken(name: str) -> None:
    assert parse_order(message(kind="add_room", name=name)).order.name == name  # type: ignore[union-attr]


def test_a_reason_may_have_several_lines() -> None:
    order = parse_order(message(kind="cancel_session", session="s1", reason="ill\nat home")).order
    assert isinstance(order, CancelSession)
    assert order.reason == "ill\nat home"


@pytest.mark.parametrize("name", ["", " 1", "1 ", "a\nb", "x" * 61])
def test_a_name_is_one_line_without_space_around_it(name: str) -> None:
    with pytest.raises(InvalidMessageError):
        parse_order(message(kind="add_room", name=name))


def outcome(**changes: object) -> str:
    order = {
        "kind": "enter_outcome",
        "entry": "5a6e0f1e-6a3c-4d53-9d0a-000000000002",
        "patient": "P-1",
        "scale": "madrs",
        "value": 20,
        "on": "2026-11-21",
    }
    return message(**{**order, **changes})


def test_the_day_of_an_outcome_is_a_day_of_the_calendar() -> None:
    order = parse_order(outcome()).order
    assert isinstance(order, EnterOutcome)
    assert order.on.isoformat() == "2026-11-21"


@pytest.mark.parametrize(
    "day",
    ["", "2026-02-30", "2026-11-21T00:00:00Z", "21.11.2026", "1969-12-31", "2200-01-01", 0, None],
)
def test_anything_else_than_a_day_is_refused(day: object) -> None:
    with pytest.raises(InvalidMessageError) as refused:
        parse_order(outcome(on=day))
    assert refused.value.path.endswith("on")


@pytest.mark.parametrize("value", [-1, 61, 20.0, "20", True, None])
def test_the_sum_of_a_scale_is_a_whole_number(value: object) -> None:
    with pytest.raises(InvalidMessageError) as refused:
        parse_order(outcome(value=value))
    assert refused.value.path.endswith("value")
