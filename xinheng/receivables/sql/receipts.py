"""Staged receipts: compare with the books, write what differs, find money that names nothing."""

from xinheng.receivables.sql.foreign import held_elsewhere

TABLE = "receivables_receipt"

STAGE = """
CREATE TEMP TABLE rcv_head ON COMMIT DROP AS
SELECT s.row, s.number, s.customer_id, s.received_date, s.amount_minor,
       coalesce(s.currency, 'CNY') AS currency, coalesce(s.method, 'transfer') AS method,
       coalesce(s.invoice_number, '') AS invoice_number, coalesce(s.payer, '') AS payer
       /*+, s.custom*/
FROM {relation} s;
"""

FAULTS = f"""
SELECT h.row, h.number,
       CASE WHEN c.id IS NULL OR {held_elsewhere(TABLE, "h")} THEN 'forbidden' ELSE 'negative' END
FROM rcv_head h
LEFT JOIN parties_customer c ON c.id = h.customer_id
     AND (%(all)s OR c.owner_id = %(owner)s OR c.department_id = ANY(%(departments)s))
WHERE c.id IS NULL OR h.amount_minor <= 0 OR {held_elsewhere(TABLE, "h")}
ORDER BY h.row
"""

DROP_NUMBERS = "DELETE FROM rcv_head WHERE number = ANY(%(numbers)s)"

CUSTOMERS = """
CREATE TEMP TABLE rcv_customer ON COMMIT DROP AS
SELECT customer_id FROM rcv_head
UNION
SELECT r.customer_id FROM receivables_receipt r JOIN rcv_head h ON h.number = r.number;
"""

DOCUMENTS = """
CREATE TEMP TABLE rcv_doc ON COMMIT DROP AS
SELECT h.*, a.id AS account_id, a.currency AS credit_currency,
       coalesce(r.id, nextval('receivables_receipt_id_seq')) AS id,
       r.id IS NULL AS is_new, false AS is_rebuilt, false AS is_changed,
       h.amount_minor AS credit_minor, 1::numeric(20, 10) AS rate, NULL::date AS rate_date
FROM rcv_head h
JOIN exposure_account a ON a.customer_id = h.customer_id
JOIN exposure_segment s ON s.id = a.segment_id AND s.code = 'main'
LEFT JOIN receivables_receipt r ON r.number = h.number
ORDER BY h.row;
"""

_MONEY = "customer_id received_date amount_minor currency invoice_number"
_WORDS = "method payer"


def _row(alias: str, columns: str) -> str:
    return f"({', '.join(f'{alias}.{column}' for column in columns.split())})"


COMPARE = f"""
UPDATE rcv_doc d
SET is_rebuilt = {_row("r", _MONEY)} IS DISTINCT FROM {_row("d", _MONEY)},
    is_changed = {_row("r", _MONEY)} IS DISTINCT FROM {_row("d", _MONEY)}
                 OR {_row("r", _WORDS)} IS DISTINCT FROM {_row("d", _WORDS)}
                 /*+OR r.custom IS DISTINCT FROM @becomes*/
FROM receivables_receipt r
WHERE r.id = d.id AND NOT d.is_new
"""

KEEP_RATES = """
UPDATE rcv_doc d
SET credit_minor = r.credit_minor, rate = r.rate, rate_date = r.rate_date
FROM receivables_receipt r
WHERE r.id = d.id AND NOT d.is_new AND d.currency <> d.credit_currency
  AND (r.customer_id, r.received_date, r.currency, r.amount_minor)
      = (d.customer_id, d.received_date, d.currency, d.amount_minor)
"""

FOREIGN_DAYS = """
SELECT DISTINCT currency, credit_currency, received_date
FROM rcv_doc
WHERE currency <> credit_currency AND rate_date IS NULL
"""

CONVERT = """
UPDATE rcv_doc
SET rate = %(rate)s, rate_date = %(rate_date)s,
    credit_minor = floor(amount_minor * %(factor)s::numeric + 0.5)::bigint
WHERE currency = %(source)s AND credit_currency = %(target)s AND received_date = %(on)s
  AND rate_date IS NULL
"""

WITHOUT_RATE = """
SELECT row, number, currency, credit_currency, received_date
FROM rcv_doc
WHERE currency <> credit_currency AND rate_date IS NULL
ORDER BY row
"""

COUNT = """
SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE is_changed), count(*)
FROM rcv_doc
"""

IMAGES = """
SELECT r.id::text, r.batch_id, to_jsonb(r) - 'life'
FROM rcv_doc d JOIN receivables_receipt r ON r.id = d.id
WHERE d.is_changed AND NOT d.is_new
"""

_SHOWN = _MONEY + " " + _WORDS
SHOWN = tuple(_SHOWN.split())

CHANGES = f"""
SELECT d.row, d.number, {", ".join(f"r.{c}" for c in SHOWN)}, /*+@was,*/
       {", ".join(f"d.{c}" for c in SHOWN)} /*+, @now*/
FROM rcv_doc d JOIN receivables_receipt r ON r.id = d.id
WHERE d.is_changed AND NOT d.is_new AND d.row > %(after)s
ORDER BY d.row
LIMIT %(slice)s
"""

_STORED = (
    "number", "customer_id", "received_date", "amount_minor", "credit_minor", "rate", "rate_date",
    "currency", "method", "invoice_number", "payer",
)  # fmt: skip

INSERT = f"""
INSERT INTO receivables_receipt
    (id, {", ".join(_STORED)}, unallocated_minor, unallocated_credit_minor, batch_id /*+, custom*/)
SELECT d.id, {", ".join(f"d.{c}" for c in _STORED)}, d.amount_minor, d.credit_minor, %(batch)s
       /*+, @first*/
FROM rcv_doc d
WHERE d.is_new
ORDER BY d.id
"""

# What a rebuilt receipt had met is gone by now, so all of it is unallocated.
REBUILD = f"""
UPDATE receivables_receipt r
SET ({", ".join(_STORED)}, unallocated_minor, unallocated_credit_minor, spent_on, batch_id,
     changed_xid /*+, custom*/)
  = ({", ".join(f"d.{c}" for c in _STORED)}, d.amount_minor, d.credit_minor, NULL,
     coalesce(%(batch)s, r.batch_id), pg_current_xact_id() /*+, @becomes*/)
FROM rcv_doc d
WHERE d.id = r.id AND d.is_rebuilt
"""

DESCRIBE = """
UPDATE receivables_receipt r
SET (method, payer, batch_id, changed_xid /*+, custom*/)
  = (d.method, d.payer, coalesce(%(batch)s, r.batch_id), pg_current_xact_id() /*+, @becomes*/)
FROM rcv_doc d
WHERE d.id = r.id AND d.is_changed AND NOT d.is_rebuilt
"""

# Customers who sent money that names nothing, in slices of the walk over them.
UNNAMED_CUSTOMERS = """
SELECT DISTINCT customer_id
FROM rcv_doc
WHERE (is_new OR is_rebuilt) AND invoice_number = '' AND customer_id > %(after)s
ORDER BY customer_id
LIMIT %(slice)s
"""

UNNAMED = """
SELECT customer_id, currency, id, number, received_date, amount_minor
FROM rcv_doc
WHERE (is_new OR is_rebuilt) AND invoice_number = '' AND customer_id = ANY(%(customers)s)
"""

OPEN_ITEMS = """
SELECT customer_id, currency, id, number, issue_date, due_date, open_minor
FROM receivables_invoice
WHERE customer_id = ANY(%(customers)s) AND kind = 'invoice' AND open_minor <> 0
"""
