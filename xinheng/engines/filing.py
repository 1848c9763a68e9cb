"""From files to declared tables: what an import of the same files would have recorded.

Order as in an import: invoices with their credit notes first, then receipts by the day they came;
money that names no invoice goes to the oldest due item issued by then (`receivables.rules`).
"""

from collections import defaultdict
from collections.abc import Callable

import duckdb
import pyarrow as pa

from xinheng.engines import filed_evidence
from xinheng.engines.raw import Raw
from xinheng.factors.tables import ITEMS
from xinheng.receivables import rules

# Evidence counts from this many days after the end of its period when nothing else is said.
AVAILABLE_AFTER_DAYS = 120
AVAILABLE = f"CAST(period_end + {AVAILABLE_AFTER_DAYS} AS DATE)"


def file(target: duckdb.DuckDBPyConnection, read: Callable[[str], Raw]) -> str:
    """Make tables `filed_<declared table>`; return what is unfit, "" if nothing is."""
    problem = _missing(read)
    if problem:
        return problem
    target.execute(_customers(read("customers")))
    invoices = read("invoices")
    target.execute(_documents(invoices, _has_lines(target, invoices)))
    target.execute(_money(read("receipts")))
    foreign = target.execute(_FOREIGN).fetchone()
    if foreign:
        return f"currency {foreign[0]}"
    target.execute(_NAMED)
    target.execute(_MET)
    _allocate_unnamed(target)
    for statement in _POSITIONS:
        target.execute(statement)
    target.execute(_disputes(read("disputes")))
    target.execute(_statements(read("statements")))
    target.execute(_events(read("events")))
    filed_evidence.file(target, read)
    return ""


_REQUIRED = {
    "customers": {"code"},
    "invoices": {"number", "customer_code", "issue_date", "amount_minor"},
    "receipts": {"number", "customer_code", "received_date", "amount_minor"},
    "disputes": {"number", "invoice_number", "amount_minor", "opened_date"},
    "statements": {"customer_code", "period_end"},
    "events": {"event_date", "kind", "title"},
    **filed_evidence.REQUIRED,
}


def _missing(read: Callable[[str], Raw]) -> str:
    for name, required in _REQUIRED.items():
        found = read(name).columns
        if found and not required <= found:
            return f"{name}.parquet: {', '.join(sorted(required - found))}"
    return ""


def _customers(raw: Raw) -> str:
    text = ", ".join(
        raw.column(name, "VARCHAR")
        for name in ("industry", "region", "size", "credit_code", "name")
    )
    return f"""
CREATE TABLE filed_customers AS
SELECT row_number() OVER (ORDER BY code) AS customer_id, CAST(code AS VARCHAR) AS code,
       {raw.column("currency", "VARCHAR", "'CNY'")}, {text}, {raw.column("since", "DATE")},
       {raw.column("registered_capital_minor", "BIGINT")}
FROM {raw.source()}
"""


def _documents(raw: Raw, has_lines: bool) -> str:
    """Return invoices and credit notes by number, lines added up, without what never was."""
    taken = f"""
SELECT CAST(number AS VARCHAR) AS number, CAST(customer_code AS VARCHAR) AS customer_code,
       CAST(issue_date AS DATE) AS issue_date, {raw.column("due_date", "DATE")},
       {raw.column("voided_date", "DATE")}, {raw.column("kind", "VARCHAR", "'invoice'")},
       {raw.column("currency", "VARCHAR", "'CNY'")}, {raw.column("applies_to", "VARCHAR")},
       CAST(amount_minor AS BIGINT) AS amount_minor, {raw.column("status", "VARCHAR", "'valid'")}
FROM {raw.source()}
"""
    standing = f"SELECT * FROM ({taken}) WHERE status = 'valid' OR voided_date IS NOT NULL"
    # Adding up lines that are one each would cost more than all the rest.
    if has_lines:
        standing = f"""
SELECT number, any_value(customer_code) AS customer_code, min(issue_date) AS issue_date,
       min(due_date) AS due_date, min(voided_date) AS voided_date, any_value(kind) AS kind,
       any_value(currency) AS currency, any_value(applies_to) AS applies_to,
       CAST(sum(amount_minor) AS BIGINT) AS amount_minor
FROM ({standing})
GROUP BY number
"""
    return f"""
CREATE TABLE documents AS
SELECT row_number() OVER () AS item_id, c.customer_id, d.*
FROM ({standing}) AS d
JOIN filed_customers AS c ON c.code = d.customer_code
"""


