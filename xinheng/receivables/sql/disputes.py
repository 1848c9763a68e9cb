"""Staged disputes: compare with the books, write what differs; and what was disputed on a day."""

_FIELDS = ("invoice_id", "amount_minor", "reason", "opened_date", "closed_date", "outcome")
_STAGED = ("s.invoice_id", "s.amount_minor", "s.reason", "s.opened_date", "s.closed_date",
           "coalesce(s.outcome, '')")  # fmt: skip
_DIFFERS = f"({', '.join(f't.{name}' for name in _FIELDS)}) IS DISTINCT FROM ({', '.join(_STAGED)})"

# Whose invoice a dispute will be about, and whose the one of the same number is about already.
CUSTOMERS = """
SELECT s.row, i.customer_id
FROM {relation} s JOIN receivables_invoice i ON i.id = s.invoice_id
UNION ALL
SELECT s.row, i.customer_id
FROM {relation} s
JOIN receivables_dispute t ON t.number = s.number
JOIN receivables_invoice i ON i.id = t.invoice_id
"""

FAULTS = """
SELECT s.row, s.number, coalesce(i.number, ''),
       CASE WHEN i.id IS NULL THEN 'unknown'
            WHEN s.closed_date < s.opened_date THEN 'early'
            ELSE 'big' END
FROM {relation} s LEFT JOIN receivables_invoice i ON i.id = s.invoice_id
WHERE i.id IS NULL OR s.closed_date < s.opened_date OR s.amount_minor > i.amount_minor
ORDER BY s.row
"""

DROP_ROWS = "DELETE FROM {relation} WHERE row = ANY(%(rows)s)"

CHANGED = f"""
SELECT t.number, jsonb_object_agg(d.field, d.before), jsonb_object_agg(d.field, d.after)
FROM {{relation}} s
JOIN receivables_dispute t ON t.number = s.number
CROSS JOIN LATERAL (VALUES {
    ", ".join(
        f"('{name}', to_jsonb(t.{name}), to_jsonb({value}))"
        for name, value in zip(_FIELDS, _STAGED, strict=True)
    )
}) d(field, before, after)
WHERE d.before IS DISTINCT FROM d.after
GROUP BY t.number ORDER BY 1
"""

DIFFERING = f"""
SELECT t.* FROM {{relation}} s
JOIN receivables_dispute t ON t.number = s.number
WHERE {_DIFFERS}
"""

UPDATE = f"""
UPDATE receivables_dispute t
SET ({", ".join(_FIELDS)}, batch_id, changed_xid)
  = ({", ".join(_STAGED)}, %(batch)s, pg_current_xact_id())
FROM {{relation}} s
WHERE t.number = s.number AND {_DIFFERS}
"""

INSERT = f"""
INSERT INTO receivables_dispute (number, {", ".join(_FIELDS)}, batch_id)
SELECT s.number, {", ".join(_STAGED)}, %(batch)s
FROM {{relation}} s
WHERE NOT EXISTS (SELECT FROM receivables_dispute t WHERE t.number = s.number)
ORDER BY s.row
"""

_ON = """
    FROM receivables_dispute dp
    WHERE dp.invoice_id = {item}.id AND dp.opened_date <= %(as_of)s
      AND (dp.closed_date IS NULL OR dp.closed_date > %(as_of)s)
"""
# Whether an item `i` is contested at the end of a day.
IS_DISPUTED = f"EXISTS (SELECT {_ON.format(item='i')})"
# What is contested of the items `s` of one page, in the document's currency, at most what is open.
DISPUTED = f"""
    least(greatest(s.open_minor, 0),
          coalesce((SELECT sum(dp.amount_minor) {_ON.format(item="s")})::bigint, 0))
"""
