"""Allocations: end the ones whose documents changed, place new ones, restate what is open.

An allocation *holds* its invoice as long as only the invoice's own void ends it; what else ended
it made room again, from that day on. The same goes for the source.
"""

from xinheng.receivables.sql import share

WORK = """
CREATE TEMP TABLE rcv_move (
    account_id bigint, kind text, effective_date date, due_date date, receivable_minor bigint,
    document_minor bigint, document_currency text, rate numeric, rate_date date, source text
) ON COMMIT DROP;
CREATE TEMP TABLE rcv_want (
    ordinal bigint GENERATED ALWAYS AS IDENTITY, invoice_id bigint, receipt_id bigint,
    credit_note_id bigint, want bigint
) ON COMMIT DROP;
CREATE TEMP TABLE rcv_target (id bigint) ON COMMIT DROP;
"""

# `is_reseated`: only its invoice changed, so the source keeps its place there if there is room.
RETRACTED = """
CREATE TEMP TABLE rcv_retracted (
    id bigint, invoice_id bigint, receipt_id bigint, credit_note_id bigint, amount_minor bigint,
    credit_minor bigint, source_credit_minor bigint, effective_date date, ended_date date,
    is_reseated boolean
) ON COMMIT DROP
"""

_PART = """
    al.id, al.invoice_id, al.receipt_id, al.credit_note_id, al.amount_minor, al.credit_minor,
    al.source_credit_minor, al.effective_date, al.ended_date
"""
_WAS = "(al.ended_date IS NULL OR al.ended_date > al.effective_date)"

# The rebuilt documents, apart, so that the planner knows how few they are.
REBUILT = """
CREATE TEMP TABLE rcv_rebuilt ON COMMIT DROP AS SELECT id FROM rcv_doc WHERE is_rebuilt
"""

RETRACT_OF_INVOICES = f"""
INSERT INTO rcv_retracted
SELECT {_PART}, al.credit_note_id IS NULL
                OR al.credit_note_id NOT IN (SELECT id FROM rcv_rebuilt)
FROM receivables_allocation al
WHERE al.invoice_id IN (SELECT id FROM rcv_rebuilt) AND {_WAS}
UNION ALL
SELECT {_PART}, false
FROM receivables_allocation al
WHERE al.credit_note_id IN (SELECT id FROM rcv_rebuilt)
  AND al.invoice_id NOT IN (SELECT id FROM rcv_rebuilt) AND {_WAS}
"""

RETRACT_OF_RECEIPTS = f"""
INSERT INTO rcv_retracted
SELECT {_PART}, false
FROM receivables_allocation al
WHERE al.receipt_id IN (SELECT id FROM rcv_rebuilt) AND {_WAS}
"""

END_RETRACTED = """
UPDATE receivables_allocation al
SET ended_date = al.effective_date, changed_xid = pg_current_xact_id()
FROM rcv_retracted r
WHERE r.id = al.id
"""

# What allocations take from the invoice's account, and give to that of a credit note.
MOVES = """
INSERT INTO rcv_move
SELECT a.id, CASE WHEN x.sign = 1 AND {sign} = -1 THEN 'SETTLE' ELSE 'CORRECT' END,
       x.day, t.due_date, x.sign * {sign} * al.credit_minor, al.amount_minor,
       t.currency, t.rate, t.rate_date,
       coalesce('receipt:' || r.number, 'credit_note:' || n.number)
FROM {relation} al
JOIN receivables_invoice t ON t.id = al.invoice_id
JOIN exposure_account a ON a.customer_id = t.customer_id
JOIN exposure_segment s ON s.id = a.segment_id AND s.code = 'main'
LEFT JOIN receivables_receipt r ON r.id = al.receipt_id
LEFT JOIN receivables_invoice n ON n.id = al.credit_note_id
CROSS JOIN LATERAL (VALUES (al.effective_date, 1), (al.ended_date, -1)) AS x(day, sign)
WHERE x.day IS NOT NULL AND al.credit_minor <> 0
UNION ALL
SELECT a.id, CASE WHEN x.sign = 1 AND {sign} = -1 THEN 'SETTLE' ELSE 'CORRECT' END,
       x.day, n.due_date, -x.sign * {sign} * al.source_credit_minor,
       al.amount_minor, n.currency, n.rate, n.rate_date, 'credit_note:' || n.number
FROM {relation} al
JOIN receivables_invoice n ON n.id = al.credit_note_id
JOIN exposure_account a ON a.customer_id = n.customer_id
JOIN exposure_segment s ON s.id = a.segment_id AND s.code = 'main'
CROSS JOIN LATERAL (VALUES (al.effective_date, 1), (al.ended_date, -1)) AS x(day, sign)
WHERE x.day IS NOT NULL AND al.source_credit_minor <> 0
"""

