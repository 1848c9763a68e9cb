"""Bringing files in: templates, upload, what a file would do, its errors, its history."""
