"""The SQL of the ledger. A reservation is two statements: LOAD_ACCOUNT, then one INSERT.

The INSERT fires the trigger of migration 0002, which locks, adds up, guards and keeps the ladder.
"""

from collections.abc import Sequence
from typing import Any

from xinheng.exposure.rules import COUNTERS, Counter, Line

# An account that was taken over in a merge stands for the one that took it.
LOAD_ACCOUNT = """
SELECT a.id, a.currency, c.owner_id, c.department_id
FROM exposure_account n
JOIN exposure_account a ON a.id = coalesce(n.merged_into_id, n.id)
LEFT JOIN parties_customer c ON c.id = a.customer_id
WHERE n.id = %s
"""

LOAD_RESERVATION = """
SELECT r.id, a.id, a.currency,
       coalesce(p.reserved_minor,
                (SELECT -x.reserved_minor FROM exposure_entry x WHERE x.resolves_id = r.id)),
       r.document_minor, r.document_currency,
       r.rate, r.rate_date, r.effective_date, r.ship_date, r.expires_at, r.source,
       c.owner_id, c.department_id,
       EXISTS (SELECT FROM exposure_entry e WHERE e.key = %s) AS is_known,
       p.entry_id IS NOT NULL AS is_open,
       coalesce(r.expires_at <= statement_timestamp(), false) AS is_overdue
FROM exposure_entry r
LEFT JOIN exposure_pending p ON p.entry_id = r.id
JOIN exposure_account n ON n.id = r.account_id
JOIN exposure_account a ON a.id = coalesce(n.merged_into_id, n.id)
LEFT JOIN parties_customer c ON c.id = a.customer_id
WHERE r.id = %s AND r.kind = 'RESERVE'
"""

_COLUMNS = (
    "account_id",
    "kind",
    "effective_date",
    "ship_date",
    "due_date",
    *(f"{counter}_minor" for counter in COUNTERS),
    "document_minor",
    "document_currency",
    "rate",
    "rate_date",
    "excess_minor",
    "authority",
    "decision_id",
    "resolves_id",
    "expires_at",
    "source",
    "key",
)
# The same columns as arrays, for a statement of many entries.
_TYPES = (
    "bigint", "text", "date", "date", "date", *("bigint" for _ in COUNTERS),
    "bigint", "text", "numeric", "date", "bigint", "text", "bigint", "bigint", "timestamptz",
    "text", "text",
)  # fmt: skip

_INSERT = f"""
INSERT INTO exposure_entry ({", ".join(_COLUMNS)})
VALUES {{rows}}
ON CONFLICT (key) WHERE key IS NOT NULL DO NOTHING
RETURNING id, key
"""

# What was booked before a merge is asked for again in the name of the account that took it over.
INSERT_MANY = f"""
INSERT INTO exposure_entry ({", ".join(_COLUMNS)})
SELECT * FROM unnest({", ".join(f"%s::{kind}[]" for kind in _TYPES)})
ON CONFLICT (key) WHERE key IS NOT NULL DO NOTHING
RETURNING id, key
"""

FIND_BY_KEY = f"""
SELECT coalesce(a.merged_into_id, a.id), {", ".join(f"e.{name}" for name in _COLUMNS[1:])}, e.id
FROM exposure_entry e JOIN exposure_account a ON a.id = e.account_id
WHERE e.key = ANY(%s)
"""
KEY = _COLUMNS.index("key")

# Entries of documents that record their own identity carry no key.
APPEND_STAGED = """
INSERT INTO exposure_entry (account_id, kind, effective_date, due_date, receivable_minor,
    document_minor, document_currency, rate, rate_date, source, batch_id)
SELECT account_id, kind, effective_date, due_date, receivable_minor,
    document_minor, document_currency, rate, rate_date, source, %s
FROM {relation}
"""

LOCK_PATHS = """
SELECT count(*) FROM (
    SELECT a.id
    FROM exposure_account a
    WHERE a.id IN (
        SELECT unnest(l.id || l.ancestors)
        FROM exposure_account l
        WHERE l.customer_id IN (SELECT customer_id FROM {relation})
    )
    ORDER BY a.id
    FOR NO KEY UPDATE
) locked
"""

ENSURE_SEGMENT = """
    INSERT INTO exposure_segment (code, name, currency) VALUES (%(segment)s, %(segment)s, 'CNY')
    ON CONFLICT (code) DO NOTHING
"""

OPEN_GROUPS = """
    WITH RECURSIVE wanted AS (
        SELECT c.group_id AS id
        FROM parties_customer c
        WHERE c.group_id IS NOT NULL AND c.id IN (SELECT customer_id FROM {relation})
        UNION
        SELECT g.parent_id FROM parties_group g JOIN wanted w ON w.id = g.id
        WHERE g.parent_id IS NOT NULL
    )
    INSERT INTO exposure_account (segment_id, group_id, currency, mode, in_group)
    SELECT s.id, w.id, s.currency, 'unlimited', true
    FROM wanted w JOIN exposure_segment s ON s.code = %(segment)s
    ORDER BY w.id
    ON CONFLICT (group_id, segment_id) DO NOTHING
    RETURNING id
"""

OPEN_NAMED_GROUPS = OPEN_GROUPS.replace(
    """SELECT c.group_id AS id
        FROM parties_customer c
        WHERE c.group_id IS NOT NULL AND c.id IN (SELECT customer_id FROM {relation})""",
    "SELECT group_id AS id FROM {relation} WHERE group_id IS NOT NULL",
)

