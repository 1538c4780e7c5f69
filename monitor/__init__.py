"""infusion-monitor: the session monitor for infusion rooms."""

__version__ = "0.1.0"