def _has_lines(target: duckdb.DuckDBPyConnection, raw: Raw) -> bool:
    if "line" not in raw.columns:
        return False
    found = target.execute(f"SELECT max(line) <> min(line) FROM {raw.rows}").fetchone()
    return bool(found and found[0])


def _money(raw: Raw) -> str:
    taken = (
        "SELECT NULL::VARCHAR AS number, NULL::VARCHAR AS customer_code,"
        " NULL::DATE AS received_date, NULL::BIGINT AS amount_minor, NULL::VARCHAR AS method,"
        " NULL::VARCHAR AS currency, NULL::VARCHAR AS invoice_number WHERE FALSE"
    )
    if raw.columns:
        taken = f"""
SELECT CAST(number AS VARCHAR) AS number, CAST(customer_code AS VARCHAR) AS customer_code,
       CAST(received_date AS DATE) AS received_date, CAST(amount_minor AS BIGINT) AS amount_minor,
       {raw.column("method", "VARCHAR", "'transfer'")},
       {raw.column("currency", "VARCHAR", "'CNY'")}, {raw.column("invoice_number", "VARCHAR")}
FROM {raw.rows}
"""
    return f"""
CREATE TABLE filed_receipts AS
SELECT row_number() OVER () AS receipt_id, c.customer_id, r.*
FROM ({taken}) AS r
JOIN filed_customers AS c ON c.code = r.customer_code
"""


_FOREIGN = """
SELECT d.currency
FROM (SELECT DISTINCT customer_id, currency FROM documents
      UNION SELECT DISTINCT customer_id, currency FROM filed_receipts) AS d
JOIN filed_customers AS c USING (customer_id)
WHERE d.currency <> c.currency
LIMIT 1
"""

# What names an invoice of its own customer, and could meet it.
_NAMED = """
CREATE TABLE named AS
SELECT *
FROM (
    SELECT t.item_id AS target, n.item_id AS note, n.amount_minor AS minor, t.amount_minor AS most,
           greatest(t.issue_date, n.issue_date) AS effective_date,
           least(t.voided_date, n.voided_date) AS ended_date, 1 AS place, n.issue_date AS day,
           n.number
    FROM documents AS n
    JOIN documents AS t ON t.number = n.applies_to AND t.customer_id = n.customer_id
    WHERE n.kind = 'credit_note' AND t.kind = 'invoice'
    UNION ALL
    SELECT t.item_id, NULL, r.amount_minor, t.amount_minor,
           greatest(t.issue_date, r.received_date), t.voided_date, 2, r.received_date, r.number
    FROM filed_receipts AS r
    JOIN documents AS t ON t.number = r.invoice_number AND t.customer_id = r.customer_id
    WHERE t.kind = 'invoice'
)
WHERE minor > 0 AND (ended_date IS NULL OR ended_date > effective_date)
"""

# First come, first served, never more than the invoice; the order matters only where it is short.
_MET = """
CREATE TABLE met AS
WITH short AS (
    SELECT target FROM named GROUP BY target HAVING sum(minor) > any_value(most)
), queued AS (
    SELECT *, sum(minor) OVER (PARTITION BY target ORDER BY place, day, number
                               ROWS UNBOUNDED PRECEDING) - minor AS taken
    FROM named SEMI JOIN short USING (target)
)
SELECT target, note, CAST(minor AS BIGINT) AS amount_minor, effective_date, ended_date
FROM named ANTI JOIN short USING (target)
UNION ALL
SELECT target, note, CAST(least(minor, most - taken) AS BIGINT), effective_date, ended_date
FROM queued
WHERE taken < most
"""

