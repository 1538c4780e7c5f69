"""A session as a file for the browser: made whole in a directory of its own, then sent, then gone."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import get_args

from fastapi import HTTPException
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from monitor.dashboard.visit import Visit
from monitor.dashboard.words import Words
from monitor.export.exporting import Format, Source, Wanted, export

FORMATS: tuple[str, ...] = get_args(Format)
_SUFFIXES = {"fhir": "json", "registry": "json"}
"""Of a format whose file is not called like it."""


def format_name(words: Words, file_format: str) -> str:
    """What its button says."""
    _ = words.gettext
    names = {"csv": "CSV", "parquet": "Parquet", "fhir": "FHIR", "pdf": "PDF"}
    return names.get(file_format) or {"registry": _("Registry form")}.get(file_format, file_format)


def send_file(visit: Visit, session_id: str, file_format: str) -> FileResponse:
    """The files of an export and their seals as one archive: complete, or an error instead of it.

    Raises HTTPException 404 for a session or a format that does not exist, 503 when it cannot be made.
    """
    if file_format not in FORMATS or visit.parts.records.session(session_id) is None:
        raise HTTPException(404, "there is no such session, or no such format")
    directory = Path(tempfile.mkdtemp(prefix="infusion-monitor-"))
    try:
        archive = _made(visit, session_id, file_format, directory)
    except OSError as error:
        shutil.rmtree(directory)
        raise HTTPException(503, "the file could not be made now") from error
    except BaseException:
        shutil.rmtree(directory)
        raise
    gone = BackgroundTask(shutil.rmtree, directory)
    return FileResponse(archive, filename=archive.name, background=gone)


def _made(visit: Visit, session_id: str, file_format: str, directory: Path) -> Path:
    settings = visit.parts.settings
    # What leaves from here names the patient; what does not, leaves by the command, which has the clinic's secret.
    source = Source(visit.parts.records, visit.parts.protocols, settings.simulated, secret=b"")
    words = visit.words
    wanted = Wanted(session_id, file_format, language=words.language, zone=words.zone)  # type: ignore[arg-type]
    files = directory / "files"
    files.mkdir()
    export(source, wanted, files / f"{session_id}.{_SUFFIXES.get(file_format, file_format)}")
    mark = "simulated-" if settings.simulated else ""
    archive = directory / f"{mark}{session_id}-{file_format}.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(files.iterdir()):
            packed.write(file, file.name)
    return archive