TARGETS_OF_INVOICES = """
INSERT INTO rcv_target
SELECT d.id FROM rcv_doc d WHERE (d.is_new OR d.is_rebuilt) AND d.kind = 'invoice'
UNION SELECT invoice_id FROM rcv_retracted
UNION
SELECT t.id
FROM rcv_doc n JOIN receivables_invoice t ON t.number = n.applies_to
WHERE (n.is_new OR n.is_rebuilt) AND n.kind = 'credit_note' AND n.applies_to <> '';
"""

TARGETS_OF_RECEIPTS = """
INSERT INTO rcv_target
SELECT invoice_id FROM rcv_retracted
UNION
SELECT t.id
FROM rcv_doc r JOIN receivables_invoice t ON t.number = r.invoice_number
WHERE (r.is_new OR r.is_rebuilt) AND r.invoice_number <> '';
"""

RESEAT = """
INSERT INTO rcv_want (invoice_id, receipt_id, credit_note_id, want)
SELECT invoice_id, receipt_id, credit_note_id, amount_minor
FROM rcv_retracted
WHERE is_reseated
ORDER BY id
"""

# Everything that names one of the targets and has something left, in the order of its day.
NAME = """
INSERT INTO rcv_want (invoice_id, receipt_id, credit_note_id)
SELECT invoice_id, receipt_id, credit_note_id
FROM (
    SELECT t.id AS invoice_id, r.id AS receipt_id, NULL::bigint AS credit_note_id,
           r.received_date AS day, 2 AS place, r.number
    FROM rcv_target x
    JOIN receivables_invoice t ON t.id = x.id
    JOIN receivables_receipt r ON r.invoice_number = t.number
    WHERE r.invoice_number <> '' AND r.unallocated_minor > 0
    UNION ALL
    SELECT t.id, NULL, n.id, n.issue_date, 1, n.number
    FROM rcv_target x
    JOIN receivables_invoice t ON t.id = x.id
    JOIN receivables_invoice n ON n.applies_to = t.number
    WHERE n.applies_to <> '' AND n.kind = 'credit_note'
) named
ORDER BY day, place, number
"""

_HELD = """
    coalesce(sum(al.amount_minor) FILTER (WHERE {holds}), 0)::bigint AS held,
    coalesce(sum(al.{credit}) FILTER (WHERE {holds}), 0)::bigint AS held_credit,
    max(al.ended_date) FILTER (WHERE NOT ({holds})) AS free_from
"""


def _held(credit: str, own_void: str) -> str:
    holds = f"al.ended_date IS NULL OR al.ended_date IS NOT DISTINCT FROM {own_void}"
    return _HELD.format(holds=holds, credit=credit)