_UNNAMED = """
SELECT customer_id, receipt_id, number, received_date, amount_minor
FROM filed_receipts
WHERE invoice_number IS NULL AND amount_minor > 0
"""

_LEFT_OF_THEIRS = """
SELECT d.customer_id, d.item_id, d.number, d.issue_date, d.due_date,
       CAST(d.amount_minor - COALESCE(m.held, 0) AS BIGINT) AS open_minor
FROM documents AS d
LEFT JOIN (SELECT target, sum(amount_minor) AS held FROM met GROUP BY target) AS m
  ON m.target = d.item_id
WHERE d.kind = 'invoice' AND d.voided_date IS NULL
  AND d.amount_minor > COALESCE(m.held, 0)
  AND d.customer_id IN (SELECT customer_id FROM filed_receipts WHERE invoice_number IS NULL)
"""


def _allocate_unnamed(target: duckdb.DuckDBPyConnection) -> None:
    cash, items = defaultdict(list), defaultdict(list)
    days = {}
    for customer, number, text, day, minor in target.execute(_UNNAMED).fetchall():
        cash[customer].append(rules.Cash(number, text, day, minor))
        days[number] = day
    for customer, number, text, issued, due, left in target.execute(_LEFT_OF_THEIRS).fetchall():
        items[customer].append(rules.Item(number, text, issued, due, left))
    rows = [
        (item, minor, days[receipt])
        for customer, receipts in cash.items()
        for receipt, item, minor in rules.allocate(receipts, items[customer])
    ]
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    types = (pa.int64(), pa.int64(), pa.date32())
    found = pa.table(
        [pa.array(column, kind) for column, kind in zip(columns, types, strict=True)],
        names=["target", "amount_minor", "effective_date"],
    )
    target.register("paid_by_age", found)
    target.execute("INSERT INTO met BY NAME SELECT * FROM paid_by_age")
    target.unregister("paid_by_age")


_POSITIONS = (
    """
CREATE TABLE filed_allocations AS
SELECT d.customer_id, d.item_id, d.kind,
       CASE WHEN m.note IS NULL THEN 'receipt' ELSE 'credit_note' END AS source, d.due_date,
       m.effective_date, m.ended_date, m.amount_minor
FROM met AS m JOIN documents AS d ON d.item_id = m.target
UNION ALL
SELECT d.customer_id, d.item_id, d.kind, 'credit_note', d.due_date,
       m.effective_date, m.ended_date, m.amount_minor
FROM met AS m JOIN documents AS d ON d.item_id = m.note
""",
    # Nothing ends here but by the void of a document, so what is held is what has not ended, or
    # ended with the item itself.
    """
CREATE TABLE filed_invoices AS
SELECT d.customer_id, d.item_id, d.kind, d.issue_date, d.due_date, d.voided_date, d.amount_minor,
       CASE WHEN d.voided_date IS NULL THEN d.amount_minor - COALESCE(a.held, 0) ELSE 0 END
           AS open_minor,
       CASE WHEN d.amount_minor = COALESCE(a.held, 0) THEN COALESCE(a.last_held, d.issue_date) END
           AS settled_on,
       a.first_move, a.last_move
FROM documents AS d
LEFT JOIN (
    SELECT a.item_id, min(a.effective_date) AS first_move,
           max(greatest(a.effective_date, COALESCE(a.ended_date, a.effective_date))) AS last_move,
           max(a.effective_date) FILTER (WHERE holds) AS last_held,
           CAST(sum(a.amount_minor) FILTER (WHERE holds) AS BIGINT) AS held
    FROM (SELECT f.*, f.ended_date IS NULL OR f.ended_date IS NOT DISTINCT FROM v.voided_date
                 AS holds
          FROM filed_allocations AS f JOIN documents AS v USING (item_id)) AS a
    GROUP BY a.item_id
) AS a USING (item_id)
""",
)


