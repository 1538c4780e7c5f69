"""Ids of the page of a patient's series."""

from __future__ import annotations

PAGE = "series-page"
OVERLAY = "series-overlay"
BY_NUMBER = "series-by-number"
OUTCOMES = "series-outcomes"
OUTCOME_TREND = "series-outcome-trend"
PATIENT = "series-patient"
CHOSEN = "series-chosen"
CHANGED = "series-changed"
