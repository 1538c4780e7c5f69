"""The messages that cross a process border: documented, versioned, and rejected rather than guessed at."""
