"""What happened with one customer, newest first: trade, assessments and public events in one line.

Each source contributes at most one page of rows through its own index, so a customer with a
hundred thousand invoices costs no more than one with ten.
"""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db import connection

from xinheng import access
from xinheng.kernel.actors import Actor
from xinheng.parties.models import Customer

# kind → what it shows; the desk and the REST interface name these the same way.
KINDS = (
    "invoice", "credit_note", "receipt", "statement", "event", "bureau", "questionnaire",
    "interaction", "assessment",
)  # fmt: skip

_SQL = """
WITH lines AS (
    (SELECT issue_date AS day, kind, id, number AS title, currency, amount_minor, status AS detail
       FROM receivables_invoice
      WHERE customer_id = %(customer)s AND issue_date <= %(before)s
      ORDER BY issue_date DESC, id DESC LIMIT %(reach)s)
    UNION ALL
    (SELECT received_date, 'receipt', id, number, currency, amount_minor, method
       FROM receivables_receipt
      WHERE customer_id = %(customer)s AND received_date <= %(before)s
      ORDER BY received_date DESC, id DESC LIMIT %(reach)s)
    UNION ALL
    (SELECT available_date, 'statement', id, period_end::text, currency, sales_minor,
            months::text
       FROM evidence_statement
      WHERE customer_id = %(customer)s AND available_date <= %(before)s
      ORDER BY available_date DESC, id DESC LIMIT %(reach)s)
    UNION ALL
    (SELECT event_date, 'event', id, title, currency, amount_minor, kind
       FROM evidence_event
      WHERE customer_id = %(customer)s AND event_date <= %(before)s
      ORDER BY event_date DESC, id DESC LIMIT %(reach)s)
    UNION ALL
    (SELECT report_date, 'bureau', id, agency, currency, recommended_limit_minor, grade
       FROM evidence_bureaureport
      WHERE customer_id = %(customer)s AND report_date <= %(before)s
      ORDER BY report_date DESC, id DESC LIMIT %(reach)s)
    UNION ALL
    (SELECT date, 'questionnaire', id, form, NULL, NULL, answered || '/' || items
       FROM evidence_questionnaire
      WHERE customer_id = %(customer)s AND date <= %(before)s
      ORDER BY date DESC, id DESC LIMIT %(reach)s)
    UNION ALL
    (SELECT date, 'interaction', id, coalesce(nullif(outcome, ''), left(text, 80)), NULL, NULL,
            kind
       FROM evidence_interaction
      WHERE customer_id = %(customer)s AND date <= %(before)s
      ORDER BY date DESC, id DESC LIMIT %(reach)s)
    UNION ALL
    (SELECT a.as_of, 'assessment', a.id, a.grade, p.currency, p.limit_proposed_minor, p.tier
       FROM scoring_assessment a LEFT JOIN limits_proposal p ON p.assessment_id = a.id
      WHERE a.customer_id = %(customer)s AND a.as_of <= %(before)s
      ORDER BY a.as_of DESC, a.id DESC LIMIT %(reach)s)
)
SELECT day, kind, id, title, coalesce(currency, ''), amount_minor, detail
  FROM lines
 ORDER BY day DESC, kind, id DESC
 LIMIT %(limit)s OFFSET %(offset)s
"""


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """One thing that happened; `amount_minor` is in minor units of `currency`."""

    day: datetime.date
    kind: str
    id: int
    title: str
    currency: str
    amount_minor: int | None
    detail: str


def timeline(
    *, by: Actor, customer: Customer, before: datetime.date, offset: int = 0, limit: int = 50
) -> tuple[TimelineLine, ...]:
    """Return what happened with a customer up to `before` (inclusive), newest first."""
    access.require(by, "customers.read", customer)
    values: dict[str, Any] = {
        "customer": customer.pk,
        "before": before,
        "limit": limit,
        "offset": offset,
        "reach": offset + limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SQL, values)
        return tuple(TimelineLine(*row) for row in cursor.fetchall())
