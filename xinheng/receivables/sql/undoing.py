"""Documents of a batch that is taken back: who leans on them, what they are again, what goes.

rcv_former holds what changed documents were, rcv_gone the documents that the batch made.
"""

_MONEY = {
    "receivables_invoice": (
        "customer_id issue_date due_date currency kind applies_to status voided_date amount_minor"
    ),
    "receivables_receipt": "customer_id received_date amount_minor currency invoice_number",
}


def gather(table: str) -> str:
    """Return the statements that find what a batch changed (rcv_former) and made (rcv_gone)."""
    columns = _MONEY[table].split()
    now = ", ".join(f"t.{name}" for name in columns)
    then = ", ".join(f"x.{name}" for name in columns)
    return f"""
    CREATE TEMP TABLE rcv_former ON COMMIT DROP AS
    SELECT t.id, t.number, f.former_batch, f.was, ({now}) IS DISTINCT FROM ({then}) AS is_rebuilt
    FROM journal_former f
    JOIN {table} t ON t.id = f.row::bigint
    CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, f.was) x
    WHERE f.batch_id = '{{batch}}' AND f."table" = '{table}' AND NOT f.is_removed;
    CREATE TEMP TABLE rcv_gone ON COMMIT DROP AS
    SELECT t.id, t.number, t.batch_id FROM {table} t
    WHERE t.batch_id = '{{batch}}' AND t.id NOT IN (SELECT id FROM rcv_former);
    ANALYZE rcv_former, rcv_gone;
    """


# Row, what leans on it, and how.
CHANGED_LATER = """
SELECT t.number, '', 'changed'
FROM journal_former f JOIN {table} t ON t.id = f.row::bigint
WHERE f.former_batch = %(batch)s AND f.batch_id <> %(batch)s AND f."table" = '{table}'
  AND NOT f.is_removed
"""

# A document was recorded later if the event of its batch was.
_IS_LATER = """
    (SELECT min(e.id) FROM journal_event e
      WHERE e.object = 'batch:' || coalesce(r.batch_id, n.batch_id)) > (
     SELECT max(e.id) FROM journal_event e
      WHERE e.object = 'batch:' || %(batch)s AND e.action LIKE 'receivables.record_%%')
"""
MET_LATER = f"""
SELECT i.number, coalesce(r.number, n.number),
       CASE WHEN r.id IS NULL THEN 'credited' ELSE 'paid' END
FROM (SELECT id FROM rcv_gone UNION ALL SELECT id FROM rcv_former WHERE is_rebuilt) b
JOIN receivables_invoice i ON i.id = b.id
JOIN receivables_allocation al ON al.invoice_id = i.id
LEFT JOIN receivables_receipt r ON r.id = al.receipt_id
LEFT JOIN receivables_invoice n ON n.id = al.credit_note_id
WHERE (al.ended_date IS NULL OR al.ended_date > al.effective_date) AND {_IS_LATER}
UNION
SELECT i.number, d.number, 'disputed'
FROM rcv_gone b JOIN receivables_invoice i ON i.id = b.id
JOIN receivables_dispute d ON d.invoice_id = i.id
"""

