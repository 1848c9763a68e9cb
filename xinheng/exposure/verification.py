"""Recompute what the trigger keeps: counters, ladder, paths, resolutions."""

from django.db import connection

from xinheng import access
from xinheng.exposure.rules import COUNTERS
from xinheng.kernel.actors import Actor
from xinheng.kernel.checks import Check, compare

_ALL = ", ".join(f"{{row}}.{counter}_minor" for counter in COUNTERS)
_SUMS = ", ".join(f"coalesce(sum({{row}}.{counter}_minor), 0)::bigint" for counter in COUNTERS)

CHECKS: tuple[tuple[str, str], ...] = (
    (
        "exposure: counters of customers = entries",
        f"""
        SELECT 'account ' || a.id AS key, e.sums AS expected,
               ARRAY[{_ALL.format(row="a")}] AS found
        FROM exposure_account a
        CROSS JOIN LATERAL (
            SELECT ARRAY[{_SUMS.format(row="x")}] AS sums
            FROM exposure_entry x WHERE x.account_id = a.id
        ) e
        WHERE a.customer_id IS NOT NULL
        """,
    ),
    (
        "exposure: counters of groups = their members",
        f"""
        SELECT 'account ' || g.id AS key, m.sums AS expected,
               ARRAY[{_ALL.format(row="g")}] AS found
        FROM exposure_account g
        CROSS JOIN LATERAL (
            SELECT ARRAY[{_SUMS.format(row="x")}] AS sums
            FROM exposure_account x WHERE x.parent_id = g.id AND x.in_group
        ) m
        WHERE g.group_id IS NOT NULL
        """,
    ),
    (
        "exposure: ladder = entries by day",
        """
        WITH moved AS (
            SELECT e.account_id, c.counter, c.day, sum(c.minor)::bigint AS minor
            FROM exposure_entry e
            JOIN exposure_account a ON a.id = e.account_id AND a.customer_id IS NOT NULL
            CROSS JOIN LATERAL (
                VALUES ('reserved', e.ship_date, e.reserved_minor),
                       ('delivered', e.ship_date, e.delivered_minor),
                       ('receivable', e.due_date, e.receivable_minor),
                       ('bills', e.due_date, e.bills_minor),
                       ('deposits', NULL, e.deposits_minor)
            ) AS c(counter, day, minor)
            WHERE c.minor <> 0
            GROUP BY e.account_id, c.counter, c.day
        )
        SELECT concat_ws(' ', 'account', coalesce(m.account_id, r.account_id),
                         coalesce(m.counter, r.counter), coalesce(m.day, r.day)) AS key,
               coalesce(m.minor, 0) AS expected, coalesce(r.open_minor, 0) AS found
        FROM moved m
        FULL JOIN exposure_rung r
          ON (r.account_id, r.counter, coalesce(r.day, 'infinity'))
             = (m.account_id, m.counter, coalesce(m.day, 'infinity'))
        """,
    ),
    (
        "exposure: every path is its parent's",
        """
        SELECT 'account ' || a.id AS key,
               CASE WHEN a.in_group AND p.id IS NOT NULL THEN p.id || p.ancestors
                    ELSE '{}'::bigint[] END AS expected,
               a.ancestors AS found
        FROM exposure_account a LEFT JOIN exposure_account p ON p.id = a.parent_id
        """,
    ),
    (
        "exposure: a reservation is resolved whole and on its own account",
        """
        SELECT 'entry ' || s.id AS key,
               ARRAY[-(r.reserved_minor + revalued.minor), held.account_id] AS expected,
               ARRAY[s.reserved_minor, s.account_id] AS found
        FROM exposure_entry s
        JOIN exposure_entry r ON r.id = s.resolves_id
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(v.reserved_minor), 0)::bigint AS minor
            FROM exposure_entry v WHERE v.revalues_id = r.id
        ) revalued
        -- A merge takes an open reservation to another account, by an entry that names it.
        CROSS JOIN LATERAL (
            SELECT CASE WHEN s.account_id = r.account_id OR EXISTS (
                SELECT FROM exposure_entry m
                WHERE m.account_id = s.account_id AND m.kind = 'MOVE' AND m.id < s.id
                  AND m.source = 'reservation:' || r.id AND m.reserved_minor = r.reserved_minor
            ) THEN s.account_id ELSE r.account_id END AS account_id
        ) held
        """,
    ),
    (
        "exposure: pending = reservations that nothing resolved, as revalued",
        """
        WITH still AS (
            SELECT r.id, r.reserved_minor + coalesce(
                       (SELECT sum(v.reserved_minor) FROM exposure_entry v
                        WHERE v.revalues_id = r.id), 0)::bigint AS minor, r.expires_at
            FROM exposure_entry r
            WHERE r.kind = 'RESERVE'
              AND NOT EXISTS (SELECT FROM exposure_entry s WHERE s.resolves_id = r.id)
        )
        SELECT 'entry ' || coalesce(s.id, p.entry_id) AS key,
               (s.minor, s.expires_at)::text AS expected,
               (p.reserved_minor, p.expires_at)::text AS found
        FROM still s FULL JOIN exposure_pending p ON p.entry_id = s.id
        """,
    ),
    (
        "exposure: an account that was taken over holds nothing",
        f"""
        SELECT 'account ' || a.id AS key, ARRAY[{", ".join("0" for _ in COUNTERS)}]::bigint[]
               AS expected, ARRAY[{_ALL.format(row="a")}] AS found
        FROM exposure_account a WHERE a.merged_into_id IS NOT NULL
        """,
    ),
)


def verify(*, by: Actor) -> list[Check]:
    """Run every check of the ledger."""
    access.require(by, "books.verify")
    with connection.cursor() as cursor:
        return [compare(cursor, name, query) for name, query in CHECKS]


def differing(*, by: Actor) -> dict[int, tuple[str, ...]]:
    """Return the accounts whose books differ: of each, the checks that say so.

    A difference of one entry counts for the account that the entry is on.
    """
    access.require(by, "books.verify")
    found: dict[int, list[str]] = {}
    with connection.cursor() as cursor:
        for name, query in CHECKS:
            cursor.execute(_DIFFERING.format(query=query))
            for (account_id,) in cursor.fetchall():
                found.setdefault(account_id, []).append(name)
    return {account_id: tuple(names) for account_id, names in sorted(found.items())}


_DIFFERING = """
WITH checked AS ({query}),
     wrong AS (
         SELECT split_part(key, ' ', 1) AS noun, split_part(key, ' ', 2)::bigint AS id
         FROM checked WHERE expected IS DISTINCT FROM found
     )
SELECT DISTINCT coalesce(e.account_id, w.id)
FROM wrong w LEFT JOIN exposure_entry e ON w.noun = 'entry' AND e.id = w.id
"""
