"""What had met before a batch: keep it with the batch's images, and let it stand again.

An allocation that the batch ended comes back as the row that it was, where both documents are
what they were then and have room for it on every day. Elsewhere its source takes the seat anew,
as far as both allow. `rcv_back` holds what comes back.
"""

_INVOICE = """
    jsonb_build_array({0}.customer_id, {0}.currency, {0}.kind, {0}.status, {0}.issue_date,
                      {0}.voided_date, {0}.applies_to, {0}.amount_minor, {0}.credit_minor)
"""
_SOURCE = f"""
    CASE WHEN n.id IS NOT NULL THEN {_INVOICE.format("n")}
         ELSE jsonb_build_array(r.customer_id, r.currency, r.received_date, r.invoice_number,
                                r.amount_minor, r.credit_minor)
    END
"""
_DOCUMENTS = """
    JOIN receivables_invoice t ON t.id = {0}.invoice_id
    LEFT JOIN receivables_receipt r ON r.id = {0}.receipt_id
    LEFT JOIN receivables_invoice n ON n.id = {0}.credit_note_id
"""

# Images of allocations say what their documents were, as far as it decides who meets whom.
IMAGES = f"""
SELECT x.id::text, NULL::uuid,
       to_jsonb(x) || jsonb_build_object('invoice', {_INVOICE.format("t")}, 'source', {_SOURCE})
FROM rcv_retracted x {_DOCUMENTS.format("x")}
"""

# What the batch ended, less what it had placed itself in an earlier part of the file.
ENDED = """
CREATE TEMP TABLE rcv_ended ON COMMIT DROP AS
SELECT al.id, al.invoice_id, al.receipt_id, al.credit_note_id, al.amount_minor, al.credit_minor,
       al.source_credit_minor, al.effective_date, (f.was ->> 'ended_date')::date AS ended_date,
       f.was -> 'invoice' AS invoice, f.was -> 'source' AS source
FROM journal_former f
JOIN receivables_allocation al ON al.id = f.row::bigint
WHERE f.batch_id = '{batch}' AND f."table" = 'receivables_allocation' AND NOT f.is_removed
  AND al.batch_id IS DISTINCT FROM '{batch}' AND al.ended_date = al.effective_date;
ANALYZE rcv_ended;
"""

# What the batch placed goes, between documents of others too: it had room by the batch only.
RETRACT_PLACED = """
INSERT INTO rcv_retracted
SELECT al.id, al.invoice_id, al.receipt_id, al.credit_note_id, al.amount_minor, al.credit_minor,
       al.source_credit_minor, al.effective_date, al.ended_date, false
FROM receivables_allocation al
WHERE al.batch_id = %(batch)s AND al.invoice_id IN (SELECT invoice_id FROM rcv_ended)
  AND (al.ended_date IS NULL OR al.ended_date > al.effective_date)
  AND al.id NOT IN (SELECT id FROM rcv_retracted)
"""

BACK = f"""
CREATE TEMP TABLE rcv_back ON COMMIT DROP AS
SELECT e.* FROM rcv_ended e {_DOCUMENTS.format("e")}
WHERE e.invoice = {_INVOICE.format("t")} AND e.source = {_SOURCE}
"""

