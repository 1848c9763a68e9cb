"""The statements by which one customer's accounts empty into another's, and fill again.

Entries without a key are documents of receivables, which moves those itself. What carries a key is
moved here: each open reservation by a pair of entries that names it, everything else summed by its
days, so that the position of every past day moves along.
"""

from xinheng.exposure.rules import COUNTERS

_SUMS = ", ".join(f"sum({counter}_minor)::bigint AS {counter}_minor" for counter in COUNTERS)
_ALL = ", ".join(f"{counter}_minor" for counter in COUNTERS)
_MOVED = ", ".join(f"side.sign * l.{counter}_minor" for counter in COUNTERS)
_NET = (
    "l.reserved_minor + l.delivered_minor + l.receivable_minor + l.bills_minor - l.deposits_minor"
)
_ANY = " OR ".join(f"sum({counter}_minor) <> 0" for counter in COUNTERS)
_NOTHING = ", ".join("0::bigint" for _ in COUNTERS[1:])

SEGMENTS = """
SELECT s.code FROM exposure_account a JOIN exposure_segment s ON s.id = a.segment_id
WHERE a.customer_id = %(source)s ORDER BY s.code
"""

OTHER_CURRENCY = """
SELECT a.currency, t.currency
FROM exposure_account a
JOIN exposure_account t ON t.segment_id = a.segment_id AND t.customer_id = %(target)s
WHERE a.customer_id = %(source)s AND a.currency <> t.currency
LIMIT 1
"""

_PAIRS = """
    pair AS (
        SELECT a.id AS source_id, t.id AS target_id, a.currency
        FROM exposure_account a
        JOIN exposure_account t ON t.segment_id = a.segment_id AND t.customer_id = %(target)s
        WHERE a.customer_id = %(source)s
    )
"""

_INSERT = f"""
INSERT INTO exposure_entry (account_id, kind, effective_date, ship_date, due_date, {_ALL},
    document_minor, document_currency, rate, source, key)
SELECT CASE side.sign WHEN 1 THEN l.target_id ELSE l.source_id END, 'MOVE', l.effective_date,
       l.ship_date, l.due_date, {_MOVED}, side.sign * ({_NET}), l.currency, 1, l.source,
       l.key || CASE side.sign WHEN 1 THEN ':in' ELSE ':out' END
FROM line l CROSS JOIN (VALUES (-1), (1)) AS side(sign)
"""

EMPTY = f"""
WITH {_PAIRS}, held AS (
    SELECT p.source_id, p.target_id, p.currency, r.id, r.effective_date, r.ship_date,
           r.reserved_minor
    FROM pair p
    JOIN exposure_account f ON f.id = p.source_id OR f.merged_into_id = p.source_id
    JOIN exposure_entry r ON r.account_id = f.id AND r.kind = 'RESERVE'
    WHERE NOT EXISTS (SELECT FROM exposure_entry x WHERE x.resolves_id = r.id)
), booked AS (
    SELECT p.source_id, p.target_id, p.currency, e.effective_date, e.ship_date, e.due_date,
           {", ".join(f"e.{counter}_minor" for counter in COUNTERS)}
    FROM pair p JOIN exposure_entry e ON e.account_id = p.source_id AND e.key IS NOT NULL
    UNION ALL
    SELECT source_id, target_id, currency, effective_date, ship_date, NULL, -reserved_minor,
           {_NOTHING}
    FROM held
), summed AS (
    SELECT source_id, target_id, currency, effective_date, ship_date, due_date, {_SUMS}
    FROM booked
    GROUP BY source_id, target_id, currency, effective_date, ship_date, due_date
    HAVING {_ANY}
), line AS (
    SELECT s.*, %(name)s AS source, %(name)s || ':' || row_number() OVER () AS key FROM summed s
    UNION ALL
    SELECT source_id, target_id, currency, effective_date, ship_date, NULL, reserved_minor,
           {_NOTHING}, 'reservation:' || id, %(name)s || ':r' || id
    FROM held
)
{_INSERT}
"""

# What a merge moved in goes back, except reservations that were posted or voided since.
REFILL = f"""
WITH {_PAIRS}, line AS (
    SELECT p.target_id AS source_id, p.source_id AS target_id, p.currency, e.effective_date,
           e.ship_date, e.due_date, {", ".join(f"e.{counter}_minor" for counter in COUNTERS)},
           e.source, 'undo:' || substr(e.key, 1, length(e.key) - 3) AS key
    FROM exposure_entry e
    JOIN pair p ON p.target_id = e.account_id
    WHERE e.key >= %(name)s || ':' AND e.key < %(name)s || ';' AND right(e.key, 3) = ':in'
      AND NOT (e.source LIKE 'reservation:%%' AND EXISTS (
          SELECT FROM exposure_entry x WHERE x.resolves_id = split_part(e.source, ':', 2)::bigint
      ))
)
{_INSERT}
"""

CLOSE = f"""
WITH {_PAIRS}
UPDATE exposure_account a
SET merged_into_id = p.target_id, changed_xid = pg_current_xact_id()
FROM pair p
WHERE a.id = p.source_id OR a.merged_into_id = p.source_id
RETURNING p.source_id, a.id
"""

OPEN_AGAIN = """
UPDATE exposure_account
SET merged_into_id = CASE WHEN id = %(account)s THEN NULL ELSE %(account)s END,
    changed_xid = pg_current_xact_id()
WHERE id = ANY(%(ids)s)
"""
