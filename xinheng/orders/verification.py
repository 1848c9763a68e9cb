"""Recompute what the acts on orders keep: lines, shipments, invoices, reservations, holds."""

from django.db import connection

from xinheng import access
from xinheng.kernel.actors import Actor
from xinheng.kernel.checks import Check, compare

_TARGET = """
    CASE WHEN o.is_prepaid OR o.status IN ('invoiced', 'cancelled') THEN 0
         ELSE greatest(0, o.approved_minor - greatest(o.shipped_minor, o.invoiced_minor)) END
"""
_DELIVERED = """
    CASE WHEN o.is_prepaid OR o.status = 'invoiced' THEN 0
         ELSE greatest(0, o.shipped_minor - o.invoiced_minor) END
"""

CHECKS: tuple[tuple[str, str], ...] = (
    (
        "orders: amount = lines, when there are any",
        """
        SELECT 'order ' || o.number AS key, sum(l.amount_minor)::bigint AS expected,
               o.amount_minor AS found
        FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id
        GROUP BY o.id
        """,
    ),
    (
        "orders: invoiced = the valid invoices that name it",
        """
        SELECT 'order ' || o.number AS key, coalesce(sum(i.amount_minor), 0)::bigint AS expected,
               o.invoiced_minor AS found
        FROM orders_order o
        LEFT JOIN receivables_invoice i
          ON i.order_number = o.number AND i.customer_id = o.customer_id
         AND i.currency = o.currency AND i.kind = 'invoice' AND i.status = 'valid'
        GROUP BY o.id
        """,
    ),
    (
        "orders: what is reserved = what is approved and not done",
        f"""
        SELECT 'order ' || o.number AS key, {_TARGET} AS expected,
               coalesce(CASE WHEN p.entry_id IS NOT NULL THEN e.document_minor END, 0) AS found
        FROM orders_order o
        LEFT JOIN exposure_pending p ON p.entry_id = o.reservation_id
        LEFT JOIN exposure_entry e ON e.id = p.entry_id
        """,
    ),
    (
        "orders: a reservation named order: is an order's, and the only one",
        """
        SELECT 'entry ' || e.id AS key, 1::bigint AS expected, (
                   SELECT count(*) FROM orders_order o WHERE o.reservation_id = e.id) AS found
        FROM exposure_pending p
        JOIN exposure_entry e ON e.id = p.entry_id
        JOIN orders_order n ON e.source = 'order:' || n.number
        """,
    ),
    (
        "orders: what is delivered = shipped and not invoiced",
        f"""
        SELECT 'order ' || o.number AS key, ARRAY[{_DELIVERED}, {_DELIVERED}] AS expected,
               ARRAY[o.delivered_minor, coalesce((
                   SELECT sum(CASE WHEN e.delivered_minor < 0 THEN -e.document_minor
                                   ELSE e.document_minor END)
                   FROM exposure_entry e
                   WHERE e.source = 'order:' || o.number AND e.delivered_minor <> 0
                     AND e.kind <> 'MOVE'), 0)::bigint] AS found
        FROM orders_order o
        """,
    ),
    (
        "orders: one hold is open exactly while an order is held",
        """
        SELECT 'order ' || o.number AS key, (o.credit = 'held')::int AS expected, (
                   SELECT count(*) FROM orders_hold h
                   WHERE h.order_id = o.id AND h.state = 'open')::int AS found
        FROM orders_order o
        """,
    ),
    (
        "orders: every reservation carries a decision that is on record",
        """
        SELECT 'entry ' || e.id AS key, true AS expected, d.id IS NOT NULL AS found
        FROM exposure_pending p
        JOIN exposure_entry e ON e.id = p.entry_id AND e.source LIKE 'order:%'
        JOIN orders_order n ON e.source = 'order:' || n.number
        LEFT JOIN orders_decision d ON d.id = e.decision_id
        """,
    ),
)


def verify(*, by: Actor) -> list[Check]:
    """Run every check of the room."""
    access.require(by, "books.verify")
    with connection.cursor() as cursor:
        return [compare(cursor, name, query) for name, query in CHECKS]
