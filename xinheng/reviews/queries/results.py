"""What a run found: its results by customer, filtered and paged, and their distribution."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, F, Func, QuerySet, Sum, TextField, Value, When
from django.db.models.functions import Floor

from xinheng import access
from xinheng.kernel.actors import Actor
from xinheng.limits.models import Proposal
from xinheng.reviews.models import Review
from xinheng.reviews.queries.runs import find_done
from xinheng.scoring.models import Assessment

# What a list can be sorted by; "-" in front turns it round. Riskiest first is the default.
SORTS: dict[str, str] = {
    "score": "assessment__score",
    "open": "open_minor",
    "overdue": "overdue_minor",
    "dpd": "dpd_max",
    "limit": "limit_proposed_minor",
    "code": "customer__code",
}
SCORE_BAND = 5
# Upper edges of the bands of proposed limits, in minor units; the last band has none.
LIMIT_EDGES = (0, 10_000_000, 50_000_000, 100_000_000, 500_000_000, 2_000_000_000)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a drill-down asks for; an empty one keeps everything.

    reason: a reason code that the result carries; score_from: the lower edge of a band of
    SCORE_BAND points; limit_band: a place in LIMIT_EDGES, its length for what lies above
    """

    grade: str = ""
    tier: str = ""
    binding: str = ""
    reason: str = ""
    score_from: int | None = None
    limit_band: int | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One customer's result, amounts in minor units of `currency`."""

    assessment_id: int
    customer_code: str
    customer_name: str
    as_of: date
    currency: str
    open_minor: int
    overdue_minor: int
    dpd_max: int
    score: Decimal | None
    pd: float | None
    grade: str
    tier: str
    coverage: float
    reasons: tuple[str, ...]
    limit_current_minor: int | None
    limit_proposed_minor: int
    binding: str
    terms: str
    terms_days: int | None
    deposit_percent: int
    review_due: date
    factors: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ResultPage:
    """Some rows of a run and how many there are in all."""

    rows: tuple[ResultRow, ...]
    total: int


@dataclass(frozen=True, slots=True)
class CurrencySums:
    """Sums of one currency in minor units."""

    currency: str
    customers: int
    open_minor: int
    overdue_minor: int
    limit_current_minor: int
    limit_proposed_minor: int


@dataclass(frozen=True, slots=True)
class Distribution:
    """Counts of a run within the actor's scope.

    scores: (lower edge of a band of SCORE_BAND points, customers); reasons: most frequent first
    limits: customers by the band of their proposed limit, as in Filters
    """

    customers: int
    grades: dict[str, int]
    tiers: dict[str, int]
    bindings: dict[str, int]
    reasons: dict[str, int]
    scores: tuple[tuple[int, int], ...]
    limits: dict[int, int]
    currencies: tuple[CurrencySums, ...] = field(default_factory=tuple)


def results(
    *,
    by: Actor,
    review: uuid.UUID,
    where: Filters | None = None,
    sort: str = "score",
    offset: int = 0,
    limit: int = 50,
) -> ResultPage:
    """Return a page of a run's results; an unknown sort falls back to riskiest first.

    refuses: UnknownReview, ReviewNotDone
    """
    rows = _filtered(of_review(by, find_done(review)), where or Filters())
    column = F(SORTS.get(sort.removeprefix("-"), SORTS["score"]))
    last = {"nulls_last": True}
    ordered = rows.select_related("customer", "assessment").order_by(
        column.desc(**last) if sort.startswith("-") else column.asc(**last), "customer__code"
    )
    return ResultPage(
        rows=tuple(_row(row) for row in ordered[offset : offset + limit]), total=rows.count()
    )


def distribution(*, by: Actor, review: uuid.UUID) -> Distribution:
    """Return how a run's results are distributed; refuses UnknownReview, ReviewNotDone."""
    stored = find_done(review)
    rows = of_review(by, stored)
    unnested = Func(F("assessment__reasons"), function="unnest", output_field=TextField())
    reasons = rows.annotate(reason=unnested).values_list("reason")
    banded = rows.filter(assessment__score__isnull=False).annotate(
        band=Floor(F("assessment__score") / SCORE_BAND) * SCORE_BAND
    )
    bands = banded.values_list("band").annotate(n=Count("pk")).order_by("band")
    return Distribution(
        customers=rows.count(),
        grades=_counts(rows, "assessment__grade"),
        tiers=_counts(rows, "tier"),
        bindings=_counts(rows, "binding"),
        reasons=dict(reasons.annotate(n=Count("pk")).order_by("-n", "reason")),
        # A score of exactly 100 belongs to the last band.
        scores=_merge((min(int(band), 100 - SCORE_BAND), n) for band, n in bands),
        limits=_counts(rows.annotate(limit_band=_limit_band()), "limit_band"),
        currencies=_currencies(rows),
    )


