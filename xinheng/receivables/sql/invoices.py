"""Staged invoice rows become documents: compare with the books, then write what differs."""

from xinheng.receivables.sql.foreign import held_elsewhere

TABLE = "receivables_invoice"

STAGE = """
CREATE TEMP TABLE rcv_line ON COMMIT DROP AS
SELECT s.row, s.number, coalesce(s.line, 1) AS line, s.customer_id, s.issue_date,
       -- A credit note ages from its own date.
       CASE s.kind WHEN 'credit_note' THEN s.issue_date ELSE s.due_date END AS due_date,
       coalesce(s.terms, '') AS terms, s.amount_minor, coalesce(s.currency, 'CNY') AS currency,
       s.tax_minor, coalesce(s.kind, 'invoice') AS kind, coalesce(s.applies_to, '') AS applies_to,
       coalesce(s.status, 'valid') AS status, s.voided_date,
       coalesce(s.order_number, '') AS order_number, coalesce(s.salesperson, '') AS salesperson
       /*+, s.custom*/
FROM {relation} s;
CREATE TEMP TABLE rcv_head ON COMMIT DROP AS
SELECT number, customer_id, issue_date, due_date, terms, currency, kind, applies_to, status,
       voided_date, order_number, salesperson, /*+custom,*/ min(row) AS row,
       sum(amount_minor)::bigint AS amount_minor, sum(tax_minor)::bigint AS tax_minor
FROM rcv_line
GROUP BY number, customer_id, issue_date, due_date, terms, currency, kind, applies_to, status,
         voided_date, order_number, salesperson /*+, custom*/;
"""

# One row per refused line: the first thing that is wrong with it.
FAULTS = f"""
WITH torn AS (SELECT number FROM rcv_head GROUP BY number HAVING count(*) > 1)
SELECT l.row, l.number,
       CASE WHEN c.id IS NULL OR {held_elsewhere(TABLE, "l")} THEN 'forbidden'
            WHEN l.amount_minor < 0 THEN 'negative'
            WHEN l.voided_date IS NOT NULL AND l.status <> 'void' THEN 'void-date'
            WHEN l.voided_date < l.issue_date THEN 'void-early'
            ELSE 'torn'
       END AS fault
FROM rcv_line l
LEFT JOIN parties_customer c ON c.id = l.customer_id
     AND (%(all)s OR c.owner_id = %(owner)s OR c.department_id = ANY(%(departments)s))
WHERE c.id IS NULL OR l.amount_minor < 0 OR (l.voided_date IS NOT NULL AND l.status <> 'void')
   OR l.voided_date < l.issue_date OR l.number IN (SELECT number FROM torn)
   OR {held_elsewhere(TABLE, "l")}
ORDER BY l.row
"""

OTHER_LINES = """
SELECT row, number FROM rcv_line WHERE number = ANY(%(numbers)s) AND NOT row = ANY(%(rows)s)
ORDER BY row
"""

DROP_NUMBERS = """
DELETE FROM rcv_head WHERE number = ANY(%(numbers)s);
DELETE FROM rcv_line WHERE number = ANY(%(numbers)s);
"""

CUSTOMERS = """
CREATE TEMP TABLE rcv_customer ON COMMIT DROP AS
SELECT customer_id FROM rcv_head
UNION
SELECT i.customer_id FROM receivables_invoice i JOIN rcv_head h ON h.number = i.number;
"""

# Numbers get their ids here, so that lines and entries need not look for them.
DOCUMENTS = """
CREATE TEMP TABLE rcv_doc ON COMMIT DROP AS
SELECT h.*, a.id AS account_id, a.currency AS credit_currency,
       coalesce(i.id, nextval('receivables_invoice_id_seq')) AS id,
       i.id IS NULL AS is_new, false AS is_rebuilt, false AS is_changed,
       h.amount_minor AS credit_minor, 1::numeric(20, 10) AS rate, NULL::date AS rate_date
FROM rcv_head h
JOIN exposure_account a ON a.customer_id = h.customer_id
JOIN exposure_segment s ON s.id = a.segment_id AND s.code = 'main'
LEFT JOIN receivables_invoice i ON i.number = h.number
ORDER BY h.row;
"""

# A file may carry some lines of an invoice only; the others stay.
ADD_OTHER_LINES = """
UPDATE rcv_doc d
SET amount_minor = d.amount_minor + o.amount_minor, credit_minor = d.amount_minor + o.amount_minor,
    tax_minor = CASE WHEN o.tax_minor IS NULL THEN d.tax_minor
                     ELSE coalesce(d.tax_minor, 0) + o.tax_minor END
FROM (
    SELECT l.invoice_id, sum(l.amount_minor)::bigint AS amount_minor,
           sum(l.tax_minor)::bigint AS tax_minor
    FROM rcv_doc d
    JOIN receivables_invoiceline l ON l.invoice_id = d.id
    LEFT JOIN rcv_line s ON s.number = d.number AND s.line = l.line
    WHERE NOT d.is_new AND s.number IS NULL
    GROUP BY l.invoice_id
) o
WHERE o.invoice_id = d.id
"""

