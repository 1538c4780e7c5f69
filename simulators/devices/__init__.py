"""Simulated devices: what an instrument makes of a patient. They sample, average, quantise and fail."""
