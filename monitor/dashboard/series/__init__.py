"""The sessions of one patient together: overlaid, by number, and how the patient does between them."""
