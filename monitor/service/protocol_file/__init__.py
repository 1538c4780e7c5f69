"""A protocol file: what may stand in it, what must fit together, and what the domain gets from it."""
