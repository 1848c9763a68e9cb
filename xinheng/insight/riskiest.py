"""Which customers could cost most: what they owe times how likely their grade is to fail."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, FloatField
from django.db.models.functions import Cast

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
    owing = rows.filter(open_minor__gt=0, proposal__assessment__pd__isnull=False)
    weight = Cast(F("open_minor"), FloatField()) * F("proposal__assessment__pd")
    found = list(
        owing.select_related("customer", "proposal__assessment").order_by(
            weight.desc(), "customer_id"
        )[:limit]
    )
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
