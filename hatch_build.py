"""Complete a wheel: the browser's files and the compiled languages, which the repository keeps apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompleteWheel(BuildHookInterface):  # type: ignore[type-arg]
    """An installed copy has no repository beside it; an editable one does, and `make install` compiles for it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        build_data["force_include"]["assets"] = "monitor/assets"
        for catalog in Path(self.root, "monitor", "locale").rglob("*.po"):
            with catalog.open("rb") as source, catalog.with_suffix(".mo").open("wb") as compiled:
                write_mo(compiled, read_po(source))
