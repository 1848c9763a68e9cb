"""The statement that reads everything a verdict depends on, and who may ask for it.

Its cost follows the distinct days of the ladder, not the items behind them. A ladder of a group is
read only where the group has a limit of its own.
"""

_LADDER = "coalesce(json_agg(json_build_array(day, minor) ORDER BY day), '[]'::json)"

_RESERVED_BY_DAY = f"""
    (WITH RECURSIVE below AS (
        SELECT a.id
        UNION ALL
        SELECT x.id FROM exposure_account x JOIN below b ON x.parent_id = b.id WHERE x.in_group
    )
    SELECT {_LADDER} FROM (
        SELECT r.day, sum(r.open_minor)::bigint AS minor
        FROM below b JOIN exposure_rung r ON r.account_id = b.id
        WHERE r.counter = 'reserved' AND r.open_minor <> 0
        GROUP BY r.day
    ) days)
"""

_PATH = f"""
    (SELECT json_agg(json_build_array(
        a.id, CASE WHEN a.group_id IS NULL THEN 'customer' ELSE 'group' END,
        coalesce(g.code, nc.code), coalesce(g.name, nc.name), a.mode, a.limit_minor,
        a.reserved_minor, a.delivered_minor, a.receivable_minor, a.bills_minor, a.deposits_minor,
        CASE a.mode WHEN 'unlimited' THEN '[]'::json ELSE {_RESERVED_BY_DAY} END,
        a.halted_at IS NOT NULL
     ) ORDER BY p.place)
     FROM unnest(leaf.id || leaf.ancestors) WITH ORDINALITY AS p(id, place)
     JOIN exposure_account a ON a.id = p.id
     LEFT JOIN parties_group g ON g.id = a.group_id
     LEFT JOIN parties_customer nc ON nc.id = a.customer_id)
"""

_OWED_BY_DAY = f"""
    (SELECT {_LADDER} FROM (
        SELECT r.day, sum(r.open_minor)::bigint AS minor
        FROM exposure_rung r
        WHERE r.account_id = leaf.id AND r.counter IN ('receivable', 'bills') AND r.open_minor <> 0
        GROUP BY r.day
        HAVING sum(r.open_minor) <> 0
    ) days)
"""

_GROUPS = """
    (WITH RECURSIVE above AS (
        SELECT g.id, g.code, g.parent_id, 1 AS height FROM parties_group g WHERE g.id = c.group_id
        UNION ALL
        SELECT g.id, g.code, g.parent_id, a.height + 1
        FROM parties_group g JOIN above a ON g.id = a.parent_id
    )
    SELECT coalesce(json_agg(code ORDER BY height), '[]'::json) FROM above)
"""

_STANDING = """
    (SELECT json_build_object(
        'dunning_level', st.dunning_level, 'insured_minor', st.insured_minor,
        'insured_until', st.insured_until, 'review_due', st.review_due,
        'limit_valid_to', st.limit_valid_to, 'payment_index', st.payment_index,
        'status', st.status, 'blocks', st.blocks, 'tier', st.tier, 'grade', st.grade)
     FROM exposure_standing st WHERE st.account_id = leaf.id)
"""

# The reservation a decision led to, or what is left of it since part was invoiced: its key says so.
PENDING = """
    CROSS JOIN LATERAL (
        SELECT p.* FROM exposure_pending p WHERE p.entry_id = d.reservation_id
        UNION ALL
        SELECT p.* FROM exposure_entry x JOIN exposure_pending p ON p.entry_id = x.id
        WHERE x.key >= 'rest:' || d.id || ':' AND x.key < 'rest:' || d.id || ';'
    ) p
"""

# What the books hold of the document already, so that it counts once: of an order of ours in its
# own currency what is approved, delivered or invoiced, whichever is most; of another system's
# document, in the account's currency, what is reserved and not resolved yet.
_HELD = f"""
    (SELECT json_build_array(o.id, o.reservation_id, greatest(
                o.invoiced_minor, CASE WHEN NOT o.is_prepaid THEN o.shipped_minor END,
                CASE WHEN NOT o.is_prepaid THEN o.approved_minor END), o.currency)
     FROM orders_order o
     WHERE %(kind)s IN ('order', 'delivery') AND o.number = %(number)s AND o.customer_id = c.id),
    (SELECT json_build_array(NULL, p.entry_id, p.reserved_minor, NULL)
     FROM orders_decision d {PENDING}
     WHERE d.document_kind = %(kind)s AND d.document_number = %(number)s AND %(number)s <> ''
       AND d.customer_id = c.id AND d.order_id IS NULL
     ORDER BY d.id DESC LIMIT 1)
"""

