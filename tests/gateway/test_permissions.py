"""Who reaches what at the gateway: every socket and every order by every peer, as the table of permissions says."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path
from typing import Any, cast

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from monitor import identity
from monitor.domain.permissions import (
    DEVICE,
    MAY_DO,
    MAY_ORDER,
    NURSE,
    PEERS,
    PROGRAM,
    ROLES,
    SIMULATE,
    STATION,
    may_do,
    may_order,
)
from monitor.domain.tries import FIRST_WAIT_S, NAME_TRIES
from monitor.gateway.clock import SteppedClock
from monitor.gateway.feed_protocol import ROTATED
from monitor.gateway.passwords import MOST_AT_ONCE, MOST_WAITING, Passwords, TooBusyError
from monitor.gateway.routes import PATHS
from monitor.wire import orders
from monitor.wire.device import SUBPROTOCOL
from tests.any_order import order_of
from tests.gateway.clinic import (
    COOKIE_KEY,
    CREDENTIAL,
    Clinic,
    JumpingClock,
    QuickHasher,
    Screen,
    ask,
    bearer,
)
from tests.gateway.conftest import running

PLAIN = {"/healthz", "/metrics"}
SOCKETS = sorted(PATHS.keys() - PLAIN)
PASSWORD = "long enough"
ORDERS = sorted(MAY_ORDER.keys() - {"note_access"})


@pytest.fixture(params=[False, True], ids=["real", "simulated"])
async def staffed(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Clinic]:
    """With an operator of each role, called by it."""
    async with running(Clinic(tmp_path, simulated=request.param)) as clinic:
        for role in ROLES:
            added = orders.AddOperator(name=role, role=role, password=PASSWORD)
            assert (await clinic.order(added))["ok"]
        yield clinic


def shows(clinic: Clinic, peer: str) -> dict[str, str]:
    """The headers by which a peer proves itself; a stranger has none."""
    origin = {"Origin": f"http://127.0.0.1:{clinic.port + 1}"}
    if peer in ROLES:
        return origin | {
            "Cookie": f"{identity.COOKIE_NAME}={identity.sign_cookie(COOKIE_KEY, peer)}"
        }
    if peer == STATION:
        pass_ = identity.sign_station(
            COOKIE_KEY, identity.new_station("en", identity.holder_tag(COOKIE_KEY, NURSE))
        )
        return origin | {"Cookie": f"{identity.STATION_COOKIE_NAME}={pass_}"}
    return bearer({DEVICE: clinic.token, PROGRAM: CREDENTIAL}.get(peer, ""))


async def reached(clinic: Clinic, path: str, headers: dict[str, str]) -> bool:
    """Whether a socket opens."""
    options: dict[str, Any] = {"subprotocols": [SUBPROTOCOL]} if path == "/device" else {}
    try:
        async with connect(
            clinic.url(path), additional_headers=headers, proxy=None, close_timeout=1, **options
        ):
            return True
    except InvalidStatus:
        return False


async def test_each_socket_opens_for_those_whom_the_table_names(staffed: Clinic) -> None:
    # These gateways run in real time: a clock that is stepped is tested where it exists.
    for path in [path for path in SOCKETS if path != "/clock"]:
        for peer in PEERS:
            wanted = may_do(peer, PATHS[path], simulated=staffed.simulated)
            assert await reached(staffed, path, shows(staffed, peer)) is wanted, (path, peer)


async def test_the_clock_of_a_stepped_gateway_is_for_those_whom_the_table_names(
    tmp_path: Path,
) -> None:
    clinic = Clinic(tmp_path, simulated=True)
    clinic.clock = cast("JumpingClock", SteppedClock(100))
    async with running(clinic) as stepped:
        for role in ROLES:
            added = orders.AddOperator(name=role, role=role, password=PASSWORD)
            assert (await stepped.order(added))["ok"]
        for peer in PEERS:
            wanted = may_do(peer, PATHS["/clock"], simulated=True)
            assert await reached(stepped, "/clock", shows(stepped, peer)) is wanted, peer


async def test_each_plain_page_is_shown_to_those_whom_the_table_names(
    staffed: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whoever is on this machine counts as a program of it; these come from elsewhere.
    monkeypatch.setattr("monitor.gateway.routes.is_loopback", lambda _address: False)
    for path, peer in product(sorted(PLAIN), PEERS):
        status, _ = await staffed.get(path, **shows(staffed, peer))
        wanted = may_do(peer, PATHS[path], simulated=staffed.simulated)
        assert (status == 403) is not wanted, (path, peer, status)


async def test_an_address_that_the_table_does_not_know_is_not_there_for_anybody(
    clinic: Clinic,
) -> None:
    for path in ("/", "/order", "/live/", "/device/d1", "/metrics/", "/clock"):
        assert not await reached(clinic, path, bearer(CREDENTIAL)), path
        assert (await clinic.get(path, **bearer(CREDENTIAL)))[0] == 404


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Basic {CREDENTIAL}"},
        {"Cookie": f"{identity.COOKIE_NAME}=kari"},
        {"Cookie": f"{identity.COOKIE_NAME}={identity.sign_cookie(b'x' * 32, 'Kari')}"},
        {"Cookie": f"{identity.STATION_COOKIE_NAME}={'a' * 40}"},
    ],
)
async def test_what_proves_nothing_opens_nothing(clinic: Clinic, headers: dict[str, str]) -> None:
    origin = {"Origin": f"http://127.0.0.1:{clinic.port + 1}"}
    for path in SOCKETS:
        assert not await reached(clinic, path, headers | origin), path


async def test_each_order_is_refused_to_each_role_that_the_table_does_not_name(
    staffed: Clinic,
) -> None:
    async with staffed.orders() as socket:
        for kind, role in product(ORDERS, ROLES):
            result = await ask(socket, order_of(kind), role)
            refused = result["code"] == "not_allowed" and "the role" in result["message"]
            wanted = not may_order(role, kind, simulated=staffed.simulated)
            assert refused is wanted, (kind, role, result)


async def test_what_is_noted_about_access_is_taken_from_programs_only(staffed: Clinic) -> None:
    note = orders.NoteAccess(what="signed_in", operator="nurse", detail="password")
    assert (await staffed.order(note, None))["ok"]
    for role in ROLES:
        async with staffed.screen(role) as screen:
            assert (await screen.order(note))["code"] == "not_allowed"
    [(by, body)] = staffed.rows("SELECT by, body FROM facts WHERE kind = 'access_noted'")
    assert by == "nurse"
    assert '"what":"signed_in"' in body


async def test_a_name_that_is_nobodys_is_not_kept_of_a_refused_sign_in(clinic: Clinic) -> None:
    refusal = orders.NoteAccess(what="sign_in_refused", operator="hunter2", tag="t", detail="wrong")
    assert (await clinic.order(refusal, None))["ok"]
    [(by, body)] = clinic.rows("SELECT by, body FROM facts WHERE kind = 'sign_in_refused'")
    assert by == "system"
    assert "hunter2" not in body


async def test_no_order_at_all_is_taken_from_a_locked_station_or_somebody_unknown(
    clinic: Clinic,
) -> None:
    async with clinic.screen(None, station="a1") as locked, clinic.orders() as socket:
        for kind in ORDERS:
            assert (await locked.order(order_of(kind)))["code"] == "locked", kind
            stranger = await ask(socket, order_of(kind), "nobody")
            assert stranger["code"] == "unknown_operator", kind


def test_every_address_of_the_gateway_is_an_action_of_the_table() -> None:
    assert set(PATHS.values()) <= MAY_DO.keys()
    assert SIMULATE not in PATHS.values()


async def test_a_role_that_was_changed_is_in_force_with_the_next_order_of_an_open_screen(
    clinic: Clinic,
) -> None:
    async with clinic.screen() as screen:
        await clinic.order(orders.ChangeRole(operator="Kari", role="tester"))
        async with asyncio.timeout(1):
            result = await screen.order(orders.StartSession(room="1", patient="P-1"))
    assert result["code"] == "not_allowed"


async def test_a_sign_out_everywhere_is_in_force_on_open_screens_within_a_second(
    clinic: Clinic,
) -> None:
    async with clinic.screen(station="a1") as one, clinic.screen() as other:
        await one.snapshot()
        await other.snapshot()
        await clinic.order(orders.SignOutEverywhere(operator="Kari"))
        late = await one.order(orders.AcknowledgeAlarm(alarm="a1"))
        assert late["code"] == "locked"
        async with asyncio.timeout(1.5):
            assert await one.closed_with() == await other.closed_with() == 4003
    # The ward is never blanked: the same browser is a locked station now.
    async with clinic.screen(station="a1") as again:
        await again.snapshot()
        assert (await again.order(orders.CallHelp(room="1")))["code"] == "locked"


async def test_signing_out_ends_that_sign_in_wherever_its_cookie_is_and_no_other(
    clinic: Clinic,
) -> None:
    async with clinic.screen(sign_in="one") as open_screen, clinic.screen(sign_in="two") as other:
        await open_screen.snapshot()
        ended = orders.NoteAccess(what="signed_out", operator="Kari", sign_in="one")
        assert (await clinic.order(ended, None))["ok"]
        assert (await open_screen.order(orders.CallHelp(room="1")))["code"] == "locked"
        async with asyncio.timeout(1.5):
            assert await open_screen.closed_with() == 4003
        assert (await other.order(orders.CallHelp(room="1")))["code"] != "locked"
    for _ in range(2):
        with pytest.raises(InvalidStatus):
            async with clinic.screen(sign_in="one"):
                pass
        async with clinic.screen(sign_in="one", station="a1") as locked:
            assert (await locked.order(orders.CallHelp(room="1")))["code"] == "locked"
        await clinic.close()
        await clinic.open()


async def test_a_new_password_ends_every_sign_in_and_the_pin(clinic: Clinic) -> None:
    pin = orders.SetPin(pin="4711", password=PASSWORD)
    assert (await clinic.order(pin, "Kari"))["ok"]
    assert clinic.records.operators()[0].pin_hash == "hash of 4 characters"
    async with clinic.screen() as screen:
        await clinic.order(orders.ChangePassword(operator="Kari", password="another one"))
        assert await screen.closed_with() == 4003
    [kari] = clinic.records.operators()
    assert (kari.pin_hash, kari.generation, kari.passwords) == ("", 1, 1)
    await clinic.close()
    await clinic.open()
    assert clinic.monitor.operator("Kari") == kari


async def test_a_new_password_ends_what_the_locked_stations_of_its_operator_show(
    clinic: Clinic,
) -> None:
    await clinic.order(orders.AddOperator(name="Ola", role="nurse", password=PASSWORD))
    async with clinic.screen(None, station="a1") as karis:
        await karis.snapshot()
        await clinic.order(orders.SignOutEverywhere(operator="Kari"))
        async with clinic.screen(None, station="a2", holder="Ola") as olas:
            await clinic.order(orders.ChangePassword(operator="Kari", password="another one"))
            async with asyncio.timeout(1.5):
                assert await karis.closed_with() == 4003
            await olas.snapshot()
    with pytest.raises(InvalidStatus):
        async with clinic.screen(None, station="a1"):
            pass


async def test_a_pin_that_is_taken_away_is_gone_at_once_and_the_sign_in_stays(
    clinic: Clinic,
) -> None:
    assert (await clinic.order(orders.SetPin(pin="4711", password=PASSWORD), "Kari"))["ok"]
    async with clinic.screen() as screen:
        assert (await clinic.order(orders.ResetPin(operator="Kari")))["ok"]
        # By this the dashboard lets nobody back in.
        assert clinic.records.operators()[0].pin_hash == ""
        assert (await screen.order(orders.CallHelp(room="1")))["code"] != "locked"


async def test_nobody_sets_a_pin_without_the_password_or_signs_somebody_else_out(
    clinic: Clinic,
) -> None:
    async with clinic.screen() as screen:
        wrong = await screen.order(orders.SetPin(pin="4711", password="not this"))
        assert wrong["code"] == "wrong_password"
        await clinic.order(orders.AddOperator(name="Ola", role="nurse", password=PASSWORD))
        other = await screen.order(orders.SignOutEverywhere(operator="Ola"))
        assert (other["code"], other["field"]) == ("not_allowed", "operator")


async def test_whoever_guesses_a_password_with_orders_has_to_wait_on_all_sockets_and_nobody_else_has(
    clinic: Clinic,
) -> None:
    await clinic.order(orders.AddOperator(name="Ola", role="nurse", password=PASSWORD))
    async with clinic.screen() as one, clinic.screen() as other, clinic.screen("Ola") as olas:
        guesses = [orders.SetPin(pin="4711", password=f"guess {n}") for n in range(NAME_TRIES)]
        for guess in guesses:
            assert (await one.order(guess))["code"] == "wrong_password"
        right = orders.SetPin(pin="4711", password=PASSWORD)
        for screen in (one, other):
            waits = await screen.order(right)
            assert waits["code"] == "too_many_tries"
            assert 0 < waits["result"]["wait_s"] <= FIRST_WAIT_S
        assert (await olas.order(right))["ok"]
    seen = clinic.rows("SELECT body FROM facts WHERE kind = 'sign_in_refused'")
    assert len(seen) == NAME_TRIES
    assert all('"operator":"Kari"' in body and "wrong_with_order" in body for (body,) in seen)


async def test_few_passwords_are_worked_out_at_once_and_too_many_more_are_refused() -> None:
    at_once, most, goes_on = 0, 0, threading.Event()

    class SlowHasher(QuickHasher):
        def hash(self, password: str) -> str:
            nonlocal at_once, most
            at_once += 1
            most = max(most, at_once)
            goes_on.wait(10)
            at_once -= 1
            return super().hash(password)

    passwords = Passwords(SlowHasher())
    turns = [asyncio.ensure_future(passwords.hash("p")) for _ in range(MOST_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(TooBusyError):
        await passwords.is_right("Kari", "", "p")
    assert passwords.wait_s("Kari", 0) == 0
    goes_on.set()
    assert len(set(await asyncio.gather(*turns))) == 1
    assert most <= MOST_AT_ONCE
    assert await passwords.hash("p") == QuickHasher().hash("p")


async def test_orders_lock_without_a_hand_and_a_hand_keeps_them(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = 0.0
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + passed)
    key = f"{identity.COOKIE_NAME}={identity.sign_cookie(COOKIE_KEY, 'Kari', idle_s=600)}"
    headers = {"Origin": f"http://127.0.0.1:{clinic.port + 1}", "Cookie": key}
    async with connect(clinic.url("/live"), additional_headers=headers, proxy=None) as socket:
        screen = Screen(socket)
        passed = 500.0
        await screen.say({"type": "active"})
        assert (await screen.order(orders.CallHelp(room="1")))["code"] != "locked"
        passed = 1000.0
        assert (await screen.order(orders.CallHelp(room="1")))["code"] != "locked"
        passed = 1700.0
        await screen.say({"type": "active"})
        assert (await screen.order(orders.CallHelp(room="1")))["code"] == "locked"


async def test_a_device_whose_token_was_replaced_is_cut_off_within_a_second_and_only_hashes_are_kept(
    clinic: Clinic,
) -> None:
    async with clinic.device() as feed:
        await feed.readings(1, 80)
        await feed.ack()
        await clinic.order(orders.RotateToken(device="d1"))
        async with asyncio.timeout(1):
            assert await feed.closed_with() == ROTATED.code
    assert not await reached(clinic, "/device", bearer(clinic.token))
    stored = str(clinic.rows("SELECT token_hash FROM devices"))
    assert clinic.token not in stored
    assert identity.hash_token(clinic.token) not in stored
