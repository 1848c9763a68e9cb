"""Documents that change hands in a merge, and what they did to the ledger, day by day."""

INVOICES_OF = "SELECT id FROM receivables_invoice WHERE customer_id = %(source)s ORDER BY id"
RECEIPTS_OF = "SELECT id FROM receivables_receipt WHERE customer_id = %(source)s ORDER BY id"

CHOSEN = """
CREATE TEMP TABLE rcv_moving ON COMMIT DROP AS
SELECT 'invoice' AS kind, id FROM receivables_invoice
WHERE id = ANY(%(invoices)s) AND customer_id = %(source)s
UNION ALL
SELECT 'receipt', id FROM receivables_receipt
WHERE id = ANY(%(receipts)s) AND customer_id = %(source)s
"""

MOVE_INVOICES = """
UPDATE receivables_invoice i
SET customer_id = %(target)s, changed_xid = pg_current_xact_id()
FROM rcv_moving m WHERE m.kind = 'invoice' AND m.id = i.id
"""
MOVE_RECEIPTS = """
UPDATE receivables_receipt r
SET customer_id = %(target)s, changed_xid = pg_current_xact_id()
FROM rcv_moving m WHERE m.kind = 'receipt' AND m.id = r.id
"""
# What met them is read as their customer's too.
MOVE_ALLOCATIONS = """
UPDATE receivables_allocation al SET changed_xid = pg_current_xact_id()
FROM rcv_moving m
WHERE (m.kind = 'invoice' AND m.id = al.invoice_id)
"""

# Documents that were recorded later may have met the ones that are to go back.
TORN = """
SELECT i.number, coalesce(r.number, n.number)
FROM rcv_moving m
JOIN receivables_allocation al
  ON (m.kind = 'invoice' AND m.id IN (al.invoice_id, al.credit_note_id))
  OR (m.kind = 'receipt' AND m.id = al.receipt_id)
JOIN receivables_invoice i ON i.id = al.invoice_id
LEFT JOIN receivables_receipt r ON r.id = al.receipt_id
LEFT JOIN receivables_invoice n ON n.id = al.credit_note_id
WHERE i.customer_id <> coalesce(r.customer_id, n.customer_id)
  AND (al.ended_date IS NULL OR al.ended_date > al.effective_date)
ORDER BY 1, 2
LIMIT 6
"""

# As `verification` adds up documents, for those that move alone.
ENTRIES = """
CREATE TEMP TABLE rcv_entry ON COMMIT DROP AS
WITH met AS (
    SELECT al.invoice_id, al.credit_note_id, al.credit_minor, al.source_credit_minor, x.day, x.sign
    FROM receivables_allocation al
    CROSS JOIN LATERAL (VALUES (al.effective_date, 1), (al.ended_date, -1)) AS x(day, sign)
    WHERE x.day IS NOT NULL AND (al.ended_date IS NULL OR al.ended_date > al.effective_date)
), flow AS (
    SELECT x.day, i.due_date,
           x.sign * CASE i.kind WHEN 'credit_note' THEN -1 ELSE 1 END * i.credit_minor AS minor
    FROM rcv_moving m
    JOIN receivables_invoice i ON i.id = m.id AND m.kind = 'invoice'
    CROSS JOIN LATERAL (VALUES (i.issue_date, 1), (i.voided_date, -1)) AS x(day, sign)
    WHERE x.day IS NOT NULL AND NOT (i.status = 'void' AND i.voided_date IS NULL)
    UNION ALL
    SELECT t.day, i.due_date, -t.sign * t.credit_minor
    FROM rcv_moving m
    JOIN receivables_invoice i ON i.id = m.id AND m.kind = 'invoice'
    JOIN met t ON t.invoice_id = i.id
    UNION ALL
    SELECT t.day, i.due_date, t.sign * t.source_credit_minor
    FROM rcv_moving m
    JOIN receivables_invoice i ON i.id = m.id AND m.kind = 'invoice'
    JOIN met t ON t.credit_note_id = i.id
), summed AS (
    SELECT day, due_date, sum(minor)::bigint AS minor FROM flow
    GROUP BY day, due_date HAVING sum(minor) <> 0
)
SELECT a.id AS account_id, 'MOVE' AS kind, s.day AS effective_date, s.due_date,
       side.sign * s.minor AS receivable_minor, side.sign * s.minor AS document_minor,
       a.currency AS document_currency, 1::numeric AS rate, NULL::date AS rate_date,
       %(name)s AS source
FROM summed s
CROSS JOIN (VALUES (%(source)s::bigint, -1), (%(target)s::bigint, 1)) AS side(customer_id, sign)
JOIN exposure_account a ON a.customer_id = side.customer_id
JOIN exposure_segment g ON g.id = a.segment_id AND g.code = 'main'
"""

DROP = "DROP TABLE IF EXISTS rcv_moving, rcv_entry"
