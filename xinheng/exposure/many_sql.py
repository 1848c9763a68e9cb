"""Statements of acts over many accounts: lock their paths, read where they stand."""

ACCOUNTS = """
SELECT n.id AS named, a.id, a.currency, c.owner_id, c.department_id
FROM exposure_account n
JOIN exposure_account a ON a.id = coalesce(n.merged_into_id, n.id)
LEFT JOIN parties_customer c ON c.id = a.customer_id
WHERE n.id = ANY(%s)
"""

# In id order, as the trigger does.
LOCK = """
SELECT a.id, a.mode, a.currency, CASE a.mode WHEN 'none' THEN 0 ELSE a.limit_minor END,
       a.reserved_minor + a.delivered_minor + a.receivable_minor + a.bills_minor - a.deposits_minor,
       a.halted_at IS NOT NULL
FROM exposure_account a
WHERE a.id IN (
    SELECT unnest(l.id || l.ancestors) FROM exposure_account l WHERE l.id = ANY(%s)
)
ORDER BY a.id
FOR NO KEY UPDATE
"""

# The path of a reservation's account, before anything is read about it.
LOCK_RESERVED = """
SELECT count(*) FROM (
    SELECT a.id
    FROM exposure_account a
    WHERE a.id IN (
        SELECT unnest(h.id || h.ancestors)
        FROM exposure_entry r
        JOIN exposure_account n ON n.id = r.account_id
        JOIN exposure_account h ON h.id = coalesce(n.merged_into_id, n.id)
        WHERE r.id = %s
    )
    ORDER BY a.id
    FOR NO KEY UPDATE
) locked
"""

PATHS = "SELECT id, id || ancestors FROM exposure_account WHERE id = ANY(%s)"

OPEN = """
SELECT r.id, p.reserved_minor, r.document_minor, r.document_currency, r.rate, r.rate_date,
       r.ship_date, r.expires_at, coalesce(r.expires_at <= statement_timestamp(), false),
       coalesce(n.merged_into_id, n.id)
FROM exposure_pending p
JOIN exposure_entry r ON r.id = p.entry_id
JOIN exposure_account n ON n.id = r.account_id
WHERE p.entry_id = ANY(%s)
"""

DELIVERED = """
SELECT e.source, e.ship_date, sum(e.delivered_minor)::bigint,
       sum(sign(e.delivered_minor) * e.document_minor)::bigint,
       (array_agg(e.rate ORDER BY e.id))[1], (array_agg(e.rate_date ORDER BY e.id))[1]
FROM exposure_entry e
WHERE e.source = ANY(%s) AND e.delivered_minor <> 0
GROUP BY e.source, e.ship_date
HAVING sum(e.delivered_minor) <> 0
"""

BOOKED = """
SELECT e.key, e.id, e.kind, coalesce(n.merged_into_id, n.id), e.source, e.document_minor,
       e.document_currency,
       EXISTS (SELECT FROM exposure_pending p WHERE p.entry_id = e.id)
FROM exposure_entry e JOIN exposure_account n ON n.id = e.account_id
WHERE e.key = ANY(%s)
"""

STAGED = """
SELECT account_id, source, currency, effective_date, key, reservation_id, target_minor,
       delivered_minor, ship_date, expires_at, authority, excess_minor, decision_id
FROM {relation}
ORDER BY row
"""
