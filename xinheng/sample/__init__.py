"""Invented companies: realistic books for demonstrations, tests and benchmarks."""

from datetime import date
from pathlib import Path


def generate(
    folder: Path,
    *,
    customers: int,
    invoices: int,
    seed: int,
    until: date,
    format: str = "csv",
    people: bool = False,
) -> dict[str, int]:
    """Write the files of an invented company into `folder`; see sample.books.generate."""
    from xinheng.sample import books

    return books.generate(
        folder,
        customers=customers,
        invoices=invoices,
        seed=seed,
        until=until,
        format=format,
        people=people,
    )
