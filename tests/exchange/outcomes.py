"""What a test asks of an ended import."""

from typing import Any


def faults(batch: Any) -> list[tuple[int | None, str, str]]:
    """Return (row, column, code) of a batch's errors."""
    return [(error["row"], error["column"], error["code"]) for error in batch.errors]


def counts(batch: Any) -> tuple[int, int, int, int, int, int]:
    """Return rows, created, updated, unchanged, duplicates, refused."""
    return (
        batch.rows, batch.created, batch.updated, batch.unchanged, batch.duplicates, batch.refused,
    )  # fmt: skip
