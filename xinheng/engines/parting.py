"""Rows of one declared table as Parquet files by customer, the same bytes for the same rows.

A file holds the customers whose number leaves the same remainder by 64, its rows in an order that
follows from them alone. So it does not matter in which order, or over how many snapshots, rows
came: equal books are equal files.
"""

import hashlib
import os
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from xinheng.engines.manifest import PARTS, Part
from xinheng.factors import tables

# Columns that tell most rows of a customer apart; the others decide where these are equal.
LEADING = 3
SETTLING = 16


def schema(table: str) -> pa.Schema:
    """Return the declared columns in Arrow types."""
    found: pa.Schema = ibis.schema(tables.schema(table)).to_pyarrow()
    return found


def scatter(table: str, batches: Iterable[pa.RecordBatch]) -> dict[int, list[pa.Table]]:
    """Return the rows by part, in the declared types."""
    wanted = schema(table)
    found: dict[int, list[pa.Table]] = defaultdict(list)
    for batch in batches:
        rows = pa.Table.from_batches([batch]).select(wanted.names).cast(wanted)
        number = rows["customer_id"].to_numpy() % PARTS
        order = np.argsort(number.astype(np.uint8), kind="stable")
        rows = rows.take(_places(order)).combine_chunks()
        ends = np.searchsorted(number[order], np.arange(PARTS + 1))
        for part in range(PARTS):
            begin, end = int(ends[part]), int(ends[part + 1])
            if end > begin:
                found[part].append(rows.slice(begin, end - begin))
    return found


def ordered(rows: pa.Table) -> pa.Table:
    """Return rows in the one order that their values decide."""
    if rows.num_rows < 2:
        return rows.combine_chunks()
    fixed = [field.name for field in rows.schema if _is_number(field.type)]
    keys = [_numbers(rows[name]) for name in fixed[:LEADING]]
    order = np.lexsort(keys[::-1])
    same = np.ones(rows.num_rows - 1, dtype=bool)
    for key in keys:
        same &= key[order][1:] == key[order][:-1]
    if same.any():
        order = _settle(rows, order, same)
    return rows.take(_places(order)).combine_chunks()


def _settle(rows: pa.Table, order: np.ndarray, same: np.ndarray) -> np.ndarray:
    """Order the rows whose leading columns are equal by all their columns."""
    run = np.concatenate([[0], np.cumsum(~same)])
    tied = np.concatenate([[False], same]) | np.concatenate([same, [False]])
    places = np.flatnonzero(tied)
    few = rows.take(_places(order[places])).append_column("run_", pa.array(run[places]))
    keys: Any = [(name, "ascending") for name in ("run_", *rows.column_names)]
    settled = order.copy()
    settled[places] = order[places][pc.sort_indices(few, sort_keys=keys).to_numpy()]
    return settled


def _places(order: np.ndarray) -> Any:
    return pa.array(order)


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_int64(kind) or pa.types.is_date32(kind)


def _numbers(column: Any) -> np.ndarray:
    """Return a column as whole numbers; nothing is taken as zero."""
    if pa.types.is_date32(column.type):
        column = column.cast(pa.int32())
    zero = pa.scalar(0, column.type)
    found: np.ndarray = pc.fill_null(column, zero).to_numpy()
    return found


def write(folder: Path, table: str, number: int, rows: pa.Table) -> Part:
    """Write one part under a name that carries its digest; rows must be `ordered`."""
    place = folder / table
    place.mkdir(exist_ok=True)
    texts: Any = [field.name for field in rows.schema if pa.types.is_string(field.type)]
    packed = pa.BufferOutputStream()
    pq.write_table(rows, packed, compression="zstd", use_dictionary=texts)
    content = packed.getvalue().to_pybytes()
    sha256 = hashlib.sha256(content).hexdigest()
    name = f"{table}/{number:02d}-{sha256[:16]}.parquet"
    # A file of that name may be what a power cut left of it.
    if not (folder / name).exists() or (folder / name).read_bytes() != content:
        draft = place / f".{number:02d}.{os.getpid()}"
        draft.write_bytes(content)
        draft.replace(folder / name)
    return Part(name, rows.num_rows, len(content), sha256)


def settle(folder: Path, names: Iterable[str]) -> None:
    """Have files on the disk for good; many at once, since each only waits."""
    with ThreadPoolExecutor(SETTLING) as pool:
        list(pool.map(_settle_file, [folder / name for name in names]))


def _settle_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def empty(table: str) -> pa.Table:
    """Return no rows in the declared types."""
    return schema(table).empty_table()


def read(folder: Path, table: str, part: Part) -> pa.Table:
    """Return the rows of one part."""
    return pq.read_table(folder / part.file, partitioning=None).cast(schema(table))


def without(rows: pa.Table, customers: Any) -> tuple[pa.Table, pa.Table]:
    """Return the rows of everybody else, and those of these customers."""
    theirs = pc.is_in(rows["customer_id"], value_set=customers)
    return rows.filter(pc.invert(theirs)), rows.filter(theirs)
