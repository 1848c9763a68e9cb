"""Write tables as CSV or Parquet, the same bytes for the same rows.

CSV carries amounts in the major unit ("1234.50"), as the files a company sends; Parquet carries
them as int64 minor units in columns named `*_minor`, so that a review can read it at once.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

FORMATS = ("csv", "parquet")
_CHUNK = 100_000


class Table:
    """A table in the making: columns in the order in which they are added."""

    def __init__(self) -> None:
        self.columns: list[tuple[str, str, pa.Array[Any]]] = []

    def text(self, name: str, values: Any) -> "Table":
        """Add a column of text, a list or a column already; None is empty."""
        column = values if isinstance(values, pa.Array) else pa.array(values, pa.string())
        return self._add(name, "plain", column)

    def whole(self, name: str, values: Any) -> "Table":
        """Add a column of whole numbers."""
        return self._add(name, "plain", pa.array(values, pa.int64()))

    def flag(self, name: str, values: Any) -> "Table":
        """Add a column of yes or no."""
        return self._add(name, "plain", pa.array(values, pa.bool_()))

    def day(self, name: str, values: Any) -> "Table":
        """Add a column of dates, given as day numbers; a negative number is none."""
        days = np.asarray(values, dtype=np.int64)
        found = pa.array(days.astype(np.int32), pa.int32(), mask=days < 0)
        return self._add(name, "plain", found.cast(pa.date32()))

    def money(self, name: str, values: Any) -> "Table":
        """Add a column of amounts in fen (None is empty)."""
        return self._add(name, "money", pa.array(values, pa.int64()))

    def decimal(self, name: str, millionths: Any) -> "Table":
        """Add a column of decimal numbers, given in millionths."""
        whole = pa.array(millionths, pa.int64())
        return self._add(name, "plain", _shifted(whole, 6))

    def _add(self, name: str, kind: str, values: "pa.Array[Any]") -> "Table":
        self.columns.append((name, kind, values))
        return self

    def write(self, folder: Path, name: str, form: str) -> int:
        """Write the table into a folder; return how many rows it has."""
        if form == "csv":
            table = pa.table({
                column: yuan(values) if kind == "money" else values
                for column, kind, values in self.columns
            })  # fmt: skip
            _write_csv(table, folder / f"{name}.csv")
        else:
            table = pa.table({
                f"{column}_minor" if kind == "money" else column: values
                for column, kind, values in self.columns
            })  # fmt: skip
            pa.parquet.write_table(table, folder / f"{name}.parquet", compression="zstd")
        return table.num_rows


def yuan(fen: "pa.Array[Any]") -> "pa.Array[Any]":
    """Return whole fen as decimals with two digits, without computing anything."""
    return _shifted(fen, 2)


def _shifted(whole: "pa.Array[Any]", places: int) -> "pa.Array[Any]":
    digits = whole.cast(pa.decimal128(19, 0))
    return pa.Array.from_buffers(
        pa.decimal128(19, places), len(digits), digits.buffers(), digits.null_count, digits.offset
    )


def _write_csv(table: pa.Table, path: Path) -> None:
    options = pa.csv.WriteOptions(include_header=False, quoting_style="needed", batch_size=_CHUNK)
    with path.open("wb") as file:
        file.write((",".join(table.column_names) + "\n").encode())
        pa.csv.write_csv(table, file, options)
