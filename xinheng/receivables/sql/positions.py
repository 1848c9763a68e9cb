"""What was open on a day, as expressions over `receivables_invoice i` and `receivables_receipt r`.

`i.life @> day` finds the items through an index on their lives. Most of them say what is open by
their own columns: nothing had met them by that day, or nothing did later, or nothing else did
between the two. Only what moved on three days or more asks its allocations between them.
"""

from collections.abc import Sequence

from xinheng.receivables.rules import Bucket

_ACTIVE = "al.effective_date <= %(as_of)s AND (al.ended_date IS NULL OR al.ended_date > %(as_of)s)"

LIVES = "i.life @> %(as_of)s::date"

OPEN_CREDIT = f"""
    CASE i.kind WHEN 'credit_note' THEN -1 ELSE 1 END * CASE
        WHEN i.first_move IS NULL OR i.first_move > %(as_of)s THEN i.credit_minor
        WHEN i.last_move <= %(as_of)s THEN i.open_credit_minor
        WHEN i.middle_credit_minor IS NOT NULL THEN i.middle_credit_minor
        WHEN i.kind = 'invoice' THEN i.credit_minor - coalesce((
            SELECT sum(al.credit_minor) FROM receivables_allocation al
            WHERE al.invoice_id = i.id AND {_ACTIVE})::bigint, 0)
        ELSE i.credit_minor - coalesce((
            SELECT sum(al.source_credit_minor) FROM receivables_allocation al
            WHERE al.credit_note_id = i.id AND {_ACTIVE})::bigint, 0)
    END
"""

OPEN_DOCUMENT = f"""
    CASE i.kind WHEN 'credit_note' THEN -1 ELSE 1 END * CASE
        WHEN i.first_move IS NULL OR i.first_move > %(as_of)s THEN i.amount_minor
        WHEN i.last_move <= %(as_of)s THEN i.open_minor
        ELSE i.amount_minor - coalesce((
            SELECT sum(al.amount_minor) FROM receivables_allocation al
            WHERE (al.invoice_id = i.id OR al.credit_note_id = i.id) AND {_ACTIVE})::bigint, 0)
    END
"""

# The same as a sum of three reads, for whole portfolios: the stated position of every item of the
# day, less what had met those in the midst of moving on three days or more.
STATED = """
    CASE i.kind WHEN 'credit_note' THEN -1 ELSE 1 END * CASE
        WHEN i.last_move <= %(as_of)s THEN i.open_credit_minor
        WHEN i.first_move <= %(as_of)s THEN coalesce(i.middle_credit_minor, i.credit_minor)
        ELSE i.credit_minor
    END
"""

MOVING = """
    daterange(i.first_move, i.last_move) @> %(as_of)s::date AND i.first_move < i.last_move
    AND i.middle_credit_minor IS NULL
"""

MET = {
    "-al.credit_minor": (
        "JOIN receivables_allocation al"
        f" ON i.kind = 'invoice' AND al.invoice_id = i.id AND {_ACTIVE}"
    ),
    "al.source_credit_minor": (
        "JOIN receivables_allocation al"
        f" ON i.kind = 'credit_note' AND al.credit_note_id = i.id AND {_ACTIVE}"
    ),
}

# 0 not overdue, then the number of the bucket; NULL without a due date. The edges are the
# bucket's first days, as rules.buckets gives them; by issue date nothing is "not due".
BUCKET = {
    "due": "width_bucket(%(as_of)s::date - i.due_date, %(firsts)s::int[])",
    "issue": "greatest(1, width_bucket(%(as_of)s::date - i.issue_date, %(firsts)s::int[]))",
}


def cells(basis: str, buckets: Sequence[Bucket]) -> list[str]:
    """Return the conditions of an ageing's cells: without due date, not due, then the buckets.

    They say what BUCKET says, on the bare column: a whole portfolio is aged faster that way, and
    by several workers at once.
    """
    day = {"due": "i.due_date", "issue": "i.issue_date"}[basis]
    found = [f"{day} IS NULL", f"{day} >= %(as_of)s::date" if basis == "due" else "false"]
    for number, (first, last) in enumerate(buckets):
        is_newest = basis == "issue" and not number
        newest = "" if is_newest else f"{day} <= %(as_of)s::date - {first:d}"
        oldest = "" if last is None else f"{day} >= %(as_of)s::date - {last:d}"
        found.append(" AND ".join(test for test in (newest, oldest) if test) or "true")
    return found


# Money that had met nothing yet: spent_on in the predicate is what the partial index covers.
CASH_LIVES = """
    r.life @> %(as_of)s::date AND (r.spent_on IS NULL OR r.spent_on > r.received_date)
"""

CASH_CREDIT = f"""
    r.credit_minor - coalesce((
        SELECT sum(al.source_credit_minor) FROM receivables_allocation al
        WHERE al.receipt_id = r.id AND {_ACTIVE})::bigint, 0)
"""

# Customers in the scope of an actor, as `c`.
IN_SCOPE = """
    (%(all)s OR c.owner_id = %(owner)s OR c.department_id = ANY(%(departments)s::bigint[]))
"""
