"""A session keeps the protocol it started with, whatever becomes of the file."""

from __future__ import annotations

import pytest

from monitor.service.protocols import PROTOCOLS_DIRECTORY, Protocol, load_protocols, read_protocol
from monitor.service.restore import restore
from tests.service.clinic import Clinic, RandomTokens, value
from tests.service.course import done, give, room, states

TEXT = (PROTOCOLS_DIRECTORY / "ketamine_iv.toml").read_text()
CHANGED = TEXT.replace("below = 92\ndelay_s = 15", "below = 96\ndelay_s = 15")
assert CHANGED != TEXT


def edition(clinic: Clinic, text: str) -> dict[str, Protocol]:
    changed = read_protocol(text, "ketamine_iv.toml")
    return {**load_protocols(), "ketamine_iv": changed}


def restart_with(clinic: Clinic, protocols: dict[str, Protocol]) -> None:
    """The file was changed, and the process started again."""
    clinic.monitor = restore(clinic.records, protocols, RandomTokens(), clinic.now, simulated=True)
    clinic.commit()
    clinic.hello()


def low(clinic: Clinic) -> float:
    limit: float = room(clinic).session.limits["spo2"]["low"]
    return limit


def test_an_open_session_keeps_its_limits_when_the_file_has_changed(clinic: Clinic) -> None:
    before = low(clinic)
    restart_with(clinic, edition(clinic, CHANGED))
    assert low(clinic) == before == 92
    clinic.seconds(30, spo2=95)
    assert states(clinic, "limit") == []
    clinic.seconds(30, spo2=91)
    assert states(clinic, "limit") == ["active"]


def test_the_next_session_is_run_by_the_new_text_and_both_are_on_record(clinic: Clinic) -> None:
    restart_with(clinic, edition(clinic, CHANGED))
    done(give(clinic, "add_room", name="2", role="administrator"))
    done(give(clinic, "start_session", room="2", patient="P-2"))
    shown = {name: room(clinic, name).session.limits["spo2"]["low"] for name in ("1", "2")}
    assert shown == {"1": 92, "2": 96}
    texts = clinic.records.protocol_texts()
    assert sorted(texts.values()) == sorted([TEXT, CHANGED])
    restart_with(clinic, load_protocols())
    assert room(clinic, "2").session.limits["spo2"]["low"] == 96


def test_a_text_is_put_on_record_once(clinic: Clinic) -> None:
    done(give(clinic, "cancel_session", reason="x"))
    clinic.restart()
    done(give(clinic, "start_session", room="1", patient="P-2"))
    assert len(clinic.records.facts(None, ["protocol_adopted"])) == 1


def test_a_file_that_is_gone_leaves_its_sessions_as_they_are(clinic: Clinic) -> None:
    others = {name: known for name, known in load_protocols().items() if name != "ketamine_iv"}
    restart_with(clinic, others)
    assert low(clinic) == 92
    clinic.frame(value("spo2", 80), value("pulse_rate", 80))
    assert states(clinic, "limit") == ["active"]


@pytest.mark.parametrize("fault", ["", "[protocol]\nname = 1\n"])
def test_a_text_that_is_no_longer_understood_is_told_and_the_newest_is_used(
    clinic: Clinic, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (known,) = clinic.records.protocol_texts()
    monkeypatch.setattr(type(clinic.records), "protocol_texts", lambda _: {known: fault})
    restart_with(clinic, edition(clinic, CHANGED))
    assert low(clinic) == 96
    gaps = {gap.kind for gap in clinic.monitor.snapshot(clinic.now).not_watched}
    assert "other_edition" in gaps


def test_the_edition_is_that_of_the_files_bytes() -> None:
    one, other = read_protocol(TEXT, "a"), read_protocol(TEXT + "\n", "a")
    assert one.edition == load_protocols()["ketamine_iv"].edition
    assert one.edition != other.edition
    assert len(one.edition) == 12


def test_screens_are_told_what_a_protocol_calls_its_phases(clinic: Clinic) -> None:
    done(give(clinic, "add_room", name="2", role="administrator"))
    nasal = {"room": "2", "patient": "P-8", "protocol": "esketamine_nasal"}
    session = done(give(clinic, "start_session", **nasal))["session"]
    assert room(clinic, "2").session.phase_text == {}
    for phase in ("baseline", "infusion"):
        entered = {"session": session, "phase": phase, "override": "test"}
        done(give(clinic, "enter_phase", role="administrator", **entered))
    shown = room(clinic, "2").session
    assert shown.phase == "infusion"
    assert shown.phase_text == {"en": "Administration", "nb": "Administrering"}
    due = [one for one in clinic.monitor.snapshot(clinic.now).due if one.room == "2"]
    assert "End: Administration" in [one.text["en"] for one in due]
    assert room(clinic).session.phase_text == {}
