"""Which customers could cost most: what they owe times how likely their grade is to fail."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from xinheng import access
from xinheng.kernel.actors import Actor
from xinheng.limits.models import Latest
from xinheng.scoring import explanation as scoring


@dataclass(frozen=True, slots=True)
class RiskyCustomer:
    """One customer with its latest review and the reason that weighs most; minor units."""

    code: str
    name: str
    currency: str
    grade: str
    tier: str
    score: Decimal | None
    open_minor: int
    overdue_minor: int
    dpd_max: int
    reason: str


def riskiest(*, by: Actor, limit: int = 8, language: str = "zh") -> tuple[RiskyCustomer, ...]:
    """Return the customers in scope with the largest receivable × PD, the largest first.

    The PD orders them and is not shown as a forecast: the shipped master scale is not calibrated.
    """
    rows = access.visible(by, "customers.read", Latest.objects.all(), prefix="customer__")
    # A grade has one PD, so the largest of each grade hold the largest of all: the whole
    # portfolio is ranked without reading an assessment, and only these few are read.
    place = Window(RowNumber(), partition_by=[F("grade")], order_by=F("open_minor").desc())
    leading = rows.filter(open_minor__gt=0).annotate(place=place).filter(place__lte=limit)
    few = Latest.objects.filter(pk__in=leading.values("pk"))
    candidates = [
        row
        for row in few.select_related("customer", "proposal__assessment")
        if row.proposal.assessment.pd is not None
    ]
    candidates.sort(key=lambda row: (-_weight(row), row.customer_id))
    found = candidates[:limit]
    reasons = scoring.headlines(
        by=by, assessments=[row.proposal.assessment for row in found], language=language
    )
    return tuple(
        RiskyCustomer(
            code=row.customer.code,
            name=row.customer.name,
            currency=row.currency,
            grade=row.grade,
            tier=row.tier,
            score=row.score,
            open_minor=row.open_minor,
            overdue_minor=row.overdue_minor,
            dpd_max=row.dpd_max,
            reason=reasons[row.proposal.assessment_id],
        )
        for row in found
    )


def _weight(row: Latest) -> float:
    return row.open_minor * (row.proposal.assessment.pd or 0)
