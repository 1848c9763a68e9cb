"""The pure half of the room: facts in, a verdict out. No Django, no clock, no database."""