_MONEY = "customer_id issue_date due_date currency kind applies_to status voided_date amount_minor"
_WORDS = "terms order_number salesperson tax_minor"


def _row(alias: str, columns: str) -> str:
    return f"({', '.join(f'{alias}.{column}' for column in columns.split())})"


COMPARE = f"""
UPDATE rcv_doc d
SET is_rebuilt = {_row("i", _MONEY)} IS DISTINCT FROM {_row("d", _MONEY)},
    is_changed = {_row("i", _MONEY)} IS DISTINCT FROM {_row("d", _MONEY)}
                 OR {_row("i", _WORDS)} IS DISTINCT FROM {_row("d", _WORDS)}
                 /*+OR i.custom IS DISTINCT FROM @becomes*/
FROM receivables_invoice i
WHERE i.id = d.id AND NOT d.is_new
"""

# The orders that what is new or changes names, and those it named before.
NAMED = """
CREATE TEMP TABLE rcv_named ON COMMIT DROP AS
SELECT d.order_number FROM rcv_doc d
WHERE d.order_number <> '' AND (d.is_new OR d.is_changed)
UNION
SELECT i.order_number FROM rcv_doc d JOIN receivables_invoice i ON i.id = d.id
WHERE i.order_number <> '' AND d.is_changed AND NOT d.is_new
"""

# A document is converted once: as long as amount, currency and day stay, so does the rate.
KEEP_RATES = """
UPDATE rcv_doc d
SET credit_minor = i.credit_minor, rate = i.rate, rate_date = i.rate_date
FROM receivables_invoice i
WHERE i.id = d.id AND NOT d.is_new AND d.currency <> d.credit_currency
  AND (i.customer_id, i.issue_date, i.currency, i.amount_minor)
      = (d.customer_id, d.issue_date, d.currency, d.amount_minor)
"""

FOREIGN_DAYS = """
SELECT DISTINCT currency, credit_currency, issue_date
FROM rcv_doc
WHERE currency <> credit_currency AND rate_date IS NULL
"""

CONVERT = """
UPDATE rcv_doc
SET rate = %(rate)s, rate_date = %(rate_date)s,
    credit_minor = floor(amount_minor * %(factor)s::numeric + 0.5)::bigint
WHERE currency = %(source)s AND credit_currency = %(target)s AND issue_date = %(on)s
  AND rate_date IS NULL
"""

WITHOUT_RATE = """
SELECT l.row, l.number, d.currency, d.credit_currency, d.issue_date
FROM rcv_doc d JOIN rcv_line l ON l.number = d.number
WHERE d.currency <> d.credit_currency AND d.rate_date IS NULL
ORDER BY l.row
"""

COUNT = """
SELECT count(*) FILTER (WHERE o.invoice_id IS NULL),
       count(*) FILTER (WHERE o.invoice_id IS NOT NULL AND (d.is_changed OR
           (o.amount_minor, o.tax_minor) IS DISTINCT FROM (l.amount_minor, l.tax_minor))),
       count(*)
FROM rcv_line l
JOIN rcv_doc d ON d.number = l.number
LEFT JOIN receivables_invoiceline o ON o.invoice_id = d.id AND o.line = l.line AND NOT d.is_new
"""

# Documents that this act changes, with all their lines.
IMAGES = """
SELECT i.id::text, i.batch_id, to_jsonb(i) - 'life' || jsonb_build_object('lines', (
           SELECT jsonb_agg(to_jsonb(l) - 'id' - 'invoice_id' ORDER BY l.line)
           FROM receivables_invoiceline l WHERE l.invoice_id = i.id))
FROM rcv_doc d JOIN receivables_invoice i ON i.id = d.id
WHERE NOT d.is_new AND (d.is_changed OR EXISTS (
    SELECT FROM rcv_line s
    LEFT JOIN receivables_invoiceline o ON o.invoice_id = d.id AND o.line = s.line
    WHERE s.number = d.number
      AND (o.amount_minor, o.tax_minor) IS DISTINCT FROM (s.amount_minor, s.tax_minor)))
"""

_SHOWN = _MONEY + " " + _WORDS

