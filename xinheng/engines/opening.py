"""Opening an engine on a source."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import Protocol

import pyarrow as pa
from ibis.expr import types as ir

from xinheng.engines.on_duckdb import DuckDBEngine
from xinheng.engines.on_postgres import PostgresEngine
from xinheng.engines.reading import Books, Memory
from xinheng.engines.refusals import EngineUnknown
from xinheng.engines.snapshots import Snapshot

BOOKS = "books"
KINDS = ("postgres", "duckdb")

# The books, a folder of Parquet files, or declared tables in memory.
Source = str | Path | Mapping[str, pa.Table]


class Engine(Protocol):
    """What every engine can do; see its class for what is particular."""

    kind: str

    def load(self, expression: ir.Table) -> None:
        """Fetch and compile what an expression needs, so that `run` only computes."""

    def run(
        self, expression: ir.Table, *, as_of: date, customers: Sequence[int] | None = None
    ) -> pa.Table:
        """Return the rows of an expression over the declared tables as of a day."""


@contextmanager
def open(
    kind: str,
    source: Source = BOOKS,
    *,
    threads: int | None = None,
    memory: str | None = None,
    temporary: Path | None = None,
) -> Iterator[Engine]:
    """Open an engine for the length of a `with` block.

    kind:    postgres reads the books in place, also what is not committed yet; duckdb reads a
             committed, consistent view of them, a snapshot folder, or tables in memory
    memory:  DuckDB's limit ("4GB"); temporary: where it may spill beyond it
    refuses: EngineUnknown, SnapshotUnreadable
    """
    if kind == "postgres" and source == BOOKS:
        yield PostgresEngine()
        return
    if kind != "duckdb":
        raise EngineUnknown(engine=kind)
    folders: list[Path] = []
    with ExitStack() as stack:
        if source == BOOKS:
            loader = stack.enter_context(Books()).load
        elif isinstance(source, Mapping):
            loader = stack.enter_context(Memory(source)).load
        else:
            snapshot = stack.enter_context(Snapshot(Path(source)))
            loader, folders = snapshot.load, [snapshot.folder]
        engine = DuckDBEngine(
            loader, folders=folders, threads=threads, memory=memory, temporary=temporary
        )
        stack.callback(engine.close)
        yield engine
