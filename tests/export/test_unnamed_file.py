"""An export that is killed leaves nothing; on a file system that needs names, nothing that looks like an export."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.export.unnamed_file import UnnamedFile

HALF_WAY = """
import sys
from pathlib import Path
from monitor.export.sealed_file import Seal, Sheet, write_sealed

def content():
    yield b"x" * 1_000_000
    print("half", flush=True)
    sys.stdin.read()

seal = Seal("s1", 1, "", 1, "", simulated=False)
write_sealed([Sheet(Path(sys.argv[1]), [b"whole"], seal), Sheet(Path(sys.argv[2]), content(), seal)])
"""


def test_who_is_killed_in_the_midst_leaves_neither_file_nor_half_a_file(tmp_path: Path) -> None:
    files = [str(tmp_path / name) for name in ("s1.csv", "s1.events.csv")]
    with subprocess.Popen(
        [sys.executable, "-c", HALF_WAY, *files], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as exporting:
        assert exporting.stdout is not None
        assert exporting.stdout.readline() == b"half\n"
        exporting.send_signal(signal.SIGKILL)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("nameless", [True, False])
def test_a_file_takes_the_place_of_an_older_one_whole_or_is_gone(
    tmp_path: Path, nameless: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not nameless:
        monkeypatch.delattr(os, "O_TMPFILE")
    out = tmp_path / "s1.csv"
    out.write_bytes(b"older")
    with UnnamedFile(tmp_path) as file:
        assert file.fill([b"ne", b"wer"]) == hashlib.sha256(b"newer").hexdigest()
        assert out.read_bytes() == b"older"
        assert list(tmp_path.glob("*s1*")) == [out]
        file.take_place(out)
    with UnnamedFile(tmp_path) as file:
        file.fill([b"never"])
    assert out.read_bytes() == b"newer"
    assert list(tmp_path.iterdir()) == [out]
