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
        SELECT 'entry ' || s.id AS key, ARRAY[-r.reserved_minor, held.account_id] AS expected,
               ARRAY[s.reserved_minor, s.account_id] AS found
        FROM exposure_entry s
        JOIN exposure_entry r ON r.id = s.resolves_id
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