_RELEASE = """
    (SELECT json_build_array(l.id, l.amount_minor, l.excess_minor, l.covers, h.point, l.until, l.by)
     FROM orders_order o
     JOIN orders_release l ON l.order_id = o.id
     JOIN orders_hold h ON h.id = l.hold_id
     WHERE o.number = %(number)s AND o.customer_id = c.id AND l.revoked_at IS NULL
     ORDER BY l.id DESC LIMIT 1)
"""

_TERMS = """
    (SELECT p.terms_days FROM limits_latest l JOIN limits_proposal p ON p.id = l.proposal_id
     WHERE l.customer_id = c.id)
"""

FACTS = f"""
SELECT nextval('orders_decision_id_seq') AS decision_id,
       c.id, c.code, c.name, c.owner_id, c.department_id, {_GROUPS} AS groups,
       lt.tier, lt.grade, {_TERMS} AS terms_days,
       leaf.id AS account_id, leaf.currency, {_PATH} AS path, {_OWED_BY_DAY} AS owed,
       {_STANDING} AS standing, coalesce({_HELD}) AS held, {_RELEASE} AS release,
       (SELECT json_build_array(e.id, e.decision_id) FROM exposure_entry e WHERE e.key = %(key)s)
           AS known,
       (SELECT v.digest FROM definitions_version v
        JOIN definitions_definition k ON k.id = v.definition_id
        WHERE k.kind = 'credit_rules' AND k.key = 'default' AND v.state = 'published') AS digest
FROM parties_customer n
JOIN parties_customer c ON c.id = coalesce(n.merged_into_id, n.id)
LEFT JOIN limits_latest lt ON lt.customer_id = c.id
LEFT JOIN exposure_segment s ON s.code = %(segment)s
LEFT JOIN exposure_account leaf ON leaf.customer_id = c.id AND leaf.segment_id = s.id
WHERE n.id = %(customer)s
"""

JSON = frozenset({"groups", "path", "owed", "standing", "held", "release", "known"})

# The accounts an order counts in, locked in id order as the ledger's trigger does it.
LOCK_PATH = """
SELECT a.id
FROM exposure_account a
WHERE a.id IN (
    SELECT unnest(l.id || l.ancestors)
    FROM orders_order o
    JOIN exposure_account l ON l.customer_id = o.customer_id AND l.segment_id = o.segment_id
    WHERE o.number = %(number)s
)
ORDER BY a.id
FOR NO KEY UPDATE
"""

ACCOUNT_OF = """
SELECT coalesce(a.merged_into_id, a.id)
FROM orders_order o
JOIN exposure_account a ON a.customer_id = o.customer_id AND a.segment_id = o.segment_id
WHERE o.id = %(order)s
"""

# Orders whose invoiced part is another one by now: valid invoices that name them, of the same
# customer and currency. `relation` names orders by number.
ANY_ORDER = "SELECT EXISTS (SELECT FROM orders_order), (now() AT TIME ZONE %s)::date"

TOUCHED = """
SELECT o.id, o.number, o.customer_id, coalesce(a.merged_into_id, a.id), o.currency, o.amount_minor,
       o.approved_minor, o.shipped_minor, o.invoiced_minor, o.status, o.is_prepaid,
       o.reservation_id, o.delivered_minor, o.ship_date, o.decision_id, o.credit, o.version,
       x.invoiced
FROM (SELECT DISTINCT order_number FROM {relation}) n
JOIN orders_order o ON o.number = n.order_number
JOIN exposure_account a ON a.customer_id = o.customer_id AND a.segment_id = o.segment_id
CROSS JOIN LATERAL (
    SELECT coalesce(sum(i.amount_minor), 0)::bigint AS invoiced
    FROM receivables_invoice i
    WHERE i.order_number = o.number AND i.order_number <> '' AND i.customer_id = o.customer_id
      AND i.currency = o.currency AND i.kind = 'invoice' AND i.status = 'valid'
) x
WHERE x.invoiced <> o.invoiced_minor
ORDER BY o.id
FOR NO KEY UPDATE OF o
"""

