"""Sessions that were really watched, and are on disk with every alarm that was made of them; some say nothing."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.data_directory import DataDirectory
from monitor.wire import orders
from monitor.wire.device import Readings, parse_from_device
from tests.service.clinic import KEY, Clinic, cuff, frame_text, value

CLINICIAN, NURSE = "dina", "kari"
PATIENTS = ("P-0388", "P-0417")
_SECONDS_PER_COMMIT = 20
_CUFF_EVERY_S = 300


@dataclass(frozen=True, slots=True)
class Dip:
    """A saturation of ``spo2`` from a second on, for so many."""

    at_s: int
    lasts_s: int
    spo2: float


COURSES: tuple[tuple[Dip, ...], ...] = (
    (Dip(60, 22, 91), Dip(180, 40, 89), Dip(300, 18, 91)),
    (Dip(90, 30, 91),),
    (),
)
"""What happens in each session of a patient, in turn."""


def write(directory: DataDirectory, *, sessions: int = 3, minutes: int = 10) -> list[str]:
    """Put so many ended sessions into a fresh directory, then one that is cancelled and one that is open: their ids."""
    (directory.path / "keys" / "journal.key").write_bytes(KEY)
    clinic = Clinic(directory.path)
    for name, role in ((CLINICIAN, "clinician"), (NURSE, "nurse")):
        clinic.order(orders.AddOperator.model_validate(_operator(name, role)))
    ids = []
    for number in range(sessions + 2):
        if number:
            clinic.wait(60)
            clinic.session = _started(clinic, PATIENTS[number % len(PATIENTS)])
        ids.append(clinic.session)
        if number < sessions:
            watch(clinic, COURSES[number % len(COURSES)], minutes)
            _end(clinic)
        elif number == sessions:
            clinic.order(
                orders.CancelSession(session=clinic.session, reason="ill", override="ill today")
            )
    clinic.journal.close()
    clinic.records.close()
    return ids


def watch(clinic: Clinic, dips: tuple[Dip, ...], minutes: int) -> None:
    """The course of a session up to its last second."""
    clinic.enter("baseline")
    clinic.enter("infusion")
    for second in range(minutes * 60):
        low = [dip.spo2 for dip in dips if dip.at_s <= second < dip.at_s + dip.lasts_s]
        _measured(clinic, second, low[0] if low else 97)
    clinic.enter("observation")
    clinic.commit()


def _measured(clinic: Clinic, second: int, spo2: float) -> None:
    clinic.now += 1000
    clinic.seq += 1
    readings = [value("pulse_rate", 76 + second % 5), value("spo2", spo2)]
    if second % _CUFF_EVERY_S == 0:
        readings.append(cuff(128 + second // 12, 80))
    frame = parse_from_device(frame_text(clinic.seq, clinic.now, tuple(readings)))
    assert isinstance(frame, Readings)
    clinic.monitor.record_frame(clinic.device, frame, 0, clinic.now)
    clinic.monitor.tick(clinic.now)
    if second % _SECONDS_PER_COMMIT == 0:
        clinic.commit()


def _started(clinic: Clinic, patient: str) -> str:
    order = orders.StartSession(room="1", patient=patient, weight_kg=80)
    session: str = clinic.order(order).result["session"]
    return session


def _end(clinic: Clinic) -> None:
    outcome = clinic.enter("discharged")
    assert outcome.ok, outcome


def _operator(name: str, role: str) -> dict[str, str]:
    return {"name": name, "role": role, "password": "correct horse battery"}
