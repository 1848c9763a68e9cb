"""Folders of Parquet files as a source: the declared tables, or the files a company sends.

A snapshot of the books has a manifest that names its files; nothing else in its folder is read.
The first kind carries the declared tables as they are and is read in place. The second is what
`generate --format parquet` writes: the columns of the file formats with amounts in `*_minor`; what
met what is then worked out by the rules of `filing.py`, as an import of the same files would.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import duckdb

from xinheng.engines import filing, manifest
from xinheng.engines.raw import Raw
from xinheng.engines.reading import TYPES
from xinheng.engines.refusals import SnapshotUnreadable
from xinheng.factors import tables
from xinheng.factors.custom import PREFIX
from xinheng.factors.tables import SCHEMAS

# What a folder must at least hold.
NEEDED = ("customers", "invoices")
# Columns that a folder of declared tables must have; any other one may be missing and is NULL,
# or what an import would take for it.
_STATED = {
    "customers": {"customer_id", "code"},
    "invoices": set(SCHEMAS["invoices"]) - {"kind"},
    "receipts": {"customer_id", "received_date", "amount_minor"},
    "allocations": set(SCHEMAS["allocations"]),
    "disputes": set(SCHEMAS["disputes"]) - {"closed_date"},
    "statements": {"customer_id", "period_end"},
    "events": {"customer_id", "event_date", "kind"},
    "bureau": {"customer_id", "report_date"},
    "questionnaires": set(SCHEMAS["questionnaires"]),
    "tax_invoices": {"customer_id", "direction", "date", "amount_minor"},
    "interactions": {"customer_id", "date", "kind"},
}
_ASSUMED = {
    "currency": "'CNY'",
    "role": "'subject'",
    "months": "12",
    "kind": "'invoice'",
    "method": "'transfer'",
    "available_date": filing.AVAILABLE,
    "status": "'valid'",
}


class Snapshot(AbstractContextManager["Snapshot"]):
    """One folder; nothing is written to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self._is_filed = False
        self._manifest = manifest.read(self.folder)
        for name in NEEDED:
            if not self._has(name):
                raise SnapshotUnreadable(folder=str(folder), what=f"{name}.parquet")

    def __exit__(self, *_: object) -> None:
        return None

    def load(self, target: duckdb.DuckDBPyConnection, table: str, columns: tuple[str, ...]) -> None:
        """Make one declared table available under its name."""
        if set(self._columns(target, "invoices")) >= set(SCHEMAS["invoices"]):
            self._show_declared(target, table, columns)
            return
        if not self._is_filed:
            self.file(target)
            self._is_filed = True
        # Files as a company sends them say nothing of custom fields.
        chosen = ", ".join(
            f'CAST(NULL AS {TYPES[tables.kind(table, name)]}) AS "{name}"'
            if name.startswith(PREFIX)
            else f'"{name}"'
            for name in columns
        )
        target.execute(f'CREATE OR REPLACE VIEW "{table}" AS SELECT {chosen} FROM filed_{table}')

    def _show_declared(
        self, target: duckdb.DuckDBPyConnection, table: str, columns: tuple[str, ...]
    ) -> None:
        found = self._columns(target, table)
        missing = [name for name in columns if name not in found and name in _STATED[table]]
        if missing and (found or table == "allocations"):
            raise SnapshotUnreadable(
                folder=str(self.folder), what=f"{table}.parquet: {', '.join(missing)}"
            )
        taken = ", ".join(_taken(name, tables.kind(table, name), found) for name in columns)
        # A row without a customer is of nobody we know, or never was.
        rows = f"{self._rows(table)} WHERE customer_id IS NOT NULL"
        rows = rows if found else "(SELECT 1) WHERE FALSE"
        target.execute(f'CREATE OR REPLACE VIEW "{table}" AS SELECT {taken} FROM {rows}')

    def file(self, target: duckdb.DuckDBPyConnection) -> None:
        """Work out the declared tables from the files, as tables `filed_…`."""
        problem = filing.file(target, self._reader(target))
        if problem:
            raise SnapshotUnreadable(folder=str(self.folder), what=problem)

    def _reader(self, target: duckdb.DuckDBPyConnection) -> Callable[[str], Raw]:
        def read(name: str) -> Raw:
            return Raw(self._rows(name), frozenset(self._columns(target, name)))

        return read

    def _columns(self, target: duckdb.DuckDBPyConnection, name: str) -> list[str]:
        if not self._has(name):
            return []
        described = target.execute(f"DESCRIBE SELECT * FROM {self._rows(name)}").fetchall()
        return [row[0] for row in described]

    def _has(self, name: str) -> bool:
        return any(Path(path).exists() for path in self._paths(name))

    def _paths(self, name: str) -> list[str]:
        """Return the files of a table: those of the manifest, one file, or a folder of parts."""
        if self._manifest is not None:
            return [str(self.folder / file) for file in self._manifest.files(name)]
        whole, parts = self.folder / f"{name}.parquet", self.folder / name
        if not whole.exists() and parts.is_dir():
            return [str(path) for path in sorted(parts.rglob("*.parquet"))]
        return [str(whole)]

    def _rows(self, name: str) -> str:
        texts = ", ".join("'" + path.replace("'", "''") + "'" for path in self._paths(name))
        return f"read_parquet([{texts}], hive_partitioning = false)"


def _taken(name: str, kind: str, found: list[str]) -> str:
    given = [name] if name in found else []
    assumed = [_ASSUMED[name]] if found and name in _ASSUMED else []
    value = f"COALESCE({', '.join([*given, *assumed, 'NULL'])})"
    return f'CAST({value} AS {TYPES[kind]}) AS "{name}"'
