"""What leaves the system: files that are complete or absent, each with its seal beside it."""

from monitor.export.csv_export import export_csv
from monitor.export.sealed_file import Seal

__all__ = ["Seal", "export_csv"]
