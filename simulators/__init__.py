"""Simulated patients, devices and feeds; they reach the gateway over its socket like any device."""
