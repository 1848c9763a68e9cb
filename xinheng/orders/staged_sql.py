"""Staged rows become orders: judge them, compare with the books, write what is new.

Working tables live for one transaction and begin with ord_.
"""

DROP = "DROP TABLE IF EXISTS ord_given, ord_number"

STAGE = """
CREATE TEMP TABLE ord_given ON COMMIT DROP AS
SELECT s.row, s.number, s.customer_id, s.order_date, s.ship_date, s.amount_minor,
       coalesce(s.currency, 'CNY') AS currency, coalesce(s.terms, '') AS terms,
       coalesce(s.status, 'open') AS status, coalesce(s.segment, 'main') AS segment,
       NULL::bigint AS order_id
FROM {relation} s
"""

SEGMENTS = "SELECT DISTINCT s.code FROM ord_given g JOIN exposure_segment s ON s.code = g.segment"

# The first thing that is wrong with a row.
FAULTS = """
SELECT g.row, g.number, CASE
           WHEN c.id IS NULL THEN 'forbidden'
           WHEN g.amount_minor <= 0 THEN 'amount'
           WHEN s.id IS NULL THEN 'segment'
           ELSE 'differs'
       END, g.segment
FROM ord_given g
LEFT JOIN parties_customer c ON c.id = g.customer_id
     AND (%(all)s OR c.owner_id = %(owner)s OR c.department_id = ANY(%(departments)s))
LEFT JOIN exposure_segment s ON s.code = g.segment
LEFT JOIN orders_order o ON o.number = g.number
WHERE c.id IS NULL OR g.amount_minor <= 0 OR s.id IS NULL OR (o.id IS NOT NULL AND
      (o.customer_id, o.segment_id, o.currency) <> (g.customer_id, s.id, g.currency))
ORDER BY g.row
"""

FOREIGN = """
SELECT DISTINCT g.currency, a.currency
FROM ord_given g
JOIN exposure_segment s ON s.code = g.segment
JOIN exposure_account a ON a.customer_id = g.customer_id AND a.segment_id = s.id
WHERE g.currency <> a.currency
"""
WITHOUT_RATE = """
DELETE FROM ord_given g USING exposure_account a, exposure_segment s
WHERE a.customer_id = g.customer_id AND s.id = a.segment_id AND s.code = g.segment
  AND g.currency = %s AND a.currency = %s
RETURNING g.row
"""

REFUSE = "DELETE FROM ord_given WHERE row = ANY(%s)"

# Paths first, as everywhere; then the orders that are there already.
LOCK = """
WITH path AS (
    SELECT a.id FROM exposure_account a
    WHERE a.id IN (
        SELECT unnest(l.id || l.ancestors) FROM exposure_account l
        WHERE l.customer_id IN (SELECT customer_id FROM ord_given)
    )
    ORDER BY a.id FOR NO KEY UPDATE
)
SELECT count(*) FROM path
"""
KNOWN = """
UPDATE ord_given g SET order_id = o.id
FROM (SELECT id, number FROM orders_order WHERE number IN (SELECT number FROM ord_given)
      ORDER BY id FOR NO KEY UPDATE) o
WHERE o.number = g.number
"""

# A status of the file only carries an order on; cancelling and taking up again go both ways.
_RANK = "array_position(ARRAY['open', 'shipped', 'invoiced'], {})"
IS_CHANGED = f"""
    (o.order_date, o.ship_date, o.amount_minor, o.terms) IS DISTINCT FROM
        (g.order_date, coalesce(g.ship_date, o.ship_date), g.amount_minor, g.terms)
    OR ((g.status = 'cancelled') <> (o.status = 'cancelled')
        AND NOT (g.status = 'cancelled' AND o.status IN ('shipped', 'invoiced')))
    OR {_RANK.format("g.status::text")} > {_RANK.format("o.status::text")}
"""
COUNT = f"""
SELECT count(*) FILTER (WHERE g.order_id IS NULL),
       count(*) FILTER (WHERE g.order_id IS NOT NULL AND ({IS_CHANGED})), count(*)
FROM ord_given g LEFT JOIN orders_order o ON o.id = g.order_id
"""
CHANGED = f"""
SELECT g.row, g.number, g.order_date, g.ship_date, g.amount_minor, g.terms, g.status
FROM ord_given g JOIN orders_order o ON o.id = g.order_id
WHERE {IS_CHANGED}
ORDER BY g.row
"""
IMAGES = f"""
SELECT o.id::text, o.batch_id, to_jsonb(o)
FROM ord_given g JOIN orders_order o ON o.id = g.order_id
WHERE {IS_CHANGED}
"""

# What the file calls shipped or invoiced has left the house; an open one waits for its decision.
INSERT = """
INSERT INTO orders_order (number, customer_id, segment_id, order_date, ship_date, terms, currency,
    amount_minor, shipped_minor, is_prepaid, status, credit, batch_id)
SELECT g.number, g.customer_id, s.id, g.order_date, g.ship_date, g.terms, g.currency,
       g.amount_minor, CASE WHEN g.status IN ('shipped', 'invoiced') THEN g.amount_minor ELSE 0 END,
       g.terms = ANY(%(prepaid)s), g.status,
       CASE g.status WHEN 'open' THEN 'held' ELSE 'approved' END, %(batch)s
FROM ord_given g JOIN exposure_segment s ON s.code = g.segment
WHERE g.order_id IS NULL
ORDER BY g.row
RETURNING id, number, status
"""

NUMBERS = """
CREATE TEMP TABLE ord_number ON COMMIT DROP AS
SELECT number AS order_number FROM ord_given WHERE order_id IS NULL
"""

# Shipped, not invoiced, and not in the ledger yet.
UNDELIVERED = """
SELECT o.id, o.number, coalesce(a.merged_into_id, a.id), o.currency, o.ship_date, o.version,
       greatest(o.shipped_minor - o.invoiced_minor, 0)
FROM orders_order o
JOIN exposure_account a ON a.customer_id = o.customer_id AND a.segment_id = o.segment_id
WHERE o.id = ANY(%s) AND o.status = 'shipped' AND NOT o.is_prepaid AND o.delivered_minor = 0
  AND o.shipped_minor > o.invoiced_minor
ORDER BY o.id
"""
DELIVERED = """
UPDATE orders_order o SET delivered_minor = n.delivered, version = o.version + 1,
    changed_xid = pg_current_xact_id()
FROM (SELECT unnest(%s::bigint[]) AS id, unnest(%s::bigint[]) AS delivered) n
WHERE o.id = n.id
"""

# Rows of a batch, the ones it made and the ones it changed, unless something came later.
OF_BATCH = """
SELECT o.number, f.was, o.changed_xid NOT IN (
           SELECT e.xid8 FROM journal_event e WHERE e.object = 'batch:' || %(batch)s) AS is_later
FROM orders_order o
LEFT JOIN journal_former f
  ON f.batch_id = %(batch)s AND f."table" = 'orders_order' AND f.row = o.id::text
WHERE o.batch_id = %(batch)s OR f.row IS NOT NULL
ORDER BY o.number
"""
