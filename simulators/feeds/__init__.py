"""The device's side of the wire: a queue on disk, a clock, and a connection that comes back."""