def _disputes(raw: Raw) -> str:
    """Return disputes of documents that were, never about more than the document."""
    taken = (
        "SELECT NULL::VARCHAR AS invoice_number, NULL::DATE AS opened_date,"
        " NULL::DATE AS closed_date, NULL::BIGINT AS amount_minor WHERE FALSE"
    )
    if raw.columns:
        taken = f"""
SELECT CAST(invoice_number AS VARCHAR) AS invoice_number,
       CAST(opened_date AS DATE) AS opened_date, {raw.column("closed_date", "DATE")},
       CAST(amount_minor AS BIGINT) AS amount_minor
FROM {raw.rows}
"""
    return f"""
CREATE TABLE filed_disputes AS
SELECT d.customer_id, d.item_id, t.opened_date, t.closed_date,
       least(t.amount_minor, d.amount_minor) AS amount_minor
FROM ({taken}) AS t JOIN documents AS d ON d.number = t.invoice_number
"""


def _statements(raw: Raw) -> str:
    items = ", ".join(raw.column(f"{item}_minor", "BIGINT") for item in ITEMS)
    if not raw.columns:
        return f"""
CREATE TABLE filed_statements AS
SELECT CAST(NULL AS BIGINT) AS customer_id, CAST(NULL AS DATE) AS period_end,
       CAST(NULL AS DATE) AS available_date, CAST(NULL AS BIGINT) AS months,
       CAST(NULL AS VARCHAR) AS currency, {items}
WHERE FALSE
"""
    return f"""
CREATE TABLE filed_statements AS
SELECT c.customer_id, s.* FROM (
    SELECT CAST(customer_code AS VARCHAR) AS customer_code, CAST(period_end AS DATE) AS period_end,
           {raw.column("available_date", "DATE", AVAILABLE)},
           {raw.column("months", "BIGINT", "12")},
           {raw.column("currency", "VARCHAR", "'CNY'")}, {items}
    FROM {raw.rows}
) AS s
JOIN filed_customers AS c ON c.code = s.customer_code
"""


# The customer an event is about: by code, else by credit code, else by name, if it is but one.
RESOLVED = "COALESCE(c.customer_id, k.customer_id, n.customer_id)"


def resolving(events: str) -> str:
    """Return the joins that find the customer of each row of `events`."""

    def only_one(column: str) -> str:
        return (
            f"(SELECT {column}, min(customer_id) AS customer_id FROM filed_customers"
            f" WHERE {column} IS NOT NULL GROUP BY {column} HAVING count(*) = 1)"
        )

    return f"""
LEFT JOIN filed_customers AS c ON c.code = {events}.customer_code
LEFT JOIN {only_one("credit_code")} AS k
  ON {events}.customer_code IS NULL AND k.credit_code = {events}.credit_code
LEFT JOIN {only_one("name")} AS n
  ON {events}.customer_code IS NULL AND {events}.credit_code IS NULL AND n.name = {events}.name
"""


def _events(raw: Raw) -> str:
    if not raw.columns:
        return (
            "CREATE TABLE filed_events AS SELECT CAST(NULL AS BIGINT) AS customer_id,"
            " CAST(NULL AS DATE) AS event_date, CAST(NULL AS VARCHAR) AS kind,"
            " CAST(NULL AS VARCHAR) AS role, CAST(NULL AS VARCHAR) AS title,"
            " CAST(NULL AS VARCHAR) AS currency, CAST(NULL AS BIGINT) AS amount_minor WHERE FALSE"
        )
    named = ", ".join(
        raw.column(name, "VARCHAR") for name in ("customer_code", "credit_code", "name")
    )
    return f"""
CREATE TABLE filed_events AS
WITH known AS (
    SELECT CAST(event_date AS DATE) AS event_date, CAST(kind AS VARCHAR) AS kind,
           {raw.column("role", "VARCHAR", "'subject'")}, CAST(title AS VARCHAR) AS title,
           {raw.column("currency", "VARCHAR", "'CNY'")}, {raw.column("amount_minor", "BIGINT")},
           {named}
    FROM {raw.rows}
)
SELECT {RESOLVED} AS customer_id, e.event_date, e.kind, e.role, e.title, e.currency, e.amount_minor
FROM known AS e {resolving("e")}
WHERE {RESOLVED} IS NOT NULL
"""
