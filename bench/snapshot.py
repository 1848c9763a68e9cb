"""The snapshot out of PostgreSQL, against a bare ADBC read of the same columns."""

import argparse
import itertools
import random
import shutil
from datetime import UTC, datetime
from pathlib import Path

import adbc_driver_postgresql.dbapi as adbc
import psycopg

from bench import common

SIZES = {"small": (5_000, 100_000), "full": (50_000, 1_000_000)}
BUDGET = 1.3
# One customer in five hundred has something new: the share of a day.
CHANGED = 500
# What the incremental snapshot may cost, as a share of a full read.
BUDGET_INCREMENTAL = 0.5
KINDS = ("groups", "customers", "invoices", "receipts", "statements", "events")
TOUCH = "UPDATE receivables_invoice SET due_date = due_date + 1 WHERE customer_id = ANY (%s)"


def main() -> None:
    """Print two rows: everything, and a day's change."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="small")
    customers, invoices = SIZES[parser.parse_args().size]
    with common.books() as folder:
        everybody = fill(folder, customers, invoices)
        size = f"{customers} customers, {invoices} invoices"
        folders = (folder / f"snapshot-{n}" for n in itertools.count())
        common.paired(
            work="snapshot",
            size=size,
            ours=lambda: snapshot(next(folders)),
            against="bare ADBC read of the same columns",
            peer=bare_read,
            budget=BUDGET,
        )
        kept = folder / "kept"
        snapshot(kept)
        draw = random.Random(7)
        common.paired(
            work="snapshot --incremental",
            size=f"{size}, 1 customer in {CHANGED} changed",
            ours=lambda: change_and_snapshot(kept, draw.sample(everybody, customers // CHANGED)),
            against="bare ADBC read of all the same columns",
            peer=bare_read,
            budget=BUDGET_INCREMENTAL,
        )


def fill(folder: Path, customers: int, invoices: int) -> list[int]:
    """Import a generated company; return the customers' ids."""
    from xinheng.hosting import address

    files = common.company(folder, customers=customers, invoices=invoices)
    for kind in KINDS:
        common.command("import", kind, str(files / f"{kind}.csv"))
    with psycopg.connect(**address.parameters("owner"), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        return [number for (number,) in connection.execute("SELECT id FROM parties_customer")]


def snapshot(target: Path, *, incremental: bool = False) -> None:
    """Take a snapshot; a full one into a folder that is removed again."""
    from xinheng import access
    from xinheng.engines import operations as engines

    by, at = access.system("cli"), datetime.now(UTC)
    engines.take_snapshot(by=by, folder=target, at=at, incremental=incremental)
    if not incremental and target.name != "kept":
        shutil.rmtree(target)


def change_and_snapshot(target: Path, customers: list[int]) -> None:
    """Change some customers' invoices, then take what changed."""
    from xinheng.hosting import address

    with psycopg.connect(**address.parameters("owner")) as connection:
        connection.execute(TOUCH, [customers])
    snapshot(target, incremental=True)


def bare_read() -> None:
    """Read every declared column once, and throw it away."""
    from xinheng.engines import books, sessions
    from xinheng.factors.tables import SCHEMAS

    with adbc.connect(sessions.address("bench")) as connection:
        for table, columns in SCHEMAS.items():
            with connection.cursor() as cursor:
                cursor.execute(books.select(table, tuple(columns)))
                for _ in cursor.fetch_record_batch():
                    pass


if __name__ == "__main__":
    main()
