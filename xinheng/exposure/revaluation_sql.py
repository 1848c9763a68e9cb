"""What is open in another currency than its account's, and the entries that restate it."""

# Accounts that may hold something foreign; the next ones after `after`.
ACCOUNTS = """
SELECT DISTINCT held.id
FROM exposure_pending p
JOIN exposure_entry r ON r.id = p.entry_id
JOIN exposure_account n ON n.id = p.account_id
JOIN exposure_account held ON held.id = coalesce(n.merged_into_id, n.id)
WHERE r.document_currency <> held.currency AND held.id > %(after)s
UNION
SELECT DISTINCT a.id
FROM exposure_account a
JOIN exposure_entry e ON e.account_id = a.id AND e.delivered_minor <> 0
WHERE a.delivered_minor <> 0 AND a.customer_id IS NOT NULL
  AND e.document_currency <> a.currency AND a.id > %(after)s
ORDER BY 1 LIMIT %(most)s
"""

RESERVED = """
SELECT held.id, held.currency, r.id, r.source, r.ship_date, r.document_currency, r.document_minor,
       p.reserved_minor
FROM exposure_pending p
JOIN exposure_entry r ON r.id = p.entry_id
JOIN exposure_account n ON n.id = p.account_id
JOIN exposure_account held ON held.id = coalesce(n.merged_into_id, n.id)
WHERE held.id = ANY(%(ids)s) AND r.document_currency <> held.currency
  AND r.effective_date <= %(on)s
"""

DELIVERED = """
SELECT a.id, a.currency, NULL::bigint, e.source, e.ship_date, e.document_currency,
       sum(sign(e.delivered_minor) * e.document_minor)::bigint, sum(e.delivered_minor)::bigint
FROM exposure_entry e JOIN exposure_account a ON a.id = e.account_id
WHERE a.id = ANY(%(ids)s) AND e.delivered_minor <> 0 AND e.document_currency <> a.currency
GROUP BY a.id, a.currency, e.source, e.ship_date, e.document_currency
HAVING sum(sign(e.delivered_minor) * e.document_minor) > 0
"""

INSERT = """
INSERT INTO exposure_entry (account_id, kind, effective_date, ship_date, reserved_minor,
    delivered_minor, document_minor, document_currency, rate, rate_date, revalues_id, source, key)
SELECT account_id, 'REVALUE', %s, ship_date, reserved, delivered, 0, currency, rate, rate_date,
       revalues, source, key
FROM unnest(%s::bigint[], %s::date[], %s::bigint[], %s::bigint[], %s::text[], %s::numeric[],
            %s::date[], %s::bigint[], %s::text[], %s::text[])
     AS x(account_id, ship_date, reserved, delivered, currency, rate, rate_date, revalues, source,
          key)
WHERE NOT EXISTS (SELECT FROM exposure_entry e WHERE e.key = x.key)
RETURNING account_id, reserved_minor + delivered_minor
"""
