"""A program that ends with the one that started it: ``python -m monitor.lifeline MODULE ARGUMENTS...``.

Standard input is the lifeline: the starter holds the other end, and the system closes it when the starter dies, even
by SIGKILL. The program is then told to stop like by anybody else, and ended where it does not.
"""

from __future__ import annotations

import contextlib
import gc
import os
import runpy
import signal
import socket
import sys
import threading

GRACE_S = 4.0
_COLLECT_AFTER = 10_000
"""New objects until the cycle collector looks at them. What a program imports makes hundreds of thousands that stay:
with the usual threshold a tenth of its start and more goes into finding that out again and again."""


def notify_ready() -> None:
    """Tell who started this process that it is ready to serve: the protocol of systemd (sd_notify)."""
    _notify(b"READY=1")


def notify_alive() -> None:
    """Tell the watchdog of who started this process, where there is one, that its work goes on."""
    own = str(os.getpid())
    if os.environ.get("WATCHDOG_USEC") and os.environ.get("WATCHDOG_PID", own) == own:
        # A watchdog that cannot be told acts by itself; that is what it is for.
        with contextlib.suppress(OSError):
            _notify(b"WATCHDOG=1")


def _notify(state: bytes) -> None:
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    # A leading @ stands for a name in Linux's abstract namespace.
    name = "\0" + address[1:] if address.startswith("@") else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notifier:
        notifier.sendto(state, name)


def _end_with_the_lifeline() -> None:
    # Unbuffered: a thread that holds a buffered stdin's lock would trip the interpreter's own end.
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Timer(GRACE_S, os._exit, [1]).start()


def run(module: str, arguments: list[str]) -> None:
    """Run a module as a program, in this process, until it ends or its starter does."""
    gc.set_threshold(_COLLECT_AFTER, 10, 10)
    # Ctrl-C reaches every process of a terminal; the starter hears it and stops this one in its own order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_lifeline, daemon=True).start()
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2:])
