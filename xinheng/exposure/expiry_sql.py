"""The statements by which reservations run out. The database's clock decides, nobody else's.

The index of pending reservations by expiry holds open ones alone, so looking for the overdue
costs what is overdue.
"""

_OVERDUE = "p.expires_at <= statement_timestamp()"

# Those that share a node with one of these accounts' paths.
ON_PATHS = """
  AND (held.id || held.ancestors) && (
      SELECT array_agg(DISTINCT node.id)
      FROM exposure_account asked CROSS JOIN unnest(asked.id || asked.ancestors) AS node(id)
      WHERE asked.id = ANY(%(ids)s)
  )
"""

EVERYWHERE = ""

_FROM = f"""
    FROM exposure_pending p
    JOIN exposure_account n ON n.id = p.account_id
    JOIN exposure_account held ON held.id = coalesce(n.merged_into_id, n.id)
    WHERE {_OVERDUE}
"""

ARE_OVERDUE = f"SELECT EXISTS (SELECT {_FROM} {ON_PATHS})"

FIND = f"""
SELECT p.entry_id, held.id {_FROM} {{where}} ORDER BY p.expires_at, p.entry_id LIMIT %(most)s
"""

# Those that somebody posted or voided before the locks were had are pending no more.
EXPIRE = f"""
WITH overdue AS (
    SELECT p.entry_id, p.reserved_minor, held.id AS account_id
    {_FROM} AND p.entry_id = ANY(%(entries)s)
)
INSERT INTO exposure_entry (account_id, kind, effective_date, ship_date, reserved_minor,
    document_minor, document_currency, rate, rate_date, resolves_id, source, key)
SELECT o.account_id, 'EXPIRE', greatest(%(on)s::date, r.effective_date), r.ship_date,
       -o.reserved_minor, r.document_minor, r.document_currency, r.rate, r.rate_date, r.id,
       r.source, 'expire:' || r.id
FROM overdue o JOIN exposure_entry r ON r.id = o.entry_id
ORDER BY r.id
ON CONFLICT DO NOTHING
RETURNING resolves_id, account_id, source, -reserved_minor
"""