STAGED_INVOICES = """
CREATE TEMP TABLE rcv_given ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY g.id, l.line)::int AS row, g.number, l.line, x.customer_id,
       x.issue_date, x.due_date, x.terms, l.amount_minor, x.currency, l.tax_minor, x.kind,
       x.applies_to, x.status, x.voided_date, x.order_number, x.salesperson, x.custom
FROM (
    SELECT f.id, f.number, f.was, f.was -> 'lines' AS lines FROM rcv_former f
    UNION ALL
    SELECT i.id, i.number, to_jsonb(i) - 'life', (
        SELECT jsonb_agg(to_jsonb(l)) FROM receivables_invoiceline l WHERE l.invoice_id = i.id)
    FROM rcv_gone g JOIN receivables_invoice i ON i.id = g.id
) g
CROSS JOIN LATERAL jsonb_populate_record(NULL::receivables_invoice, g.was) x
CROSS JOIN LATERAL jsonb_to_recordset(g.lines)
     AS l(line int, amount_minor bigint, tax_minor bigint)
"""
STAGED_RECEIPTS = """
CREATE TEMP TABLE rcv_given ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY g.id)::int AS row, g.number, x.customer_id, x.received_date,
       x.amount_minor, x.currency, x.method, x.invoice_number, x.payer, x.custom
FROM (
    SELECT f.id, f.number, f.was FROM rcv_former f
    UNION ALL
    SELECT r.id, r.number, to_jsonb(r) - 'life'
    FROM rcv_gone g JOIN receivables_receipt r ON r.id = g.id
) g
CROSS JOIN LATERAL jsonb_populate_record(NULL::receivables_receipt, g.was) x
"""

# Lines that the batch added to invoices of others.
DROP_LINES = """
DELETE FROM receivables_invoiceline l
USING rcv_former f
WHERE l.invoice_id = f.id AND NOT EXISTS (
    SELECT FROM jsonb_to_recordset(f.was -> 'lines') AS w(line int) WHERE w.line = l.line)
"""

# What goes is reversed like what changes; it is left out again before anything is written anew.
FORCE = """
UPDATE rcv_doc SET is_rebuilt = true, is_changed = true WHERE id IN (SELECT id FROM rcv_gone);
"""
# Rates are those of then, whatever the table of rates says by now.
KEEP_RATES = """
UPDATE rcv_doc d
SET credit_minor = (k.was ->> 'credit_minor')::bigint, rate = (k.was ->> 'rate')::numeric,
    rate_date = (k.was ->> 'rate_date')::date
FROM (
    SELECT id, was FROM rcv_former
    UNION ALL
    SELECT t.id, to_jsonb(t) - 'life' FROM {table} t WHERE t.id IN (SELECT id FROM rcv_gone)
) k
WHERE k.id = d.id AND d.currency <> d.credit_currency
"""

REMOVED = """
INSERT INTO journal_former (batch_id, "table", row, former_batch, is_removed, was)
SELECT %(undo)s, '{table}', t.id::text, %(batch)s, true, {image}
FROM {table} t WHERE t.id IN (SELECT id FROM rcv_gone)
"""
INVOICE_IMAGE = """
    to_jsonb(t) - 'life' || jsonb_build_object('lines', (
        SELECT jsonb_agg(to_jsonb(l) - 'id' - 'invoice_id' ORDER BY l.line)
        FROM receivables_invoiceline l WHERE l.invoice_id = t.id))
"""
RECEIPT_IMAGE = "to_jsonb(t) - 'life'"

# Every allocation of these has ended as if it had never been.
REMOVE_INVOICES = """
DELETE FROM receivables_allocation
WHERE invoice_id IN (SELECT id FROM rcv_gone) OR credit_note_id IN (SELECT id FROM rcv_gone);
DELETE FROM receivables_invoiceline WHERE invoice_id IN (SELECT id FROM rcv_gone);
DELETE FROM receivables_invoice WHERE id IN (SELECT id FROM rcv_gone);
DELETE FROM rcv_line WHERE number IN (SELECT number FROM rcv_gone);
DELETE FROM rcv_doc WHERE id IN (SELECT id FROM rcv_gone);
"""
REMOVE_RECEIPTS = """
DELETE FROM receivables_allocation WHERE receipt_id IN (SELECT id FROM rcv_gone);
DELETE FROM receivables_receipt WHERE id IN (SELECT id FROM rcv_gone);
DELETE FROM rcv_doc WHERE id IN (SELECT id FROM rcv_gone);
"""

BATCHES = """
UPDATE {table} t SET batch_id = f.former_batch FROM rcv_former f WHERE f.id = t.id
"""
