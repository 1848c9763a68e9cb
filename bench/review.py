"""The credit review from a Parquet snapshot, against one bare aggregate over the same invoices."""

import argparse
import tempfile
from datetime import date
from pathlib import Path

import duckdb

from bench import common

AS_OF = date(2026, 6, 30)
SIZES = {"small": (20_000, 400_000), "full": (1_000_000, 20_000_000)}
# What the review may cost: factors, card, policy and writing the result, over ten bare sums.
BUDGET = 4.0
SUMS = ",\n".join(
    f"sum(amount_minor) FILTER (issue_date >= DATE '2026-06-30' - {days}) AS sum_{days}"
    for days in (30, 60, 90, 120, 150, 180, 240, 300, 365, 730)
)


def main() -> None:
    """Print one row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="small")
    customers, invoices = SIZES[parser.parse_args().size]
    with common.books() as folder, tempfile.TemporaryDirectory() as out:
        snapshot = common.company(folder, customers=customers, invoices=invoices, format="parquet")
        result = Path(out) / "results.parquet"
        common.paired(
            work="review",
            size=f"{customers} customers, {invoices} invoices",
            ours=lambda: review(snapshot, result),
            against="DuckDB GROUP BY customer, ten sums",
            peer=lambda: bare_sums(snapshot),
            budget=BUDGET,
        )


def review(snapshot: Path, result: Path) -> None:
    """Review everybody in the snapshot and write the file of results."""
    from xinheng import access
    from xinheng.reviews import operations as reviews
    from xinheng.reviews import results

    outcome = reviews.run(by=access.system("cli"), as_of=AS_OF, snapshot=snapshot)
    results.write_parquet(outcome, result)


def bare_sums(snapshot: Path) -> None:
    """Sum invoices by customer ten times, as plainly as it can be said."""
    with duckdb.connect() as connection:
        connection.sql(
            f"SELECT customer_code, {SUMS} FROM read_parquet('{snapshot}/invoices.parquet') "
            "GROUP BY customer_code"
        ).to_arrow_table()


if __name__ == "__main__":
    main()
