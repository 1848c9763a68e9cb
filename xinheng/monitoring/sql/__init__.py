"""SQL texts that the room's operations run."""
