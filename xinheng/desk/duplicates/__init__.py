"""Possible duplicates, two records side by side, merges and their undoing."""
