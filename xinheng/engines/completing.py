"""Writing into a folder of files what they lead to, so that no reader works it out again.

The files keep their columns and their order; they gain `customer_id`, invoices also their id and
position, and `allocations.parquet` is added. A snapshot that has these is read in place. The same
files give the same bytes, however much of the work went through the disk.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from xinheng.engines import filed_evidence, filing
from xinheng.engines.raw import Raw
from xinheng.engines.snapshots import Snapshot

_OF_CUSTOMER = """
SELECT f.* EXCLUDE (file_row_number), c.customer_id
FROM {rows} AS f LEFT JOIN filed_customers AS c ON c.code = f.customer_code
ORDER BY f.file_row_number
"""

_SCORED = Raw("", frozenset(("score", "pd")))
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
    "bureau": f"""
SELECT f.* EXCLUDE (file_row_number), c.customer_id,
       {filed_evidence.micro(_SCORED, "score")}, {filed_evidence.micro(_SCORED, "pd")}
FROM {{rows}} AS f LEFT JOIN filed_customers AS c ON c.code = f.customer_code
ORDER BY f.file_row_number
""",
    # The first answer of a questionnaire carries what all of them come to.
    "questionnaires": f"""
SELECT f.* EXCLUDE (file_row_number), c.customer_id, q.earned, q.possible, q.weighed, q.weight
FROM {{rows}} AS f
LEFT JOIN ({
        filed_evidence.FORMS_OF.format(
            sums=filed_evidence.SUMS, rows="{rows}", numbered="file_row_number"
        )
    }) AS q
  ON q.place = f.file_row_number
LEFT JOIN filed_customers AS c ON c.code = q.customer_code
ORDER BY f.file_row_number
""",
    "tax_invoices": _OF_CUSTOMER,
    "interactions": _OF_CUSTOMER,
    "events": f"""
SELECT f.* EXCLUDE (file_row_number), {filing.RESOLVED} AS customer_id
FROM {{rows}} AS f {filing.resolving("f")}
ORDER BY f.file_row_number
""",
}

_ALLOCATIONS = """
SELECT * FROM filed_allocations ORDER BY item_id, effective_date, source, amount_minor
"""


def complete(folder: Path, *, memory: str = "4GB") -> None:
    """Complete the files of a folder, each invoice being one line.

    memory:  what the work may take; beyond it goes through a temporary folder beside the files
    refuses: SnapshotUnreadable
    """
    snapshot = Snapshot(folder)
    with (
        TemporaryDirectory(dir=folder, prefix=".completing-") as beside,
        duckdb.connect(
            config={
                "preserve_insertion_order": "true",
                "memory_limit": memory,
                "temp_directory": beside,
            }
        ) as connection,
    ):
        snapshot.file(connection)
        for name, query in _COMPLETED.items():
            path = folder / f"{name}.parquet"
            if path.exists():
                text = str(path).replace("'", "''")
                rows = f"read_parquet('{text}', file_row_number = true)"
                _write(connection, query.format(rows=rows), path, Path(beside))
        _write(connection, _ALLOCATIONS, folder / "allocations.parquet", Path(beside))


def _write(connection: duckdb.DuckDBPyConnection, query: str, path: Path, beside: Path) -> None:
    draft = beside / path.name
    text = str(draft).replace("'", "''")
    connection.execute(f"COPY ({query}) TO '{text}' (FORMAT parquet, COMPRESSION zstd)")
    # The file it came from is replaced only by a whole one.
    draft.replace(path)
