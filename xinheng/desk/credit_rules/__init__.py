"""Screens of the rule designer of order checks."""
