"""The pure core: no clock, no I/O, no logging, no randomness; ``now`` is always an argument."""
