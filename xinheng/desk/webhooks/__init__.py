"""Which other systems hear of what, and what became of each message."""
