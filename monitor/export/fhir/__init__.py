"""A session as a FHIR R4 Bundle: vital signs with LOINC and UCUM, the course, what was given, events and alarms."""

from monitor.export.fhir.bundle import bundle_pieces

__all__ = ["bundle_pieces"]
