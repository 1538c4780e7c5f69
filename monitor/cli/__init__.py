"""The command line, ``infusion-monitor``. Standard output carries the result of a command and nothing else.

Heavy parts are imported by the command that needs them, because a command should answer at once.
"""

from monitor.cli.app import main

__all__ = ["main"]