# What other systems reserved for, or posted as delivered of, documents that invoices name.
TOUCHED_ELSEWHERE = f"""
SELECT d.id, e.source, coalesce(a.merged_into_id, a.id), e.document_currency, d.amount_minor,
       p.entry_id, e.ship_date, e.expires_at, h.document_minor, coalesce(v.minor, 0)::bigint,
       coalesce(post.document_minor, 0)::bigint, (
           SELECT coalesce(sum(i.amount_minor), 0) FROM receivables_invoice i
           WHERE i.order_number = d.document_number AND i.order_number <> ''
             AND i.customer_id = d.customer_id AND i.currency = d.currency
             AND i.kind = 'invoice' AND i.status = 'valid')::bigint
FROM (SELECT DISTINCT order_number FROM {{relation}}) n
JOIN orders_decision d ON d.document_number = n.order_number AND d.document_kind = 'order'
 AND d.order_id IS NULL AND d.reservation_id IS NOT NULL
JOIN exposure_entry e ON e.id = d.reservation_id
JOIN exposure_account a ON a.id = e.account_id
{PENDING.replace("CROSS JOIN LATERAL", "LEFT JOIN LATERAL").rstrip()} ON true
LEFT JOIN exposure_entry h ON h.id = p.entry_id
LEFT JOIN exposure_entry post ON post.resolves_id = e.id AND post.kind = 'POST'
LEFT JOIN LATERAL (
    SELECT sum(CASE WHEN x.delivered_minor < 0 THEN -x.document_minor ELSE x.document_minor END)
           AS minor
    FROM exposure_entry x WHERE x.source = e.source AND x.delivered_minor <> 0
) v ON post.id IS NOT NULL
WHERE p.entry_id IS NOT NULL OR post.delivered_minor <> 0
ORDER BY d.id
"""

FOLLOW = """
UPDATE orders_order o
SET invoiced_minor = n.invoiced, status = n.status, credit = n.credit,
    reservation_id = n.reservation_id, delivered_minor = n.delivered, version = o.version + 1,
    changed_xid = pg_current_xact_id()
FROM (
    SELECT unnest(%s::bigint[]) AS id, unnest(%s::bigint[]) AS invoiced,
           unnest(%s::text[]) AS status, unnest(%s::text[]) AS credit,
           unnest(%s::bigint[]) AS reservation_id, unnest(%s::bigint[]) AS delivered
) n
WHERE o.id = n.id
"""

WITHDRAW = """
UPDATE orders_hold SET state = 'withdrawn', closed_at = now(), closed_by = %s,
    changed_xid = pg_current_xact_id()
WHERE order_id = ANY(%s) AND state = 'open'
"""

# Open holds whose grounds may have moved since they were looked at: what the customer or a group
# above uses, may use or is known for, the rules, or the day. Holds by hand are left alone.
STALE_HOLDS = """
SELECT o.number, o.customer_id
FROM orders_hold h
JOIN orders_order o ON o.id = h.order_id
JOIN orders_decision d ON d.id = h.latest_id
JOIN exposure_account a ON a.customer_id = o.customer_id AND a.segment_id = o.segment_id
LEFT JOIN exposure_standing s ON s.account_id = a.id
WHERE h.state = 'open' AND NOT h.is_forced AND (
    h.looked_on IS DISTINCT FROM %(today)s
    OR d.versions ->> 'credit_rules' <> %(rules)s
    OR s.changed_xid > h.changed_xid
    OR EXISTS (SELECT FROM exposure_account p
               WHERE p.id = ANY(a.id || a.ancestors) AND p.changed_xid > h.changed_xid))
ORDER BY h.opened_at, h.id
"""

# Keys of entries, and documents, that the books know already.
KNOWN = """
SELECT e.key FROM exposure_entry e WHERE e.key = ANY(%(keys)s)
UNION
SELECT n.kind || ':' || n.number
FROM unnest(%(kinds)s::text[], %(numbers)s::text[]) AS n(kind, number)
WHERE n.number <> '' AND (
    EXISTS (SELECT FROM orders_order o WHERE o.number = n.number)
    OR EXISTS (SELECT FROM orders_decision d
               WHERE d.document_kind = n.kind AND d.document_number = n.number
                 AND d.reservation_id IS NOT NULL))
"""
