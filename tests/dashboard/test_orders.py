from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from monitor.dashboard.orders import GatewayOrders, GatewayUnreachableError, read_gateway_file
from monitor.dashboard.presenters import role_name
from monitor.dashboard.theme import PALETTES
from monitor.wire.orders import CancelSession, parse_order
from tests.dashboard.clinic import parts, visit_of

ORDER = CancelSession(session="s1", reason="no vein")


@asynccontextmanager
async def gateway(
    file: Path, answer: Callable[[ServerConnection], Awaitable[None]]
) -> AsyncIterator[None]:
    async with serve(answer, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        write_note(file, port)
        yield


def write_note(file: Path, port: int) -> None:
    note = {"url": f"ws://127.0.0.1:{port}", "gateway_port": port, "credential": "local"}
    file.write_text(json.dumps(note))


async def say_yes(socket: ServerConnection) -> None:
    message = parse_order(await socket.recv())
    request = socket.request
    assert request is not None
    assert request.path == "/orders"
    assert request.headers["Authorization"] == "Bearer local"
    result = {"by": message.operator}
    told = {"type": "order_result", "order_id": str(message.order_id), "ok": True, "result": result}
    await socket.send(json.dumps(told))


async def test_an_order_carries_the_operator_and_the_local_credential(tmp_path: Path) -> None:
    file = tmp_path / "gateway.json"
    async with gateway(file, say_yes):
        result = await GatewayOrders(file).send(ORDER, by="anna")
    assert result.ok
    assert result.result == {"by": "anna"}


async def test_a_gateway_that_came_back_elsewhere_is_found_at_the_next_order(
    tmp_path: Path,
) -> None:
    file = tmp_path / "gateway.json"
    orders = GatewayOrders(file)
    for _time in range(2):
        async with gateway(file, say_yes):
            assert (await orders.send(ORDER, by="anna")).ok


async def test_without_a_gateway_nothing_was_sent(tmp_path: Path) -> None:
    with pytest.raises(GatewayUnreachableError) as raised:
        await GatewayOrders(tmp_path / "gateway.json").send(ORDER, by="anna")
    assert not raised.value.sent


async def test_a_stale_address_is_told_as_no_gateway(tmp_path: Path) -> None:
    file = tmp_path / "gateway.json"
    async with gateway(file, say_yes):
        pass
    with pytest.raises(GatewayUnreachableError) as raised:
        await GatewayOrders(file).send(ORDER, by="anna")
    assert not raised.value.sent


async def test_a_silent_gateway_may_have_taken_the_order(tmp_path: Path) -> None:
    file = tmp_path / "gateway.json"

    async def keep_silent(socket: ServerConnection) -> None:
        await socket.recv()
        await socket.wait_closed()

    async with gateway(file, keep_silent):
        with pytest.raises(GatewayUnreachableError) as raised:
            await GatewayOrders(file, timeout_s=0.2).send(ORDER, by="anna")
    assert raised.value.sent


@pytest.mark.parametrize("content", ["", "{", "{}", "[]", '{"url": 1, "gateway_port": "x"}'])
def test_a_half_written_note_is_no_gateway(tmp_path: Path, content: str) -> None:
    file = tmp_path / "gateway.json"
    file.write_text(content)
    assert read_gateway_file(file) is None


def test_roles_are_told_in_words() -> None:
    visit = visit_of(parts(), "kari")
    assert role_name(visit.words, visit.operator) == "sykepleier"


def tokens(theme: str) -> dict[str, str]:
    text = (parts().settings.assets / "tokens.css").read_text(encoding="utf-8")
    block = text.split(f'[data-mantine-color-scheme="{theme}"] {{')[1].split("}")[0]
    pairs: list[Any] = [line.strip().rstrip(";").split(": ", 1) for line in block.splitlines()]
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


@pytest.mark.parametrize("theme", PALETTES)
def test_what_plotly_draws_has_the_colours_of_the_style_sheet(theme: str) -> None:
    palette, known = PALETTES[theme], tokens(theme)
    assert palette.pulse == known["--pulse"]
    assert palette.spo2 == known["--spo2"]
    assert palette.text == known["--text"]
    assert palette.muted == known["--text-2"]
    assert palette.accent == known["--accent"]
    assert palette.medium == known["--medium-text"]
    assert palette.high == known["--high-text"]
    assert palette.panel == known["--page"]
    assert palette.published == known["--published"]
