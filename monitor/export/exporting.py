"""One session into files of one format: read, made, sealed and put in place together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from monitor.export.csv_export import readings_csv
from monitor.export.deidentified import deidentify
from monitor.export.events import event_rows, events_csv
from monitor.export.extract import NOBODY_LOOKED, Extract, RecordProof, read_extract
from monitor.export.report.speech import Speech
from monitor.export.sealed_file import Seal, Sheet, write_sealed
from monitor.locale import SOURCE_LANGUAGE, load_translations
from monitor.service.phrases import Phrases
from monitor.service.ports import Records
from monitor.service.protocols import Protocol

_UTC = ZoneInfo("UTC")
Format = Literal["csv", "parquet", "fhir", "pdf", "registry"]
Resolution = Literal["reading", "minute"]
Progress = Callable[[int], None]
"""Told the bytes written so far, again and again."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which session, and as what; ``resolution`` is for FHIR, ``language`` and ``zone`` for what people read."""

    session_id: str
    file_format: Format = "csv"
    resolution: Resolution = "reading"
    language: str = SOURCE_LANGUAGE
    deidentified: bool = False
    zone: ZoneInfo = _UTC


@dataclass(frozen=True, slots=True)
class Source:
    """Where it comes from; ``protocols`` are those of today.

    ``simulated`` and ``secret`` are the data directory's; the secret decides how sessions are de-identified.
    """

    records: Records
    protocols: Mapping[str, Protocol]
    simulated: bool
    secret: bytes


class Exported(NamedTuple):
    """What was written; ``readings`` is how many the session has."""

    files: list[Path]
    seals: list[Seal]
    readings: int
    is_open: bool


def export(
    source: Source,
    wanted: Wanted,
    out: Path,
    tell: Progress = lambda _: None,
    proof: RecordProof = NOBODY_LOOKED,
) -> Exported:
    """Write the session to ``out``, what belongs to it beside it, and the seal of each, which tells ``proof``.

    A record that was altered is written all the same: it may be all there is. Its seal and its pages say so.
    Raises LookupError for a session that does not exist, ExportRefusedError for what cannot be made of it, OSError when
    the files cannot be put in place. Then neither they nor a part of them is there.
    """
    extract = read_extract(
        source.records, wanted.session_id, source.protocols, simulated=source.simulated
    )
    extract = replace(extract, proof=proof)
    if wanted.deidentified:
        extract = deidentify(extract, source.secret)
    sheets = _FORMATS[wanted.file_format](extract, wanted, out)
    counter = _Counter(tell)
    seals = write_sealed(
        [Sheet(sheet.path, counter.counted(sheet.content), sheet.seal) for sheet in sheets]
    )
    files = [sheet.path for sheet in sheets]
    return Exported(files, seals, len(extract.readings), extract.is_open)


def beside(out: Path, word: str) -> Path:
    """The second file of an export: ``s1.csv`` has its events in ``s1.events.csv``."""
    return out.with_name(f"{out.stem}.{word}{out.suffix}")


class _Counter:
    """Tells how much was written."""

    def __init__(self, tell: Progress) -> None:
        self._tell = tell
        self._written = 0

    def counted(self, content: Iterable[bytes]) -> Iterator[bytes]:
        for piece in content:
            yield piece
            self._written += len(piece)
            self._tell(self._written)


def _csv(extract: Extract, _wanted: Wanted, out: Path) -> list[Sheet]:
    return [
        Sheet(out, readings_csv(extract), extract.seal(len(extract.readings))),
        Sheet(beside(out, "events"), events_csv(extract), extract.seal(len(event_rows(extract)))),
    ]


def _parquet(extract: Extract, _wanted: Wanted, out: Path) -> list[Sheet]:
    # Here: it takes a while to load, and the other formats need none of it.
    from monitor.export.parquet_export import events_parquet, readings_parquet

    return [
        Sheet(out, readings_parquet(extract), extract.seal(len(extract.readings))),
        Sheet(
            beside(out, "events"), events_parquet(extract), extract.seal(len(event_rows(extract)))
        ),
    ]


def _fhir(extract: Extract, wanted: Wanted, out: Path) -> list[Sheet]:
    from monitor.export.fhir import bundle_pieces

    pieces = bundle_pieces(extract, _phrases(wanted), wanted.resolution)
    return [Sheet(out, pieces, extract.seal(len(extract.readings)))]


def _pdf(extract: Extract, wanted: Wanted, out: Path) -> list[Sheet]:
    from monitor.export.report.typesetting import session_page

    pages = session_page(extract, _speech(wanted))
    return [Sheet(out, pages, extract.seal(len(extract.readings)))]


def _registry(extract: Extract, wanted: Wanted, out: Path) -> list[Sheet]:
    """The form for programs and on paper; ``out`` is the one that its name asks for."""
    from monitor.export.report.form import form_json
    from monitor.export.report.typesetting import form_page

    is_paper = out.suffix == ".pdf"
    on_paper = out if is_paper else out.with_name(f"{out.stem}.registry.pdf")
    for_programs = out.with_name(f"{out.stem}.registry.json") if is_paper else out
    seal = extract.seal(len(extract.readings))
    sheets = [
        Sheet(for_programs, [form_json(extract)], seal),
        Sheet(on_paper, form_page(extract, _speech(wanted)), seal),
    ]
    return sorted(sheets, key=lambda sheet: sheet.path != out)


def _speech(wanted: Wanted) -> Speech:
    return Speech(_phrases(wanted), wanted.zone)


def _phrases(wanted: Wanted) -> Phrases:
    return Phrases(wanted.language, load_translations()[wanted.language])


_FORMATS: dict[str, Callable[[Extract, Wanted, Path], list[Sheet]]] = {
    "csv": _csv,
    "parquet": _parquet,
    "fhir": _fhir,
    "pdf": _pdf,
    "registry": _registry,
}
