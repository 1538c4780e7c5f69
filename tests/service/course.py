"""What staff do in a session, as the tests of its course say it."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from monitor.domain.readings import MINUTE
from monitor.service.monitor import Outcome
from monitor.wire import orders
from monitor.wire.base import rfc3339
from monitor.wire.orders import OrderMessage
from tests.service.clinic import Clinic, cuff, value

NURSE, OTHER = "N-12", "N-7"


def give(
    clinic: Clinic, kind: str, *, by: str = NURSE, role: str = "nurse", **fields: Any
) -> Outcome:
    """An order in its wire form about the clinic's session, unless it says otherwise."""
    order: dict[str, Any] = {"kind": kind, **fields}
    if "session" in getattr(orders, _model(kind)).model_fields and "session" not in fields:
        order["session"] = clinic.session
    message = {"type": "order", "order_id": str(uuid4()), "order": order}
    return clinic.order(
        OrderMessage.model_validate_json(json.dumps(message)).order, by=by, role=role
    )


def done(outcome: Outcome) -> dict[str, Any]:
    """What came of an order that was carried out."""
    assert outcome.ok, (outcome.code, outcome.message)
    return outcome.result


def refused(outcome: Outcome) -> str:
    """The code of an order that was not."""
    assert not outcome.ok, outcome.result
    return outcome.code


def enter(clinic: Clinic, kind: str, entry: str = "", **fields: Any) -> str:
    """An entry that is taken; its id."""
    known = entry or str(uuid4())
    done(give(clinic, f"enter_{kind}", entry=known, **fields))
    return known


def when(clinic: Clinic, minutes_ago: float) -> str:
    """A moment some minutes ago, as the wire has it."""
    return rfc3339(clinic.now - round(minutes_ago * MINUTE))


def prechecks(clinic: Clinic) -> None:
    """Every check before the infusion as wanted."""
    _answer(clinic, "precheck")


def discharge_checks(clinic: Clinic) -> None:
    """Every check before the patient leaves as wanted."""
    _answer(clinic, "discharge")


def ready(clinic: Clinic) -> None:
    """All that the infusion waits for; the session is in baseline then."""
    prechecks(clinic)
    done(give(clinic, "enter_phase", phase="baseline"))
    done(give(clinic, "confirm_baseline", systolic=120, diastolic=80, pulse_rate=80, spo2=97))
    done(give(clinic, "plan_infusion", dose_mg_per_kg=0.5, minutes=40, concentration_mg_per_ml=1))


def infusing(clinic: Clinic) -> None:
    """The infusion runs."""
    ready(clinic)
    done(give(clinic, "enter_phase", phase="infusion"))


def observed(clinic: Clinic) -> None:
    """The infusion is over."""
    infusing(clinic)
    done(give(clinic, "enter_phase", phase="observation"))


def living(clinic: Clinic, minutes: float) -> None:
    """A feed with a value every ten seconds and a cuff every ten minutes, all calm."""
    for tenth in range(round(minutes * 6)):
        clinic.now += 10_000
        clinic.monitor.tick(clinic.now)
        pressure = [cuff(120, 80)] if tenth % 60 == 0 else []
        clinic.frame(value("pulse_rate", 80), value("spo2", 97), *pressure)


def dumped(clinic: Clinic) -> dict[str, Any]:
    """Everything a screen opened now would be told."""
    return clinic.monitor.snapshot(clinic.now).model_dump()


def room(clinic: Clinic, name: str = "1") -> Any:
    """A room as screens have it."""
    return next(r for r in clinic.monitor.snapshot(clinic.now).rooms if r.name == name)


def states(clinic: Clinic, kind: str) -> list[str]:
    """Of the raised occurrences of a kind, as they are on disk."""
    return [
        known.state
        for known in clinic.records.alarms(clinic.session)
        if known.alarm_kind == kind and known.raised_at is not None
    ]


def _answer(clinic: Clinic, phase: str) -> None:
    session = clinic.monitor.ward.sessions[clinic.session]
    for item in clinic.monitor.ward.protocol_of(session).course.checks:
        if item.phase == phase:
            done(give(clinic, "answer_check", item=item.id, answer=item.wanted))


def _model(kind: str) -> str:
    return "".join(part.capitalize() for part in kind.split("_"))
