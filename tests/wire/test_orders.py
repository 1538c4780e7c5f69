"""What staff write is shown on screens and terminals: it must not steer them."""

from __future__ import annotations

import json

import pytest

from monitor.wire.base import InvalidMessageError
from monitor.wire.orders import CancelSession, parse_order


def message(**order: str) -> str:
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
