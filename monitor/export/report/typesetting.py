"""From what a page says to the page itself. The same content gives the same bytes, on every machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import typst

from monitor.export.extract import Extract
from monitor.export.report.form import form_sheet
from monitor.export.report.sheet import session_sheet
from monitor.export.report.speech import Speech

Kind = Literal["pdf", "png"]
_FOLDER = Path(__file__).parent
_SHARED = "page.typ"
_POINTS_PER_INCH = 150.0


def session_page(extract: Extract, speech: Speech, kind: Kind = "pdf") -> list[bytes]:
    """The page of a session as a file, one item per page; a PDF is one item."""
    said, picture = session_sheet(extract, speech)
    return typeset("session.typ", said, picture, extract.now, kind)


def form_page(extract: Extract, speech: Speech, kind: Kind = "pdf") -> list[bytes]:
    """The registry form, in the same way."""
    return typeset("form.typ", form_sheet(extract, speech), "", extract.now, kind)


def typeset(template: str, said: dict[str, Any], picture: str, at: int, kind: Kind) -> list[bytes]:
    """A template filled in. ``at`` is the time that the file says it was made."""
    source = "\n".join((_FOLDER / name).read_text(encoding="utf-8") for name in (_SHARED, template))
    # Nothing of the machine's own: neither fonts nor the time.
    # A page of pictures is a list where there are several, whatever the types say.
    made: Any = typst.compile(
        source.encode(),
        format=kind,
        ppi=_POINTS_PER_INCH,
        sys_inputs={"said": json.dumps(said, ensure_ascii=False), "picture": picture},
        ignore_system_fonts=True,
        timestamp=max(0, at // 1000),
    )
    return made if isinstance(made, list) else [made]
