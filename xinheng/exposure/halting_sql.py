"""Which documents stand behind a difference, and the halt of an account."""

# Entries on the days of the ladder that differ, else what was booked last.
SUSPECTS = """
WITH moved AS (
    SELECT c.counter, c.day, sum(c.minor)::bigint AS minor,
           array_agg(DISTINCT e.source) AS sources
    FROM exposure_entry e
    CROSS JOIN LATERAL (
        VALUES ('reserved', e.ship_date, e.reserved_minor),
               ('delivered', e.ship_date, e.delivered_minor),
               ('receivable', e.due_date, e.receivable_minor),
               ('bills', e.due_date, e.bills_minor),
               ('deposits', NULL, e.deposits_minor)
    ) AS c(counter, day, minor)
    WHERE e.account_id = %(account)s AND c.minor <> 0
    GROUP BY c.counter, c.day
), wrong AS (
    SELECT unnest(m.sources) AS source
    FROM moved m
    LEFT JOIN exposure_rung r
      ON r.account_id = %(account)s AND r.counter = m.counter AND r.day IS NOT DISTINCT FROM m.day
    WHERE coalesce(r.open_minor, 0) <> m.minor
), latest AS (
    SELECT source FROM exposure_entry WHERE account_id = %(account)s ORDER BY id DESC LIMIT 5
)
SELECT source FROM (
    SELECT DISTINCT source FROM wrong
    UNION SELECT source FROM latest WHERE NOT EXISTS (SELECT FROM wrong)
) found
ORDER BY source LIMIT 5
"""

HALT = """
UPDATE exposure_account
SET halted_at = statement_timestamp(), halt_reason = %(reason)s, changed_xid = pg_current_xact_id()
WHERE id = %(account)s AND halted_at IS NULL
RETURNING customer_id
"""

RESUME = """
UPDATE exposure_account
SET halted_at = NULL, halt_reason = '', changed_xid = pg_current_xact_id()
WHERE id = %(account)s AND halted_at IS NOT NULL
"""
