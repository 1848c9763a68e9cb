"""Imports as a test says them, borrowed from the tests of the import."""

from tests.exchange.conftest import imported

__all__ = ["imported"]
