"""Scenarios: who lies where, what happens to them, and what the monitor must, and must not, say about it."""
