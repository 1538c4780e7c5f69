"""Simulated patients: what the body does. No network, no device, no clock: one step is one second."""