# The pairs that may meet, each with the days between which it can.
_PAIRS = f"""
held_target AS (
    SELECT al.invoice_id, {_held("credit_minor", "t.voided_date")}
    FROM receivables_allocation al JOIN receivables_invoice t ON t.id = al.invoice_id
    WHERE al.invoice_id IN (SELECT invoice_id FROM rcv_want) AND {_WAS}
    GROUP BY al.invoice_id
), held_receipt AS (
    SELECT al.receipt_id, {_held("source_credit_minor", "NULL::date")}
    FROM receivables_allocation al
    WHERE al.receipt_id IN (SELECT receipt_id FROM rcv_want) AND {_WAS}
    GROUP BY al.receipt_id
), held_note AS (
    SELECT al.credit_note_id, {_held("source_credit_minor", "n.voided_date")}
    FROM receivables_allocation al JOIN receivables_invoice n ON n.id = al.credit_note_id
    WHERE al.credit_note_id IN (SELECT credit_note_id FROM rcv_want) AND {_WAS}
    GROUP BY al.credit_note_id
), pair AS (
    SELECT w.ordinal, w.invoice_id, w.receipt_id, w.credit_note_id,
           t.amount_minor AS t_amount, t.credit_minor AS t_credit,
           coalesce(ht.held, 0) AS t_held, coalesce(ht.held_credit, 0) AS t_held_credit,
           coalesce(r.amount_minor, n.amount_minor) AS s_amount,
           coalesce(r.credit_minor, n.credit_minor) AS s_credit,
           coalesce(hr.held, hn.held, 0) AS s_held,
           coalesce(hr.held_credit, hn.held_credit, 0) AS s_held_credit,
           coalesce(w.want, coalesce(r.amount_minor, n.amount_minor)
                            - coalesce(hr.held, hn.held, 0)) AS want,
           greatest(t.issue_date, r.received_date, n.issue_date,
                    ht.free_from, hr.free_from, hn.free_from) AS effective_date,
           least(t.voided_date, n.voided_date) AS ended_date
    FROM rcv_want w
    JOIN receivables_invoice t ON t.id = w.invoice_id
    LEFT JOIN receivables_receipt r ON r.id = w.receipt_id
    LEFT JOIN receivables_invoice n ON n.id = w.credit_note_id
    LEFT JOIN held_target ht ON ht.invoice_id = w.invoice_id
    LEFT JOIN held_receipt hr ON hr.receipt_id = w.receipt_id
    LEFT JOIN held_note hn ON hn.credit_note_id = w.credit_note_id
    WHERE t.kind = 'invoice' AND (t.status = 'valid' OR t.voided_date IS NOT NULL)
      AND coalesce(r.customer_id, n.customer_id) = t.customer_id
      AND coalesce(r.currency, n.currency) = t.currency
      AND (n.id IS NULL OR (n.kind = 'credit_note'
                            AND (n.status = 'valid' OR n.voided_date IS NOT NULL)))
)
"""

# First come, first served, by ordinal. Running shares make a full settlement net to zero.
PLACE = f"""
CREATE TEMP TABLE rcv_placed ON COMMIT DROP AS
WITH {_PAIRS}, queued AS (
    SELECT p.*, sum(want) OVER (PARTITION BY invoice_id ORDER BY ordinal)::bigint AS t_sum
    FROM pair p
    WHERE want > 0 AND (ended_date IS NULL OR ended_date > effective_date)
), taken AS (
    SELECT q.*, t_held + t_sum - want AS t_from, t_held + least(t_sum, t_amount - t_held) AS t_to
    FROM queued q
    WHERE t_sum - want < t_amount - t_held
), spent AS (
    SELECT t.*, (s_held + sum(t_to - t_from)
                 OVER (PARTITION BY receipt_id, credit_note_id ORDER BY ordinal))::bigint AS s_to
    FROM taken t
)
SELECT ordinal, invoice_id, receipt_id, credit_note_id, t_to - t_from AS amount_minor,
       ({share("t_credit", "t_to", "t_amount")})
       - CASE WHEN t_from = t_held THEN t_held_credit
              ELSE ({share("t_credit", "t_from", "t_amount")}) END AS credit_minor,
       ({share("s_credit", "s_to", "s_amount")})
       - CASE WHEN s_to - (t_to - t_from) = s_held THEN s_held_credit
              ELSE ({share("s_credit", "(s_to - (t_to - t_from))", "s_amount")})
         END AS source_credit_minor,
       effective_date, ended_date
FROM spent;
"""

INSERT_PLACED = """
INSERT INTO receivables_allocation
    (invoice_id, receipt_id, credit_note_id, amount_minor, credit_minor, source_credit_minor,
     effective_date, ended_date, batch_id)
SELECT invoice_id, receipt_id, credit_note_id, amount_minor, credit_minor, source_credit_minor,
       effective_date, ended_date, %(batch)s
FROM rcv_placed
ORDER BY ordinal
"""

