"""Checking scenarios: played second by second to a gateway whose clock waits for them, then judged."""
