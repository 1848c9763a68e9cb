"""Why a customer stands where it stands: the latest assessment, line by line."""

import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import Router

from xinheng.api.credentials import Asked
from xinheng.api.problem import Problem
from xinheng.api.schemas import Amount, Answer, amount, number
from xinheng.api.serving import serve
from xinheng.insight import credit_file
from xinheng.limits import explanation as limits
from xinheng.scoring import explanation as scoring

router = Router()


class ReasonLine(Answer):
    code: str
    sentence: str
    help: str
    points_lost: str
    is_knock_out: bool


class DimensionLine(Answer):
    code: str
    name: str
    points: str | None
    weight_percent: str
    earned: str
    possible: str


class FactorLine(Answer):
    code: str
    name: str
    dimension: str
    value: str
    formula: str
    treatment: str
    points: int | None
    earned: str
    possible: str
    help: str


class BoundLine(Answer):
    code: str
    name: str
    made_of: str
    amount: Amount | None
    is_binding: bool


class LimitLine(Answer):
    currency: str
    tier: str
    tier_label: str
    limit_proposed: Amount
    sentence: str
    bounds: list[BoundLine]
    terms: str
    terms_days: int | None
    policy: str


class AssessmentAnswer(Answer):
    customer: str
    as_of: datetime.date
    score: str | None
    pd: float | None
    grade: str
    grade_label: str
    coverage: float
    scorecard: str
    reasons: list[ReasonLine]
    dimensions: list[DimensionLine]
    factors: list[FactorLine]
    limit: LimitLine | None


@serve(router, response=AssessmentAnswer, tag="reviews")
def get_assessment(request: Asked, customer: str) -> Any:
    """Return a customer's latest assessment with its reasons, factors and proposed limit."""
    by = request.actor
    head = credit_file.credit_file(by=by, code=customer, today=timezone.localdate())
    if head.standing is None:
        raise Problem(404, "not-assessed", _("这个客户还没有评审结果"))
    which: dict[str, Any] = {
        "by": by,
        "customer": head.customer,
        "assessment_id": head.standing.assessment_id,
        "language": "en" if (get_language() or "").startswith("en") else "zh",
    }
    found = scoring.explain(**which)
    return AssessmentAnswer(
        customer=head.customer.code,
        as_of=found.as_of,
        score=number(found.score),
        pd=found.pd,
        grade=found.grade,
        grade_label=found.grade_label,
        coverage=found.coverage,
        scorecard=found.card,
        reasons=[_reason(reason) for reason in found.reasons],
        dimensions=[_dimension(line) for line in found.dimensions],
        factors=[_factor(line) for line in found.lines],
        limit=_limit(limits.explain(**which)),
    )


def _reason(reason: scoring.Reason) -> ReasonLine:
    return ReasonLine(
        code=reason.code,
        sentence=reason.sentence,
        help=reason.help,
        points_lost=number(reason.lost),
        is_knock_out=reason.is_knock_out,
    )


def _dimension(line: scoring.DimensionScore) -> DimensionLine:
    return DimensionLine(
        code=line.code,
        name=line.name,
        points=number(line.points),
        weight_percent=number(line.weight_percent),
        earned=number(line.earned),
        possible=number(line.possible),
    )


def _factor(line: scoring.FactorLine) -> FactorLine:
    return FactorLine(
        code=line.code,
        name=line.name,
        dimension=line.dimension,
        value=line.value,
        formula=line.formula,
        treatment=line.treatment,
        points=line.points,
        earned=number(line.earned),
        possible=number(line.possible),
        help=line.help,
    )


def _limit(found: limits.LimitExplanation | None) -> LimitLine | None:
    if found is None:
        return None
    return LimitLine(
        currency=found.currency,
        tier=found.tier,
        tier_label=found.tier_label,
        limit_proposed=amount(found.limit_minor, found.currency),
        sentence=found.sentence,
        bounds=[
            BoundLine(
                code=bound.code,
                name=bound.name,
                made_of=bound.made_of,
                amount=amount(bound.minor, found.currency),
                is_binding=bound.is_binding,
            )
            for bound in found.bounds
        ],
        terms=found.terms,
        terms_days=found.terms_days,
        policy=found.policy,
    )
