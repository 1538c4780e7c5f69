"""What a whole session looks like afterwards: its figures, and the limits that were in force. Pure."""
