"""Every fault, file by file, and the report of it: ``ROUNDS=100 python -m tests.faults``.

Each file runs in a process of its own with a time limit: one that fails, breaks or hangs is said and the rest goes on.
With files as arguments only those run, and the report is printed and not put into the README.
"""

from __future__ import annotations

import json
import os
import platform
import signal
import sqlite3
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.chromium import PROGRAM
from tests.faults.report import (
    FAILED,
    FOLDER,
    KEEP,
    RESULTS,
    SKIPPED,
    put_into_readme,
    report,
    tell_outcome,
    write,
)

REPOSITORY = FOLDER.parents[1]
ON_SCREENS = tuple(
    REPOSITORY / f"tests/browser/{name}.py" for name in ("test_real_stack", "test_lost_contact")
)
"""What a real browser paints during faults lives among the tests that need one."""
FILE_S, ROUND_S = 420, 6
"""How long one file may take, and how much more for each round where there are rounds."""
TO_END_S = 60


def main() -> int:
    """Run and report; 1 when anything failed."""
    # In the background of a shell it would be ignored, here and in the tests, which put everything away when it comes.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    chosen = [Path(name).resolve() for name in sys.argv[1:]]
    rounds = int(os.environ.setdefault("ROUNDS", "100"))
    kept = RESULTS if not chosen else Path(tempfile.mkdtemp()) / "results.json"
    os.environ[KEEP] = str(kept)
    run = {
        "rounds": rounds,
        "machine": machine(),
        "began": _now(),
        "load_before": round(os.getloadavg()[0], 1),
    }
    write(kept, {"run": run, "rows": {}, "tests": {}})
    for file in chosen or [*sorted(FOLDER.glob("test_*.py")), *ON_SCREENS]:
        if file in ON_SCREENS and not _browser():
            tell_outcome(f"{file.stem}::all of it", SKIPPED, f"no browser: {PROGRAM!r}")
        else:
            has_rounds = "ROUNDS" in file.read_text("utf-8")
            _run(file, FILE_S + rounds * ROUND_S * has_rounds)
    results: dict[str, Any] = json.loads(kept.read_text("utf-8"))
    results["run"] |= {"ended": _now(), "load_after": round(os.getloadavg()[0], 1)}
    write(kept, results)
    if chosen:
        sys.stdout.write(report(results))
        kept.unlink()
    else:
        put_into_readme(results)
    failed = [test for test, one in results["tests"].items() if one["outcome"] == FAILED]
    sys.stdout.write("".join(f"FAILED {test}\n" for test in failed))
    return 1 if failed else 0


def _run(file: Path, within_s: float) -> None:
    """One file's tests; what ends them otherwise than by themselves is kept as a failure."""
    name = str(file.relative_to(REPOSITORY))
    sys.stdout.write(f"\n=== {name}\n")
    sys.stdout.flush()
    options = ("-q", "-s", "-p", "no:cacheprovider", "-p", "tests.faults.outcomes")
    command = [sys.executable, "-m", "pytest", name, "-m", "faults or long", *options]
    with subprocess.Popen(command, cwd=REPOSITORY) as running:
        try:
            code = running.wait(within_s)
        except subprocess.TimeoutExpired:
            tell_outcome(f"{name}::all of it", FAILED, f"it took more than {within_s:.0f} s")
            _end(running)
            return
        except BaseException:
            _end(running)
            raise
    # 1: a test failed and has said so; 5: a file without a test for this run.
    if code not in (0, 1, 5):
        tell_outcome(f"{name}::all of it", FAILED, f"pytest ended with {code}")


def _end(running: subprocess.Popen[bytes]) -> None:
    """As Ctrl-C would: what the tests have started and mounted is put away."""
    running.send_signal(signal.SIGINT)
    try:
        running.wait(TO_END_S)
    except subprocess.TimeoutExpired:
        running.kill()


def machine() -> str:
    """Where this is, and on what it runs."""
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    memory_gb = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    parts = (
        f"{os.cpu_count()} cores, {memory_gb:.0f} GB",
        f"{system}, Linux {platform.release().partition('-')[0]}",
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {_browser() or 'no browser'}",
        f"infusion-monitor {version('infusion-monitor')}{_revision()}",
    )
    return "; ".join(parts)


def _browser() -> str:
    try:
        said = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return " ".join(said.stdout.split()[:2])


def _revision() -> str:
    try:
        said = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return ""
    return f" ({said.stdout.strip()})" if said.returncode == 0 else ""


def _now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M}"


if __name__ == "__main__":
    sys.exit(main())
