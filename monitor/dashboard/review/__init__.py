"""The review of one session: its figure, its figures, its alarms and entries, and what leaves with it."""
