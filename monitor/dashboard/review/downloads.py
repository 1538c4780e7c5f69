"""A session as a file for the browser: made whole in a directory of its own, then sent, then gone."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, get_args

from fastapi import HTTPException
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from monitor.dashboard.review.proving import Proof, Standing
from monitor.dashboard.visit import Visit
from monitor.dashboard.words import Words
from monitor.export import ExportRefusedError, RecordProof
from monitor.export.exporting import Format, Source, Wanted, export

FORMATS: tuple[str, ...] = get_args(Format)
_SUFFIXES = {"fhir": "json", "registry": "json"}
"""Of a format whose file is not called like it."""


class Asked(NamedTuple):
    """What somebody wants to take along, and the ticket by which they ask how far it is."""

    session_id: str
    file_format: str
    deidentified: bool = False
    ticket: str = ""


def format_name(words: Words, file_format: str) -> str:
    """What its button says."""
    _ = words.gettext
    names = {"csv": "CSV", "parquet": "Parquet", "fhir": "FHIR", "pdf": "PDF"}
    return names.get(file_format) or {"registry": _("Registry form")}.get(file_format, file_format)


def send_file(visit: Visit, asked: Asked, proof: Proof) -> FileResponse:
    """The files of an export and their seals, which tell ``proof``, as one archive: complete, or an error.

    Raises HTTPException 404 for a session or a format that does not exist, 422 for what the record cannot be made
    into, 503 when the file cannot be made now.
    """
    if asked.file_format not in FORMATS or visit.parts.records.session(asked.session_id) is None:
        raise HTTPException(404, "there is no such session, or no such format")
    directory = Path(tempfile.mkdtemp(prefix="infusion-monitor-"))
    try:
        with visit.parts.makings.making(asked.session_id, asked.ticket) as tell:
            archive = _made(visit, asked, proof, directory, tell)
    except ExportRefusedError as error:
        shutil.rmtree(directory)
        raise HTTPException(422, str(error)) from error
    except OSError as error:
        shutil.rmtree(directory)
        raise HTTPException(503, "the file could not be made now") from error
    except BaseException:
        shutil.rmtree(directory)
        raise
    gone = BackgroundTask(shutil.rmtree, directory)
    return FileResponse(archive, filename=archive.name, background=gone)


def _recorded(proof: Proof) -> RecordProof:
    is_altered = proof.standing is Standing.ALTERED
    return RecordProof(proof.standing is Standing.PROVEN, proof.message if is_altered else "")


def _made(
    visit: Visit, asked: Asked, proof: Proof, directory: Path, tell: Callable[[int], None]
) -> Path:
    settings, words = visit.parts.settings, visit.words
    source = Source(
        visit.parts.records, visit.parts.protocols, settings.simulated, settings.research_secret
    )
    wanted = Wanted(
        asked.session_id,
        asked.file_format,  # type: ignore[arg-type]
        language=words.language,
        deidentified=asked.deidentified,
        zone=words.zone,
    )
    # The session's own name would lead from a file without names to the session.
    name = "deidentified" if asked.deidentified else asked.session_id
    files = directory / "files"
    files.mkdir()
    suffix = _SUFFIXES.get(asked.file_format, asked.file_format)
    export(source, wanted, files / f"{name}.{suffix}", tell, _recorded(proof))
    mark = "simulated-" if settings.simulated else ""
    archive = directory / f"{mark}{name}-{asked.file_format}.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(files.iterdir()):
            packed.write(file, file.name)
    return archive
