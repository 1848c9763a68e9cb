"""Writing into a folder of files what they lead to, so that no reader works it out again.

The files keep their columns and their order; they gain `customer_id`, invoices also their id and
position, and `allocations.parquet` is added. A snapshot that has these is read in place.
"""

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet

from xinheng.engines import filing
from xinheng.engines.snapshots import Snapshot

_OF_CUSTOMER = """
SELECT f.* EXCLUDE (file_row_number), c.customer_id
FROM {rows} AS f LEFT JOIN filed_customers AS c ON c.code = f.customer_code
ORDER BY f.file_row_number
"""

_COMPLETED = {
    "customers": """
SELECT f.* EXCLUDE (file_row_number), c.customer_id
FROM {rows} AS f LEFT JOIN filed_customers AS c ON c.code = f.code
ORDER BY f.file_row_number
""",
    # What never was (void without a date) keeps its row and gets no customer.
    "invoices": """
SELECT f.* EXCLUDE (file_row_number), i.customer_id, i.item_id, i.open_minor, i.settled_on,
       i.first_move, i.last_move
FROM {rows} AS f
LEFT JOIN documents AS d ON d.number = f.number
LEFT JOIN filed_invoices AS i ON i.item_id = d.item_id
ORDER BY f.file_row_number
""",
    "receipts": _OF_CUSTOMER,
    "disputes": """
SELECT f.* EXCLUDE (file_row_number), d.customer_id, d.item_id
FROM {rows} AS f LEFT JOIN documents AS d ON d.number = f.invoice_number
ORDER BY f.file_row_number
""",
    "statements": _OF_CUSTOMER,
    "events": f"""
SELECT f.* EXCLUDE (file_row_number), {filing.RESOLVED} AS customer_id
FROM {{rows}} AS f {filing.resolving("f")}
ORDER BY f.file_row_number
""",
}

_ALLOCATIONS = """
SELECT * FROM filed_allocations ORDER BY item_id, effective_date, source, amount_minor
"""


def complete(folder: Path) -> None:
    """Complete the files of a folder, each invoice being one line.

    refuses: SnapshotUnreadable
    """
    snapshot = Snapshot(folder)
    with duckdb.connect(config={"preserve_insertion_order": "true"}) as connection:
        snapshot.file(connection)
        for name, query in _COMPLETED.items():
            path = folder / f"{name}.parquet"
            if path.exists():
                text = str(path).replace("'", "''")
                rows = f"read_parquet('{text}', file_row_number = true)"
                _write(connection, query.format(rows=rows), path)
        _write(connection, _ALLOCATIONS, folder / "allocations.parquet")


def _write(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    # The rows are all here before the file they came from is replaced; one chunk per column makes
    # the same rows the same bytes.
    rows = connection.sql(query).to_arrow_table().combine_chunks()
    pa.parquet.write_table(rows, path, compression="zstd")
