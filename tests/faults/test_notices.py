"""A ward that no screen shows is told out of the house, by the installed program and over real HTTP."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.notices.recipient import Recipient, listening
from tests.processes import Running, result, until

pytestmark = pytest.mark.faults


def test_an_open_session_that_no_screen_shows_is_told_out_of_the_house(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening(Recipient(refusing=1)) as recipient:
        monkeypatch.setenv("INFUSION_MONITOR_NOTICE_URLS", json.dumps([recipient.url]))
        monkeypatch.setenv("INFUSION_MONITOR_LANGUAGE", "nb")
        with Running(tmp_path / "data") as served:
            result(served.data, "room", "add", "1")
            result(served.data, "session", "start", "--room", "1", "--patient", "P-1001")
            until(lambda: recipient.taken or None, within_s=40, what="a notice")
            assert served.health() is not None
        [notice] = recipient.taken
        assert "Ingen stasjon" in notice["message"]
        assert "P-1001" not in str(notice)
        assert "hemmelig" not in served.log.read_text()
