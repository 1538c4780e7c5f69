"""Pieces of pages; pure functions of a visit and of what they show."""
