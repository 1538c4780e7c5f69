"""Each implementation of the ports that there is; the suites beside this file hold for all of them."""

from __future__ import annotations

from tests.storage.conftest import journal, records

__all__ = ["journal", "records"]
