"""The door of a one-time link."""
