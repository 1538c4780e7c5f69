"""Ids of the review page."""

from __future__ import annotations

PAGE = "review-page"
TRACE = "review-trace"
OVERVIEW = "review-overview"  # JS
CARDS = "review-cards"
WORST = "review-worst"  # of each alarm
SESSION = "review-session"
EXPECTED = "review-expected"
EXPECTED_NOTES = "review-expected-notes"  # JS
WHOLE = "review-whole"
STANDING = "review-standing"
SIGN = "review-sign"
SIGN_PLACE = "review-sign-place"
COMMENTS = "review-comments"
COMMENT = "review-comment"
COMMENT_SEND = "review-comment-send"
TOLD = "review-told"
SEAL = "review-seal"  # JS
ALTERED = "review-altered"  # JS
MAKING = "review-making"  # JS
