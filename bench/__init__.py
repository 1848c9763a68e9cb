"""Measurements against the budgets of the house, as ratios taken in one run."""
