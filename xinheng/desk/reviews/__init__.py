"""The credit review: start one, watch it, and read what it found."""