CHANGES = f"""
SELECT d.row, d.number, {", ".join(f"i.{c}" for c in _SHOWN.split())}, /*+@was,*/
       {", ".join(f"d.{c}" for c in _SHOWN.split())} /*+, @now*/
FROM rcv_doc d JOIN receivables_invoice i ON i.id = d.id
WHERE d.is_changed AND NOT d.is_new AND d.row > %(after)s
ORDER BY d.row
LIMIT %(slice)s
"""
SHOWN = tuple(_SHOWN.split())

MOVES_OUT = """
INSERT INTO rcv_move
SELECT a.id, 'CORRECT', x.day, i.due_date,
       x.sign * CASE i.kind WHEN 'credit_note' THEN -1 ELSE 1 END * i.credit_minor,
       i.amount_minor, i.currency, i.rate, i.rate_date, i.kind || ':' || i.number
FROM rcv_doc d
JOIN receivables_invoice i ON i.id = d.id
JOIN exposure_account a ON a.customer_id = i.customer_id
JOIN exposure_segment s ON s.id = a.segment_id AND s.code = 'main'
CROSS JOIN LATERAL (VALUES (i.issue_date, -1), (i.voided_date, 1)) AS x(day, sign)
WHERE d.is_rebuilt AND x.day IS NOT NULL
  AND NOT (i.status = 'void' AND i.voided_date IS NULL)
"""

MOVES_IN = """
INSERT INTO rcv_move
SELECT d.account_id, CASE WHEN d.is_new AND x.sign = 1 THEN 'UNRESERVED' ELSE 'CORRECT' END,
       x.day, d.due_date,
       x.sign * CASE d.kind WHEN 'credit_note' THEN -1 ELSE 1 END * d.credit_minor,
       d.amount_minor, d.currency, d.rate, d.rate_date, d.kind || ':' || d.number
FROM rcv_doc d
CROSS JOIN LATERAL (VALUES (d.issue_date, 1), (d.voided_date, -1)) AS x(day, sign)
WHERE (d.is_new OR d.is_rebuilt) AND x.day IS NOT NULL
  AND NOT (d.status = 'void' AND d.voided_date IS NULL) AND d.credit_minor <> 0
"""

_STORED = (
    "number", "customer_id", "kind", "status", "issue_date", "due_date", "voided_date", "terms",
    "currency", "amount_minor", "credit_minor", "rate", "rate_date", "tax_minor", "applies_to",
    "order_number", "salesperson",
)  # fmt: skip
_FRESH = """
    CASE d.status WHEN 'void' THEN 0 ELSE d.amount_minor END,
    CASE d.status WHEN 'void' THEN 0 ELSE d.credit_minor END,
    CASE d.amount_minor WHEN 0 THEN d.issue_date END
"""

INSERT = f"""
INSERT INTO receivables_invoice
    (id, {", ".join(_STORED)}, open_minor, open_credit_minor, settled_on, batch_id /*+, custom*/)
SELECT d.id, {", ".join(f"d.{c}" for c in _STORED)}, {_FRESH}, %(batch)s /*+, @first*/
FROM rcv_doc d
WHERE d.is_new
ORDER BY d.id
"""

# What rebuilt documents had met is gone by now, so they are as open as new ones.
REBUILD = f"""
UPDATE receivables_invoice i
SET ({", ".join(_STORED)}, open_minor, open_credit_minor, settled_on, first_move, last_move,
     middle_credit_minor, batch_id, changed_xid /*+, custom*/)
  = ({", ".join(f"d.{c}" for c in _STORED)}, {_FRESH}, NULL, NULL, NULL,
     coalesce(%(batch)s, i.batch_id), pg_current_xact_id() /*+, @becomes*/)
FROM rcv_doc d
WHERE d.id = i.id AND d.is_rebuilt
"""

DESCRIBE = """
UPDATE receivables_invoice i
SET (terms, order_number, salesperson, tax_minor, batch_id, changed_xid /*+, custom*/)
  = (d.terms, d.order_number, d.salesperson, d.tax_minor, coalesce(%(batch)s, i.batch_id),
     pg_current_xact_id() /*+, @becomes*/)
FROM rcv_doc d
WHERE d.id = i.id AND d.is_changed AND NOT d.is_rebuilt
"""

LINES = """
INSERT INTO receivables_invoiceline (invoice_id, line, amount_minor, tax_minor)
SELECT d.id, l.line, l.amount_minor, l.tax_minor
FROM rcv_line l JOIN rcv_doc d ON d.number = l.number
ORDER BY d.id, l.line
ON CONFLICT (invoice_id, line) DO UPDATE
SET amount_minor = excluded.amount_minor, tax_minor = excluded.tax_minor
WHERE (receivables_invoiceline.amount_minor, receivables_invoiceline.tax_minor)
      IS DISTINCT FROM (excluded.amount_minor, excluded.tax_minor)
"""
