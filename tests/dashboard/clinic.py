"""A small clinic for the dashboard's tests: two rooms, one open session, two operators, an obedient gateway."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from monitor.bootstrap import assets_directory
from monitor.dashboard.orders import GatewayUnreachableError
from monitor.dashboard.rehearsal.running import Rehearsals
from monitor.dashboard.review.proving import Prover
from monitor.dashboard.settings import DashboardSettings
from monitor.dashboard.visit import Parts, Visit, begin_visit, end_visit
from monitor.domain.readings import MINUTE, Metric, Reading
from monitor.domain.registry import Binding, Device, Operator, Room
from monitor.domain.sessions import Phase, PhaseEntry, Session
from monitor.locale import load_translations
from monitor.service.batches import StoredReading
from monitor.service.protocols import load_protocols
from monitor.wire.orders import Order, OrderResult
from tests.dashboard.records_in_memory import RecordsInMemory

T0 = 1_795_252_800_000
"""2026-11-21T09:20:00Z, ten past ten on the clinic's wall."""
COOKIE_KEY = b"k" * 32


class PlainHasher:
    def hash(self, password: str) -> str:
        return f"plain:{password}"

    def verify(self, password_hash: str, password: str) -> bool:
        return password_hash == self.hash(password)


@dataclass
class ScriptedOrders:
    """Answers every order with the next scripted result, or says yes; None stands for a gateway that is gone."""

    answers: list[OrderResult | None] = field(default_factory=list)
    given: list[tuple[Any, str]] = field(default_factory=list)

    async def send(self, order: Order, *, by: str) -> OrderResult:
        self.given.append((order, by))
        answer = self.answers.pop(0) if self.answers else done()
        if answer is None:
            raise GatewayUnreachableError("gone", sent=False)
        return answer


def done(**result: Any) -> OrderResult:
    return OrderResult(order_id=uuid4(), ok=True, result=result)


def refused(
    code: str, field_name: str = "", message: str = "the gateway's own words"
) -> OrderResult:
    return OrderResult(order_id=uuid4(), ok=False, code=code, field=field_name, message=message)


def session(**changes: Any) -> Session:
    given: dict[str, Any] = {
        "id": "s1",
        "room_id": "r2",
        "patient": "P-0388",
        "weight_kg": 82.0,
        "protocol": "ketamine_iv",
        "number": 5,
        "phases": (
            PhaseEntry(Phase.PRECHECK, T0),
            PhaseEntry(Phase.BASELINE, T0 + 3 * MINUTE),
            PhaseEntry(Phase.INFUSION, T0 + 10 * MINUTE),
        ),
    }
    return Session(**{**given, **changes})


def records() -> RecordsInMemory:
    hasher = PlainHasher()
    return RecordsInMemory(
        all_rooms=[Room("r1", "1"), Room("r2", "2")],
        all_devices=[Device("d1", "Bedside 1", False, "x"), Device("d2", "Bedside 2", False, "y")],
        all_bindings=[Binding("d1", "r1", T0), Binding("d2", "r2", T0)],
        all_operators=[
            Operator("anna", "nurse", hasher.hash("infusion-1")),
            Operator("kari", "nurse", hasher.hash("infusion-2"), language="nb"),
        ],
        all_sessions=[session()],
    )


def stored(reading: Reading, *, session_id: str | None = "s1", seq: int = 1) -> StoredReading:
    return StoredReading(session_id, "stream", seq, 0, reading)


def reading(metric: Metric, at: int, value: float | None, **changes: Any) -> Reading:
    given: dict[str, Any] = {
        "metric": metric,
        "measured_at": at,
        "at": at,
        "received_at": at,
        "source": "d2",
        "status": "ok",
        "late": False,
        "value": value,
    }
    return Reading(**{**given, **changes})


def parts(*, orders: ScriptedOrders | None = None, **changes: Any) -> Parts:
    given: dict[str, Any] = {
        "assets": assets_directory(),
        "simulated": False,
        "cookie_key": COOKIE_KEY,
        **changes,
    }
    stored_records = given.pop("records", None) or records()
    rehearsals = given.pop("rehearsals", None) or Rehearsals(Path("nowhere"))
    return Parts(
        records=stored_records,
        settings=DashboardSettings(**given),
        orders=orders or ScriptedOrders(),
        hasher=PlainHasher(),
        translations=load_translations(),
        protocols=load_protocols(),
        gateway_port=lambda: 8051,
        prover=Prover(Path("nowhere")),
        rehearsals=rehearsals,
    )


def visit_of(given: Parts, name: str = "anna", theme: str = "dark") -> Visit:
    operator = next(o for o in given.records.operators() if o.name == name)
    return Visit(given, operator, given.words(operator.language), theme)


@contextmanager
def visiting(visit: Visit) -> Iterator[Visit]:
    token = begin_visit(visit)
    try:
        yield visit
    finally:
        end_visit(token)
