"""A simulated ward made ready and emptied again, as orders: without an administrator, by whoever gives them.

Each is a generator that yields orders and wants the result of each sent in before the next; callers that wait for
answers and callers that do not can drive it. It reads the record between orders, so a caller commits each first.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

from monitor.domain.sessions import Phase, Session
from monitor.service.ports import Records
from monitor.service.protocols import load_protocols
from monitor.wire import orders

T = TypeVar("T")
Steps = Generator[orders.Order, dict[str, Any], T]

PROTOCOL = "ketamine_iv"
WEIGHT_KG = 70.0
"""Of a patient whose scenario says nothing else: the mean person of the models."""
WHY = "simulated ward"
_COURSE = (Phase.PRECHECK, Phase.BASELINE, Phase.INFUSION, Phase.OBSERVATION, Phase.DISCHARGED)


class SetUpRoom(NamedTuple):
    """A room with its device, the token that the device has from now on, and its open session if it has one."""

    room: str
    device: str
    token: str
    session: str | None


class Cleared(NamedTuple):
    """How many sessions were ended, devices revoked and rooms taken out of use."""

    sessions: int
    devices: int
    rooms: int


def drive(steps: Steps[T], give: Callable[[orders.Order], dict[str, Any]]) -> T:
    """Give the orders one after another; what became of them all."""
    try:
        order = next(steps)
        while True:
            order = steps.send(give(order))
    except StopIteration as end:
        outcome: T = end.value
        return outcome
    finally:
        steps.close()


def room_names(records: Records, count: int) -> list[str]:
    """Rooms for so many patients: those without an open session, and new numbers where these are too few."""
    busy = {session.room_id for session in records.sessions(open_only=True)}
    rooms = [room for room in records.rooms() if not room.retired]
    free = [room.name for room in rooms if room.id not in busy]
    taken = {room.name for room in rooms}
    new = (str(number) for number in range(1, len(taken) + count + 1))
    return [*free, *(name for name in new if name not in taken)][:count]


def set_up_room(
    records: Records,
    room: str,
    *,
    patient: str,
    phase: str | None = None,
    baseline: tuple[float, float] | None = None,
    weight_kg: float = WEIGHT_KG,
) -> Steps[SetUpRoom]:
    """A room of this name with a simulated device; what is there already is used, its device with a new token.

    With ``phase`` a session stands in it, prepared as by staff; an open one stays as it is. ``baseline``: systolic and
    diastolic at rest, confirmed before the infusion.
    """
    known = next((one for one in records.rooms() if one.name == room and not one.retired), None)
    if known is None:
        yield orders.AddRoom(name=room)
    device = None if known is None else _simulated_device(records, known.id)
    if device is None:
        add = orders.AddDevice(room=room, name=f"Simulated monitor {room}", simulated=True)
        given = yield add
    else:
        # Only a hash of its present token is kept.
        given = yield orders.RotateToken(device=device)
    session = None if known is None else _open_session(records, known.id)
    if session is None and phase is not None:
        start = orders.StartSession(
            room=room, patient=patient, weight_kg=weight_kg, protocol=PROTOCOL
        )
        session = str((yield start)["session"])
        yield from bring_to(session, Phase(phase), baseline)
    return SetUpRoom(room, str(given["id"]), str(given["token"]), session)


def bring_to(
    session: str,
    phase: Phase,
    baseline: tuple[float, float] | None,
    *,
    why: str = WHY,
    **resting: float,
) -> Steps[None]:
    """Lead a session in precheck to a phase; before an infusion every check, the baseline and the dose are seen to."""
    for entered in _COURSE[1 : _COURSE.index(phase) + 1]:
        if entered is Phase.INFUSION:
            yield from _prepared(session, baseline, resting)
        yield _enter(session, entered, why)


def clear_ward(records: Records, reason: str) -> Steps[Cleared]:
    """End every session, revoke every simulated device, and take the rooms out of use that have no other."""
    sessions = records.sessions(open_only=True)
    for session in sessions:
        yield from _ended(session, reason)
    devices = [known for known in records.devices() if not known.revoked]
    simulated = [known.id for known in devices if known.simulated]
    for device in simulated:
        yield orders.RevokeDevice(device=device)
    stands_in = _rooms_of_devices(records)
    kept = {stands_in.get(known.id) for known in devices if not known.simulated}
    rooms = [room for room in records.rooms() if not room.retired and room.id not in kept]
    for room in rooms:
        yield orders.RetireRoom(room=room.name)
    return Cleared(len(sessions), len(simulated), len(rooms))


def _prepared(
    session: str, baseline: tuple[float, float] | None, resting: dict[str, float]
) -> Iterator[orders.Order]:
    """What staff do before an infusion."""
    course = load_protocols()[PROTOCOL].course
    for item in course.checks:
        if item.phase == Phase.PRECHECK:
            answer = {"session": session, "item": item.id, "answer": item.wanted}
            yield orders.AnswerCheck.model_validate(answer)
    if baseline is not None:
        systolic, diastolic = baseline
        pressures = {"systolic": systolic, "diastolic": diastolic}
        yield orders.ConfirmBaseline.model_validate({"session": session, **pressures, **resting})
    if course.dose is not None:
        yield orders.PlanInfusion(
            session=session,
            dose_mg_per_kg=course.dose.usual_mg_per_kg,
            minutes=course.dose.usual_minutes,
            concentration_mg_per_ml=course.dose.concentration_mg_per_ml,
        )


def _ended(session: Session, reason: str) -> Iterator[orders.Order]:
    """Cancelled where nothing has been given yet, else led to its end."""
    if session.phase in (Phase.PRECHECK, Phase.BASELINE):
        yield orders.CancelSession(session=session.id, reason=reason, override=reason)
        return
    for phase in _COURSE[_COURSE.index(session.phase) + 1 :]:
        yield _enter(session.id, phase, reason)


def _enter(session: str, phase: Phase, why: str) -> orders.EnterPhase:
    return orders.EnterPhase.model_validate({"session": session, "phase": phase, "override": why})


def _simulated_device(records: Records, room_id: str) -> str | None:
    stands_in = _rooms_of_devices(records)
    devices = [known for known in records.devices() if known.simulated and not known.revoked]
    return next((known.id for known in devices if stands_in.get(known.id) == room_id), None)


def _rooms_of_devices(records: Records) -> dict[str, str]:
    """Where each device stands now: its newest binding."""
    return {binding.device_id: binding.room_id for binding in records.bindings()}


def _open_session(records: Records, room_id: str) -> str | None:
    sessions: Sequence[Session] = records.sessions(open_only=True)
    return next((session.id for session in sessions if session.room_id == room_id), None)
