"""Imports against a bare COPY of the same rows into the same indexed table, and their memory.

The peer copies the rows that the books hold after an import into a table of the same columns,
indexes and constraints, and commits. Ours reads and types the file in its child, judges it,
and writes; for invoices also accounts, entries and the journal.
"""

import argparse
import csv
import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from bench import common

ROWS = {"small": 60_000, "full": 200_000}
MEMORY_ROWS = {"small": (10_000, 100_000), "full": (100_000, 1_000_000)}
BUDGET, BUDGET_WITH_ENTRIES, GROWTH_MB = 0.25, 0.15, 64

_rounds = itertools.count(1)


def main() -> None:
    """Measure customers, which write no entries, invoices, which do, and how memory grows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=["small", "full"], default="small")
    size = parser.parse_args().size
    with common.books() as folder:
        _against_copy(folder, "customers", _customer, "parties_customer", ROWS[size], BUDGET)
        _against_copy(
            folder, "invoices", _invoice, "receivables_invoice", ROWS[size], BUDGET_WITH_ENTRIES
        )
        _memory(folder, *MEMORY_ROWS[size])


def _customer(mark: str, i: int) -> dict[str, str]:
    return {
        "code": f"{mark}{i:07d}", "name": f"客户{i}有限公司", "region": "上海", "currency": "CNY",
    }  # fmt: skip


def _invoice(mark: str, i: int) -> dict[str, str]:
    return {
        "number": f"{mark}{i:08d}", "customer_code": f"R1-{i % 2_000:07d}",
        "issue_date": f"2026-{i % 6 + 1:02d}-{i % 28 + 1:02d}", "terms": "net 30",
        "amount": f"{i % 9_000 + 10}.{i % 100:02d}", "currency": "CNY",
    }  # fmt: skip


Row = Callable[[str, int], dict[str, str]]


def _file(folder: Path, kind: str, row: Row, rows: int) -> Path:
    """Write a file of rows that no earlier round has imported."""
    mark = f"R{next(_rounds)}-"
    path = folder / f"{kind}-{mark}{rows}.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(row("", 0)))
        writer.writeheader()
        writer.writerows(row(mark, i) for i in range(rows))
    return path


def _against_copy(folder: Path, kind: str, row: Row, table: str, rows: int, budget: float) -> None:
    files = iter([_file(folder, kind, row, rows) for _ in range(4)])
    _import(kind, next(files))
    peer = _Copy(folder, table, rows)
    common.paired(
        work=f"import {kind}",
        size=f"{rows} rows",
        ours=lambda: _import(kind, next(files)),
        against=f"COPY into {table} with its indexes",
        peer=peer.run,
        budget=budget,
        at_least=True,
    )
    peer.close()


def _import(kind: str, path: Path) -> None:
    from django.utils import timezone

    from xinheng import access
    from xinheng.exchange import operations as exchange

    by = access.system("bench")
    with path.open("rb") as file:
        batch = exchange.submit(by=by, kind=kind, file=file, file_name=path.name)
    batch = exchange.apply(
        by=by, batch_id=batch.uuid, today=timezone.localdate(), at=timezone.now()
    )
    assert batch.state == "done" and batch.created == batch.rows, batch.errors[:3]


class _Copy:
    """The peer: COPY of a table's own rows into a twin, as the owner of the tables."""

    def __init__(self, folder: Path, table: str, rows: int) -> None:
        from xinheng.hosting import roles
        from xinheng.hosting.home import Home

        self._connection = psycopg.connect(**roles.parameters(Home(folder), "owner"))
        self._table = table
        self._path = folder / f"{table}.copy"
        self._columns = ", ".join(self._stored_columns())
        query = f"COPY (SELECT {self._columns} FROM {table} LIMIT {rows}) TO STDOUT"
        with self._path.open("wb") as out, self._connection.cursor().copy(query) as copy:
            for piece in copy:
                out.write(piece)
        self._connection.execute(f"CREATE TABLE bench_twin (LIKE {table} INCLUDING ALL)")
        self._connection.commit()

    def _stored_columns(self) -> list[str]:
        """Return the columns that COPY may fill; generated ones fill themselves."""
        found = self._connection.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
            " AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
            [self._table],
        )
        return [f'"{name}"' for (name,) in found.fetchall()]

    def run(self) -> None:
        """Copy the rows in and commit; what an earlier round left is cleared before the clock."""
        query = f"COPY bench_twin ({self._columns}) FROM STDIN"
        with (
            self._path.open("rb") as file,
            self._connection.cursor().copy(query) as copy,
        ):
            while piece := file.read(1 << 16):
                copy.write(piece)
        self._connection.commit()
        self._connection.execute("TRUNCATE bench_twin")
        self._connection.commit()

    def close(self) -> None:
        """Remove the twin."""
        self._connection.execute("DROP TABLE bench_twin")
        self._connection.commit()
        self._connection.close()


def _memory(folder: Path, few: int, many: int) -> None:
    """Import a small and a large file in processes of their own and compare their peaks."""
    found = [
        _peak("customers", _file(folder, "customers", _customer, rows)) for rows in (few, many)
    ]
    (few_seconds, few_mb), (many_seconds, many_mb) = found
    row = {
        "work": "import memory",
        "size": f"{many} rows",
        "seconds": round(many_seconds, 3),
        "against": f"the same import of {few} rows",
        "against_seconds": round(few_seconds, 3),
        "ratio": round(many_mb / few_mb, 3),
        "growth_mb": many_mb - few_mb,
        "budget": GROWTH_MB,
        "ok": many_mb - few_mb <= GROWTH_MB,
        "peak_mb": many_mb,
    }
    print(json.dumps(row, ensure_ascii=False), flush=True)


def _peak(kind: str, path: Path) -> tuple[float, int]:
    """Return seconds and peak megabytes of one `xinheng import`, its reading child included."""
    began = time.perf_counter()
    words = [sys.executable, "-m", "xinheng.config.command", "import", kind, str(path)]
    process = subprocess.Popen(words, stdout=sys.stderr, cwd=common.REPOSITORY)
    _, status, used = os.wait4(process.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, "the import failed"
    return time.perf_counter() - began, used.ru_maxrss // 1024


if __name__ == "__main__":
    main()
