"""The simulator desk: many rooms in one process, started, stopped and driven by hand while they run."""