RESTATE_INVOICES = f"""
WITH touched AS (
    SELECT invoice_id AS id FROM {{relation}}
    UNION SELECT credit_note_id FROM {{relation}} WHERE credit_note_id IS NOT NULL
), side AS (
    SELECT al.invoice_id AS id, al.amount_minor, al.credit_minor, al.effective_date, al.ended_date
    FROM receivables_allocation al
    WHERE al.invoice_id IN (SELECT id FROM touched) AND {_WAS}
    UNION ALL
    SELECT al.credit_note_id, al.amount_minor, al.source_credit_minor, al.effective_date,
           al.ended_date
    FROM receivables_allocation al
    WHERE al.credit_note_id IN (SELECT id FROM touched) AND {_WAS}
), stand AS (
    SELECT i.id,
           coalesce(sum(s.amount_minor) FILTER (WHERE h.holds), 0)::bigint AS held,
           coalesce(sum(s.credit_minor) FILTER (WHERE h.holds), 0)::bigint AS held_credit,
           max(s.effective_date) FILTER (WHERE h.holds) AS last_held,
           min(s.effective_date) AS first_move,
           max(greatest(s.effective_date, s.ended_date)) AS last_move
    FROM touched t
    JOIN receivables_invoice i ON i.id = t.id
    LEFT JOIN side s ON s.id = i.id
    CROSS JOIN LATERAL (
        SELECT s.id IS NOT NULL
               AND (s.ended_date IS NULL OR s.ended_date IS NOT DISTINCT FROM i.voided_date)
    ) AS h(holds)
    GROUP BY i.id
), middle AS (
    SELECT s.id, sum(s.credit_minor) FILTER (WHERE s.effective_date = t.first_move)::bigint AS met,
           bool_and(s.effective_date IN (t.first_move, t.last_move)
                    AND coalesce(s.ended_date, t.last_move) = t.last_move) AS is_still
    FROM stand t JOIN side s ON s.id = t.id
    WHERE t.first_move < t.last_move
    GROUP BY s.id
), restated AS (
    SELECT s.*, CASE WHEN m.is_still THEN m.met END AS first_met
    FROM stand s LEFT JOIN middle m ON m.id = s.id
)
UPDATE receivables_invoice i
SET open_minor = CASE i.status WHEN 'void' THEN 0 ELSE i.amount_minor - s.held END,
    open_credit_minor = CASE i.status WHEN 'void' THEN 0 ELSE i.credit_minor - s.held_credit END,
    settled_on = CASE WHEN s.held = i.amount_minor THEN coalesce(s.last_held, i.issue_date) END,
    first_move = s.first_move, last_move = s.last_move,
    middle_credit_minor = i.credit_minor - s.first_met, changed_xid = pg_current_xact_id()
FROM restated s
WHERE s.id = i.id
"""

RESTATE_RECEIPTS = f"""
WITH touched AS (
    SELECT DISTINCT receipt_id AS id FROM {{relation}} WHERE receipt_id IS NOT NULL
), stand AS (
    SELECT t.id,
           coalesce(sum(al.amount_minor) FILTER (WHERE al.ended_date IS NULL), 0)::bigint AS held,
           coalesce(sum(al.source_credit_minor) FILTER (WHERE al.ended_date IS NULL), 0)::bigint
               AS held_credit,
           max(al.effective_date) FILTER (WHERE al.ended_date IS NULL) AS last_held
    FROM touched t
    LEFT JOIN receivables_allocation al ON al.receipt_id = t.id AND {_WAS}
    GROUP BY t.id
)
UPDATE receivables_receipt r
SET unallocated_minor = r.amount_minor - s.held,
    unallocated_credit_minor = r.credit_minor - s.held_credit,
    spent_on = CASE WHEN s.held = r.amount_minor THEN s.last_held END,
    changed_xid = pg_current_xact_id()
FROM stand s
WHERE s.id = r.id
"""

# Moves of one document on one day at one place of the ladder are one entry, or none.
NET_MOVES = """
CREATE TEMP TABLE rcv_entry ON COMMIT DROP AS
SELECT account_id, CASE WHEN count(*) = 1 THEN min(kind) ELSE 'CORRECT' END AS kind,
       effective_date, due_date, sum(receivable_minor)::bigint AS receivable_minor,
       max(document_minor) AS document_minor, document_currency, rate, rate_date, source
FROM rcv_move
GROUP BY account_id, effective_date, due_date, document_currency, rate, rate_date, source
HAVING sum(receivable_minor) <> 0
"""
