"""What the page of one customer shows, gathered from the rooms that know it."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from xinheng.desk import drawing, frame, words
from xinheng.desk.alerts import shown as alerts_shown
from xinheng.desk.contacts import shown as contacts
from xinheng.desk.customers import editing, shown
from xinheng.desk.evidence import shown as appraisals
from xinheng.evidence import queries as evidence
from xinheng.fields import opening, secrecy
from xinheng.fields import queries as fields
from xinheng.insight import credit_file as insight
from xinheng.insight import timeline as happenings
from xinheng.insight.credit_file import CreditFile
from xinheng.kernel.actors import Actor
from xinheng.limits import explanation as limits
from xinheng.monitoring import queries as monitoring
from xinheng.parties.models import Customer
from xinheng.receivables import invoice_file as invoices
from xinheng.receivables import queries as receivables
from xinheng.reference import queries as reference
from xinheng.scoring import explanation as scoring
from xinheng.scoring.explanation import Explanation

TIMELINE_PAGE = 20
EVENTS_SHOWN = 8
ALERTS_SHOWN = 12
ITEMS_SHOWN = 12


def context(*, by: Actor, code: str, as_of: date) -> dict[str, Any]:
    """Return everything the page shows on one day.

    refuses: CustomerUnknown
    """
    language = frame.language()
    found = insight.credit_file(by=by, code=code, today=as_of)
    customer = found.customer
    told: dict[str, Any] = {"by": by, "customer": customer, "language": language}
    explained, proposal = None, None
    steps: tuple[scoring.Step, ...] = ()
    if found.standing:
        assessment_id = found.standing.assessment_id
        explained = scoring.explain(**told, assessment_id=assessment_id)
        proposal = limits.explain(**told, assessment_id=assessment_id)
        steps = scoring.history(by=by, customer=customer)
    items = receivables.open_items(by=by, as_of=as_of, narrow={"customer": code}, limit=ITEMS_SHOWN)
    statements = evidence.statements(by=by, customer=customer, known_on=as_of)
    return {
        "file": found,
        "customer": customer,
        "today": as_of,
        **contacts.panel(by, customer),
        "currency": found.account.currency if found.account else customer.currency,
        "industry": reference.industry_names(by=by, language=language).get(customer.industry, ""),
        "size": words.SIZES.get(customer.size, ""),
        "steelyard": drawing.steelyard(found.account, found.standing),
        "days_late": _days_late(found, as_of),
        "explained": explained,
        "groups": _groups(explained),
        "radar": _radar(explained),
        "proposal": proposal,
        "steps": steps,
        "trend": _trend(steps),
        "may_review": by.may("reviews.run"),
        "may_check": by.may("orders.check"),
        "may_edit": by.may("customers.write"),
        "custom": _custom(by, customer),
        "items": items,
        "strip": shown.strip(items),
        "disputes": invoices.disputes_of(by=by, customer=customer, until=as_of),
        "statements": statements,
        "statement_items": shown.statement_items(statements),
        "statement_ratios": shown.statement_ratios(statements),
        "events": shown.events(
            evidence.events(by=by, customer=customer, until=as_of, limit=EVENTS_SHOWN)
        ),
        **appraisals.panels(by, customer, as_of),
        **_alerts(by, customer.id),
        **timeline_context(by=by, code=code, as_of=as_of, offset=0),
    }


def _custom(by: Actor, customer: Customer) -> list[tuple[str, str]]:
    form = fields.form("customers")
    seen = opening.shown(by, form, customer.custom)
    return editing.values(secrecy.visible(by, form), seen)


def timeline_context(*, by: Actor, code: str, as_of: date, offset: int) -> dict[str, Any]:
    """Return one page of what happened with a customer."""
    customer = insight.customer_in_scope(by=by, code=code)
    lines = happenings.timeline(
        by=by, customer=customer, before=as_of, offset=offset, limit=TIMELINE_PAGE + 1
    )
    return {
        "customer": customer,
        "lines": shown.timeline(lines[:TIMELINE_PAGE], _form_titles(by, lines)),
        "next_page": offset // TIMELINE_PAGE + 2 if len(lines) > TIMELINE_PAGE else None,
    }


def _form_titles(by: Actor, lines: Sequence[happenings.TimelineLine]) -> dict[str, str]:
    is_asked = any(line.kind == "questionnaire" for line in lines)
    return appraisals.form_titles(by) if is_asked else {}


def _alerts(by: Actor, customer_id: int) -> dict[str, Any]:
    """Return the customer's alerts, and the worst that stands for the head of the page."""
    if not by.may("alerts.read"):
        return {}
    rows = monitoring.of_customer(by=by, customer_id=customer_id)
    standing = [row for row in rows if not row.is_closed]
    return {
        "alerts": [alerts_shown.alert(row) for row in rows[:ALERTS_SHOWN]],
        "worst_alert": alerts_shown.alert(standing[0]) if standing else None,
        "standing_alerts": len(standing),
    }


def _days_late(found: CreditFile, as_of: date) -> int:
    oldest = found.account.oldest_due if found.account else None
    return (as_of - oldest).days if oldest else 0


def _groups(explained: Explanation | None) -> list[dict[str, Any]]:
    """Return each dimension with its lines, the order of the card kept."""
    if explained is None:
        return []
    return [
        {
            "dimension": dimension,
            "lines": [
                {"line": line, "full": _width(line.possible), "earned": _width(line.earned)}
                for line in explained.lines
                if line.dimension == dimension.code
            ],
        }
        for dimension in explained.dimensions
    ]


def _width(points: Decimal) -> str:
    # Ten points of the total score fill the cell; hardly a factor is worth more.
    return drawing.percent(points, Decimal(10))


def _radar(explained: Explanation | None) -> dict[str, Any] | None:
    if explained is None:
        return None
    rated = explained.dimensions
    return {
        "title": str(words.RADAR_TITLE),
        "name": str(words.RADAR_NAME),
        "labels": [one.name for one in rated],
        "max": [100] * len(rated),
        "values": [None if one.points is None else f"{one.points:.0f}" for one in rated],
    }


def _trend(steps: tuple[scoring.Step, ...]) -> dict[str, Any] | None:
    if len(steps) < 2:
        return None
    return {
        "title": str(words.TREND_TITLE),
        "labels": [f"{step.as_of}" for step in steps],
        "series": [
            {
                "name": str(words.SCORE),
                "colour": "chart-1",
                "area": True,
                "values": [None if step.score is None else f"{step.score:.1f}" for step in steps],
            }
        ],
    }
