"""What leaves the system: files that are complete or absent, each with its seal beside it."""

from monitor.export.exporting import Exported, Format, Source, Wanted, export
from monitor.export.extract import ExportRefusedError, RecordProof
from monitor.export.sealed_file import Seal

__all__ = [
    "ExportRefusedError",
    "Exported",
    "Format",
    "RecordProof",
    "Seal",
    "Source",
    "Wanted",
    "export",
]
