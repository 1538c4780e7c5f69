"""The form that registries of infusion treatment ask for, filled in from the record. What is not known stays empty."""

from monitor.export.registry.form import registry_form

__all__ = ["registry_form"]
