"""Recordings of real monitors, played back through the same feed as a simulated device."""
