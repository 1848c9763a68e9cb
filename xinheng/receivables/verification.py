"""Recompute what the operations keep: headers, positions, allocations, and the ledger's flows."""

from django.db import connection

from xinheng import access
from xinheng.kernel.actors import Actor
from xinheng.kernel.checks import Check, compare

_WAS = "(al.ended_date IS NULL OR al.ended_date > al.effective_date)"

# Every allocation as seen from its invoice and from its source.
_SIDES = f"""
    SELECT 'invoice' AS side, al.invoice_id AS id, al.amount_minor, al.credit_minor,
           al.effective_date, al.ended_date
    FROM receivables_allocation al WHERE {_WAS}
    UNION ALL
    SELECT 'invoice', al.credit_note_id, al.amount_minor, al.source_credit_minor,
           al.effective_date, al.ended_date
    FROM receivables_allocation al WHERE al.credit_note_id IS NOT NULL AND {_WAS}
    UNION ALL
    SELECT 'receipt', al.receipt_id, al.amount_minor, al.source_credit_minor,
           al.effective_date, al.ended_date
    FROM receivables_allocation al WHERE al.receipt_id IS NOT NULL AND {_WAS}
"""

_FLOWS = f"""
    documents AS (
        SELECT i.customer_id, x.day, i.due_date,
               x.sign * CASE i.kind WHEN 'credit_note' THEN -1 ELSE 1 END * i.credit_minor AS minor
        FROM receivables_invoice i
        CROSS JOIN LATERAL (VALUES (i.issue_date, 1), (i.voided_date, -1)) AS x(day, sign)
        WHERE x.day IS NOT NULL AND NOT (i.status = 'void' AND i.voided_date IS NULL)
        UNION ALL
        SELECT t.customer_id, x.day, t.due_date, -x.sign * al.credit_minor
        FROM receivables_allocation al
        JOIN receivables_invoice t ON t.id = al.invoice_id
        CROSS JOIN LATERAL (VALUES (al.effective_date, 1), (al.ended_date, -1)) AS x(day, sign)
        WHERE x.day IS NOT NULL AND {_WAS}
        UNION ALL
        SELECT n.customer_id, x.day, n.due_date, x.sign * al.source_credit_minor
        FROM receivables_allocation al
        JOIN receivables_invoice n ON n.id = al.credit_note_id
        CROSS JOIN LATERAL (VALUES (al.effective_date, 1), (al.ended_date, -1)) AS x(day, sign)
        WHERE x.day IS NOT NULL AND {_WAS}
    )
"""