def of_review(by: Actor, review: Review) -> "QuerySet[Proposal]":
    """Return the proposals that are a review's results, within the actor's scope."""
    rows: QuerySet[Proposal] = access.visible(
        by, "reviews.read", Proposal.objects.all(), prefix="customer__"
    )
    rows = rows.filter(assessment_id__in=assessments_of(review))
    if review.selection is not None:
        rows = rows.filter(customer__code__in=review.selection)
    return rows


def assessments_of(review: Review) -> "QuerySet[Any]":
    """Return the ids of the latest assessments of a review's day and versions up to its end."""
    return (
        Assessment.objects.filter(
            as_of=review.as_of,
            versions_digest=review.versions_digest,
            pk__lte=review.last_assessment_id or 0,
        )
        .order_by("customer_id", "-pk")
        .distinct("customer_id")
        .values("pk")
    )


def _filtered(rows: "QuerySet[Proposal]", where: Filters) -> "QuerySet[Proposal]":
    exact = {
        "assessment__grade": where.grade,
        "tier": where.tier,
        "binding": where.binding,
        "currency": where.currency,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if where.reason:
        rows = rows.filter(assessment__reasons__contains=[where.reason])
    if where.limit_band is not None:
        rows = rows.annotate(limit_band=_limit_band()).filter(limit_band=where.limit_band)
    if where.score_from is not None:
        rows = rows.filter(assessment__score__gte=where.score_from)
        if where.score_from < 100 - SCORE_BAND:
            rows = rows.filter(assessment__score__lt=where.score_from + SCORE_BAND)
    return rows


def _limit_band() -> Case:
    edges = [
        When(limit_proposed_minor__lte=edge, then=Value(at)) for at, edge in enumerate(LIMIT_EDGES)
    ]
    return Case(*edges, default=Value(len(LIMIT_EDGES)))


def _counts(rows: "QuerySet[Proposal]", column: str) -> dict[Any, int]:
    counted = rows.order_by().values_list(column).annotate(n=Count("pk")).order_by(column)
    return dict(counted)


def _merge(pairs: Any) -> tuple[tuple[int, int], ...]:
    merged: dict[int, int] = {}
    for band, count in pairs:
        merged[band] = merged.get(band, 0) + count
    return tuple(sorted(merged.items()))


def _currencies(rows: "QuerySet[Proposal]") -> tuple[CurrencySums, ...]:
    summed = (
        rows.order_by()
        .values("currency")
        .annotate(
            customers=Count("pk"),
            open_minor=Sum("open_minor", default=0),
            overdue_minor=Sum("overdue_minor", default=0),
            limit_current_minor=Sum("limit_current_minor", default=0),
            limit_proposed_minor=Sum("limit_proposed_minor", default=0),
        )
    )
    made = [_sums(row) for row in summed]
    return tuple(sorted(made, key=lambda one: (-one.customers, one.currency)))


def _sums(row: Any) -> CurrencySums:
    # PostgreSQL sums bigints as numeric; they are whole all the same.
    return CurrencySums(
        currency=row["currency"],
        customers=row["customers"],
        open_minor=int(row["open_minor"]),
        overdue_minor=int(row["overdue_minor"]),
        limit_current_minor=int(row["limit_current_minor"]),
        limit_proposed_minor=int(row["limit_proposed_minor"]),
    )


def _row(row: Proposal) -> ResultRow:
    assessment = row.assessment
    return ResultRow(
        assessment_id=assessment.pk,
        customer_code=row.customer.code,
        customer_name=row.customer.name,
        as_of=row.as_of,
        currency=row.currency,
        open_minor=row.open_minor,
        overdue_minor=row.overdue_minor,
        dpd_max=row.dpd_max,
        score=assessment.score,
        pd=assessment.pd,
        grade=assessment.grade,
        tier=row.tier,
        coverage=assessment.coverage,
        reasons=tuple(assessment.reasons),
        limit_current_minor=row.limit_current_minor,
        limit_proposed_minor=row.limit_proposed_minor,
        binding=row.binding,
        terms=row.terms,
        terms_days=row.terms_days,
        deposit_percent=row.deposit_percent,
        review_due=row.review_due,
        factors=assessment.factors,
    )
