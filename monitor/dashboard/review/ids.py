"""Ids of the review page."""

from __future__ import annotations

PAGE = "review-page"
TRACE = "review-trace"
OVERVIEW = "review-overview"  # JS
CARDS = "review-cards"
SESSION = "review-session"
EXPECTED = "review-expected"
EXPECTED_NOTES = "review-expected-notes"  # JS
WHOLE = "review-whole"
