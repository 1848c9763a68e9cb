"""Screens of order credit: quick check, orders, the hold worklist."""