# Documents that later acts have filled: more would have met them on some day than they are, or
# parts of them in the account's currency would not add up to the whole.
_SIDES = """
SELECT 'invoice' AS kind, {0}.invoice_id AS id, {0}.amount_minor, {0}.credit_minor,
       {0}.effective_date, {0}.ended_date FROM {1} {0}
UNION ALL
SELECT 'invoice', {0}.credit_note_id, {0}.amount_minor, {0}.source_credit_minor,
       {0}.effective_date, {0}.ended_date FROM {1} {0} WHERE {0}.credit_note_id IS NOT NULL
UNION ALL
SELECT 'receipt', {0}.receipt_id, {0}.amount_minor, {0}.source_credit_minor,
       {0}.effective_date, {0}.ended_date FROM {1} {0} WHERE {0}.receipt_id IS NOT NULL
"""
CROWDED = f"""
WITH back AS ({_SIDES.format("b", "rcv_back")}), touched AS (
    SELECT DISTINCT kind, id FROM back
), standing AS (
    SELECT * FROM receivables_allocation al
    WHERE (al.invoice_id IN (SELECT id FROM touched WHERE kind = 'invoice')
           OR al.credit_note_id IN (SELECT id FROM touched WHERE kind = 'invoice')
           OR al.receipt_id IN (SELECT id FROM touched WHERE kind = 'receipt'))
      AND (al.ended_date IS NULL OR al.ended_date > al.effective_date)
), side AS (
    SELECT * FROM back UNION ALL {_SIDES.format("s", "standing")}
), document AS (
    SELECT 'invoice' AS kind, i.id, i.amount_minor, i.credit_minor, i.voided_date
    FROM receivables_invoice i WHERE i.id IN (SELECT id FROM touched WHERE kind = 'invoice')
    UNION ALL
    SELECT 'receipt', r.id, r.amount_minor, r.credit_minor, NULL
    FROM receivables_receipt r WHERE r.id IN (SELECT id FROM touched WHERE kind = 'receipt')
), day AS (
    SELECT s.kind, s.id, x.day, sum(x.sign * s.amount_minor) AS moved
    FROM side s
    CROSS JOIN LATERAL (VALUES (s.effective_date, 1), (s.ended_date, -1)) AS x(day, sign)
    WHERE x.day IS NOT NULL
    GROUP BY s.kind, s.id, x.day
), filled AS (
    SELECT kind, id, sum(moved) OVER (PARTITION BY kind, id ORDER BY day) AS met FROM day
), held AS (
    SELECT s.kind, s.id, sum(s.amount_minor) AS met, sum(s.credit_minor) AS met_credit
    FROM side s JOIN document d ON (d.kind, d.id) = (s.kind, s.id)
    WHERE s.ended_date IS NULL OR s.ended_date = d.voided_date
    GROUP BY s.kind, s.id
), crowded AS (
    SELECT d.kind, d.id FROM document d JOIN filled f ON (f.kind, f.id) = (d.kind, d.id)
    WHERE f.met > d.amount_minor
    UNION
    SELECT d.kind, d.id FROM document d JOIN held h ON (h.kind, h.id) = (d.kind, d.id)
    WHERE h.met > d.amount_minor OR (h.met = d.amount_minor AND h.met_credit <> d.credit_minor)
)
DELETE FROM rcv_back b USING crowded c
WHERE (c.kind = 'invoice' AND c.id IN (b.invoice_id, b.credit_note_id))
   OR (c.kind = 'receipt' AND c.id = b.receipt_id)
"""

STAND_AGAIN = """
UPDATE receivables_allocation al
SET ended_date = b.ended_date, changed_xid = pg_current_xact_id()
FROM rcv_back b WHERE b.id = al.id
"""

# Never more than the source has left by now.
SEATS = """
INSERT INTO rcv_want (invoice_id, receipt_id, credit_note_id, want)
SELECT invoice_id, receipt_id, credit_note_id, least(amount_minor, free - before)
FROM (
    SELECT e.id, e.invoice_id, e.receipt_id, e.credit_note_id, e.amount_minor,
           coalesce(r.unallocated_minor, n.open_minor) AS free,
           sum(e.amount_minor) OVER (
               PARTITION BY e.receipt_id, e.credit_note_id ORDER BY e.id) - e.amount_minor AS before
    FROM rcv_ended e
    LEFT JOIN receivables_receipt r ON r.id = e.receipt_id
    LEFT JOIN receivables_invoice n ON n.id = e.credit_note_id
    WHERE e.id NOT IN (SELECT id FROM rcv_back) AND (r.id IS NOT NULL OR n.id IS NOT NULL)
) seat
WHERE free > before
ORDER BY id
"""