# In id order, as the trigger does.
LOCK_NAMED = """
SELECT count(*) FROM (
    SELECT a.id FROM exposure_account a WHERE a.id IN (SELECT account_id FROM {relation})
    ORDER BY a.id FOR NO KEY UPDATE
) locked
"""
_OTHER_LIMIT = """
    FROM {relation} r
    WHERE a.id = r.account_id
      AND (a.mode, a.limit_minor) IS DISTINCT FROM (r.mode, r.limit_minor)
"""
LIMITS_CHANGED = f"""
    SELECT a.id::text, jsonb_build_object('mode', a.mode, 'limit_minor', a.limit_minor),
           jsonb_build_object('mode', r.mode, 'limit_minor', r.limit_minor, 'reason', r.reason)
    FROM exposure_account a, {_OTHER_LIMIT.strip().removeprefix("FROM ")}
    ORDER BY a.id
"""
SET_LIMITS = f"""
    UPDATE exposure_account a
    SET mode = r.mode, limit_minor = r.limit_minor, changed_xid = pg_current_xact_id()
    {_OTHER_LIMIT}
    RETURNING a.id
"""

OPEN_CUSTOMERS = """
    INSERT INTO exposure_account (segment_id, customer_id, currency, mode, in_group)
    SELECT s.id, c.id, CASE WHEN c.group_id IS NULL THEN c.currency ELSE s.currency END,
           'none', true
    FROM parties_customer c JOIN exposure_segment s ON s.code = %(segment)s
    WHERE c.id IN (SELECT customer_id FROM {relation})
      AND NOT EXISTS (
          SELECT FROM exposure_account a WHERE a.customer_id = c.id AND a.segment_id = s.id
      )
    ORDER BY c.id
    ON CONFLICT (customer_id, segment_id) DO NOTHING
    RETURNING id
"""

# After both, because an account's ancestors need the rows above it.
PLACE_ACCOUNTS = """
    WITH RECURSIVE fresh AS (
        SELECT a.id, a.segment_id, coalesce(c.group_id, g.parent_id) AS above
        FROM exposure_account a
        LEFT JOIN parties_customer c ON c.id = a.customer_id
        LEFT JOIN parties_group g ON g.id = a.group_id
        WHERE a.id = ANY(%(opened)s) AND coalesce(c.group_id, g.parent_id) IS NOT NULL
    ), step AS (
        SELECT f.id, p.id AS node, g.parent_id AS above, f.segment_id, 1 AS height
        FROM fresh f
        JOIN exposure_account p ON p.group_id = f.above AND p.segment_id = f.segment_id
        JOIN parties_group g ON g.id = f.above
        UNION ALL
        SELECT s.id, p.id, g.parent_id, s.segment_id, s.height + 1
        FROM step s
        JOIN exposure_account p ON p.group_id = s.above AND p.segment_id = s.segment_id
        JOIN parties_group g ON g.id = s.above
    ), path AS (
        SELECT id, array_agg(node ORDER BY height) AS ancestors FROM step GROUP BY id
    )
    UPDATE exposure_account a
    SET parent_id = p.ancestors[1], ancestors = p.ancestors
    FROM path p
    WHERE a.id = p.id
"""

# Any number that nothing else locks; held to the end of the transaction.
LOCK_TREE = "SELECT pg_advisory_xact_lock(hashtext('exposure.tree'))"

# What stood below an account keeps its own way up to it and takes the new way from there.
RE_ROOT = """
UPDATE exposure_account
SET ancestors = ancestors[1:array_position(ancestors, %(account)s)] || %(ancestors)s::bigint[]
WHERE %(account)s = ANY(ancestors)
"""


def insert(count: int) -> str:
    """Return the INSERT of `count` entries."""
    row = f"({', '.join(['%s'] * len(_COLUMNS))})"
    return _INSERT.format(rows=", ".join([row] * count))


def values(line: Line) -> list[Any]:
    """Return one line's values in the order of the columns."""
    document, authority = line.document, line.authority
    return [
        line.account_id, line.kind, document.on, document.ship_date, document.due_date,
        *(line.moved(counter) for counter in COUNTERS),
        document.amount.minor, document.amount.currency, line.rate, line.rate_date,
        authority.excess_minor, authority.kind, authority.decision_id, line.resolves,
        line.expires_at, document.source, line.key,
    ]  # fmt: skip


def same_act(row: Sequence[Any], line: Line) -> bool:
    """Say whether an entry on record (values in the order of the columns) is what a line asks for.

    What a first step converted is not compared but what it converts: a rate that came in
    meanwhile must not turn a repeated call into another one.
    """
    recorded, asked = (dict(zip(_COLUMNS, found, strict=True)) for found in (row, values(line)))
    if line.resolves is None:
        counters = [
            {counter for counter in COUNTERS if found.pop(f"{counter}_minor")}
            for found in (recorded, asked)
        ]
        if all(counters) and counters[0] != counters[1]:
            return False
        converted = {"rate", "rate_date"}
        if line.authority.kind == "carried":
            converted.add("excess_minor")
        for name in converted:
            del recorded[name], asked[name]
    return recorded == asked


def moves(row: Sequence[Any]) -> tuple[tuple[Counter, int], ...]:
    """Return what an entry on record moved."""
    recorded = dict(zip(_COLUMNS, row, strict=False))
    moved = ((counter, recorded[f"{counter}_minor"]) for counter in COUNTERS)
    return tuple((counter, minor) for counter, minor in moved if minor)
