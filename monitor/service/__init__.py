"""Use cases: what the system does, in terms of the domain and of ports that others fill in."""
