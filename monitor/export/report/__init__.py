"""What leaves on paper: one page of a session with its trace, and the registry form; drawn without a browser."""
