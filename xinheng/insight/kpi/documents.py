"""The documents behind a figure: what was sold and what was paid in its period."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from xinheng import access
from xinheng.kernel.actors import Actor
from xinheng.receivables import queries as receivables
from xinheng.receivables.sql import positions


@dataclass(frozen=True, slots=True)
class Paper:
    """One document: minor units of the credit currency, credit notes negative.

    invoice: the invoice itself, or the one that was paid; receipt is "" for what was sold
    days: how late it was paid, negative when early, None without a due date
    """

    invoice: str
    receipt: str
    customer_code: str
    customer_name: str
    day: date
    due_date: date | None
    days: int | None
    minor: int


@dataclass(frozen=True, slots=True)
class Papers:
    """A page of documents, how many there are, and what they add up to."""

    rows: tuple[Paper, ...]
    count: int
    total: int


_FROM = f"""
    JOIN parties_customer c ON c.id = i.customer_id AND {positions.IN_SCOPE}
    JOIN exposure_account a ON a.customer_id = c.id AND a.currency = %(currency)s
        AND a.segment_id = (SELECT id FROM exposure_segment WHERE code = 'main')
"""
_SOLD = f"""
    SELECT i.number AS invoice, '' AS receipt, c.code, c.name, i.issue_date AS day, i.due_date,
           NULL::int AS days,
           CASE i.kind WHEN 'credit_note' THEN -i.credit_minor ELSE i.credit_minor END AS minor
    FROM receivables_invoice i {_FROM}
    WHERE i.issue_date BETWEEN %(first)s AND %(as_of)s
      AND (i.status = 'valid' OR i.voided_date > %(as_of)s)
"""
_PAID = f"""
    SELECT i.number AS invoice, r.number AS receipt, c.code, c.name, al.effective_date AS day,
           i.due_date, al.effective_date - i.due_date AS days, al.credit_minor AS minor
    FROM receivables_allocation al
    JOIN receivables_invoice i ON i.id = al.invoice_id
    JOIN receivables_receipt r ON r.id = al.receipt_id
    {_FROM}
    WHERE al.effective_date BETWEEN %(first)s AND %(as_of)s
      AND (al.ended_date IS NULL OR al.ended_date > %(as_of)s)
"""


def sold(*, by: Actor, currency: str, period: tuple[date, date], limit: int, offset: int) -> Papers:
    """Return the invoices and credit notes of a period, the newest first; two queries."""
    return _papers(by, _SOLD, currency, period, limit, offset)


def paid(*, by: Actor, currency: str, period: tuple[date, date], limit: int, offset: int) -> Papers:
    """Return what receipts met in a period, the newest first; two queries."""
    return _papers(by, _PAID, currency, period, limit, offset)


def _papers(
    by: Actor, source: str, currency: str, period: tuple[date, date], limit: int, offset: int
) -> Papers:
    access.require(by, "receivables.read")
    params: dict[str, Any] = {
        **receivables.scope(by), "currency": currency, "first": period[0], "as_of": period[1],
        "limit": limit, "offset": offset,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            f"{source} ORDER BY day DESC, invoice, receipt LIMIT %(limit)s OFFSET %(offset)s",
            params,
        )
        rows = tuple(Paper(*row) for row in cursor.fetchall())
        cursor.execute(
            f"SELECT count(*), coalesce(sum(minor), 0)::bigint FROM ({source}) one", params
        )
        count, total = cursor.fetchone()
    return Papers(rows, count, total)