_DOCUMENTS = "books: documents = ledger, by account, day and due date"
CHECKS: tuple[tuple[str, str], ...] = (
    (
        "books: invoices = their lines",
        """
        SELECT 'invoice ' || i.number AS key, i.amount_minor AS expected,
               sum(l.amount_minor)::bigint AS found
        FROM receivables_invoice i LEFT JOIN receivables_invoiceline l ON l.invoice_id = i.id
        GROUP BY i.id
        """,
    ),
    (
        "books: nothing points at what is not there",
        """
        SELECT 'line ' || l.id AS key, true AS expected, i.id IS NOT NULL AS found
        FROM receivables_invoiceline l LEFT JOIN receivables_invoice i ON i.id = l.invoice_id
        UNION ALL
        SELECT 'allocation ' || al.id, true,
               i.id IS NOT NULL AND (r.id IS NOT NULL OR n.id IS NOT NULL)
        FROM receivables_allocation al
        LEFT JOIN receivables_invoice i ON i.id = al.invoice_id
        LEFT JOIN receivables_receipt r ON r.id = al.receipt_id
        LEFT JOIN receivables_invoice n ON n.id = al.credit_note_id
        """,
    ),
    (
        "books: what is open = amount − allocations",
        f"""
        WITH side AS ({_SIDES}), held AS (
            SELECT s.id, sum(s.amount_minor)::bigint AS minor, sum(s.credit_minor)::bigint AS credit
            FROM side s JOIN receivables_invoice i ON i.id = s.id
            WHERE s.side = 'invoice'
              AND (s.ended_date IS NULL OR s.ended_date IS NOT DISTINCT FROM i.voided_date)
            GROUP BY s.id
        )
        SELECT i.kind || ' ' || i.number AS key,
               CASE i.status WHEN 'void' THEN ARRAY[0, 0]::bigint[]
                    ELSE ARRAY[i.amount_minor - coalesce(h.minor, 0),
                               i.credit_minor - coalesce(h.credit, 0)] END AS expected,
               ARRAY[i.open_minor, i.open_credit_minor] AS found
        FROM receivables_invoice i LEFT JOIN held h ON h.id = i.id
        """,
    ),
    (
        "books: the days between which an item moved, and what was open between them",
        f"""
        WITH side AS ({_SIDES}), span AS (
            SELECT id, min(effective_date) AS first_move,
                   max(greatest(effective_date, ended_date)) AS last_move
            FROM side WHERE side = 'invoice' GROUP BY id
        ), middle AS (
            SELECT p.id, sum(s.credit_minor) FILTER (WHERE s.effective_date = p.first_move) AS met
            FROM span p JOIN side s ON s.id = p.id AND s.side = 'invoice'
            GROUP BY p.id, p.first_move, p.last_move
            HAVING p.first_move < p.last_move
               AND bool_and(s.effective_date IN (p.first_move, p.last_move)
                            AND coalesce(s.ended_date, p.last_move) = p.last_move)
        )
        SELECT i.kind || ' ' || i.number AS key,
               concat_ws(' ', p.first_move, p.last_move, i.credit_minor - m.met) AS expected,
               concat_ws(' ', i.first_move, i.last_move, i.middle_credit_minor) AS found
        FROM receivables_invoice i
        LEFT JOIN span p ON p.id = i.id
        LEFT JOIN middle m ON m.id = i.id
        """,
    ),
    (
        "books: what is unallocated = receipt − allocations",
        f"""
        WITH side AS ({_SIDES}), held AS (
            SELECT id, sum(amount_minor)::bigint AS minor, sum(credit_minor)::bigint AS credit
            FROM side WHERE side = 'receipt' AND ended_date IS NULL GROUP BY id
        )
        SELECT 'receipt ' || r.number AS key,
               ARRAY[r.amount_minor - coalesce(h.minor, 0),
                     r.credit_minor - coalesce(h.credit, 0)] AS expected,
               ARRAY[r.unallocated_minor, r.unallocated_credit_minor] AS found
        FROM receivables_receipt r LEFT JOIN held h ON h.id = r.id
        """,
    ),
    (
        "books: allocations never exceed their document, on any day",
        f"""
        WITH side AS ({_SIDES}), step AS (
            SELECT side, id, effective_date AS day, amount_minor AS minor FROM side
            UNION ALL
            SELECT side, id, ended_date, -amount_minor FROM side WHERE ended_date IS NOT NULL
        ), level AS (
            SELECT side, id, max(minor) AS highest
            FROM (
                SELECT side, id,
                       sum(sum(minor)) OVER (PARTITION BY side, id ORDER BY day) AS minor
                FROM step GROUP BY side, id, day
            ) days
            GROUP BY side, id
        )
        SELECT l.side || ' ' || coalesce(i.number, r.number) AS key, true AS expected,
               l.highest <= coalesce(i.amount_minor, r.amount_minor) AS found
        FROM level l
        LEFT JOIN receivables_invoice i ON l.side = 'invoice' AND i.id = l.id
        LEFT JOIN receivables_receipt r ON l.side = 'receipt' AND r.id = l.id
        """,
    ),
    (
        "books: allocations join one customer's documents of one currency, not before either",
        f"""
        SELECT 'allocation ' || al.id AS key, true AS expected,
               t.kind = 'invoice' AND t.customer_id = coalesce(r.customer_id, n.customer_id)
               AND t.currency = coalesce(r.currency, n.currency)
               AND al.effective_date >= greatest(t.issue_date, r.received_date, n.issue_date)
               AND al.ended_date IS NOT DISTINCT FROM least(t.voided_date, n.voided_date) AS found
        FROM receivables_allocation al
        JOIN receivables_invoice t ON t.id = al.invoice_id
        LEFT JOIN receivables_receipt r ON r.id = al.receipt_id
        LEFT JOIN receivables_invoice n ON n.id = al.credit_note_id
        WHERE {_WAS}
        """,
    ),
    (
        _DOCUMENTS,
        f"""
        WITH {_FLOWS}, expected AS (
            SELECT a.id, d.day, d.due_date, sum(d.minor)::bigint AS minor
            FROM documents d
            JOIN exposure_account a ON a.customer_id = d.customer_id
            JOIN exposure_segment s ON s.id = a.segment_id AND s.code = 'main'
            GROUP BY a.id, d.day, d.due_date
        ), booked AS (
            -- Acts of other rooms carry a key; documents are their own.
            SELECT account_id AS id, effective_date AS day, due_date,
                   sum(receivable_minor)::bigint AS minor
            FROM exposure_entry
            WHERE key IS NULL
            GROUP BY account_id, effective_date, due_date
        )
        SELECT concat_ws(' ', 'account', coalesce(e.id, b.id), coalesce(e.day, b.day), 'due',
                         coalesce(e.due_date, b.due_date)) AS key,
               coalesce(e.minor, 0) AS expected, coalesce(b.minor, 0) AS found
        FROM expected e
        FULL JOIN booked b ON (b.id, b.day, coalesce(b.due_date, 'infinity'))
                              = (e.id, e.day, coalesce(e.due_date, 'infinity'))
        """,
    ),
    (
        "books: every batch has its event",
        """
        WITH batch AS (
            SELECT batch_id FROM receivables_invoice UNION SELECT batch_id FROM receivables_receipt
            UNION SELECT batch_id FROM receivables_allocation
            UNION SELECT batch_id FROM exposure_entry
        )
        SELECT 'batch ' || b.batch_id AS key, true AS expected,
               EXISTS (SELECT FROM journal_event e WHERE e.object = 'batch:' || b.batch_id) AS found
        FROM batch b
        WHERE b.batch_id IS NOT NULL
        """,
    ),
)


def verify(*, by: Actor) -> list[Check]:
    """Run every check of the documents and of what they did to the ledger."""
    access.require(by, "books.verify")
    with connection.cursor() as cursor:
        return [compare(cursor, name, query) for name, query in CHECKS]


def differing(*, by: Actor) -> dict[int, tuple[str, ...]]:
    """Return the credit accounts whose entries are not what their documents did."""
    access.require(by, "books.verify")
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERING.format(query=dict(CHECKS)[_DOCUMENTS]))
        return {row[0]: (_DOCUMENTS,) for row in cursor.fetchall()}


_DIFFERING = """
WITH checked AS ({query})
SELECT DISTINCT split_part(key, ' ', 2)::bigint FROM checked WHERE expected IS DISTINCT FROM found
"""
