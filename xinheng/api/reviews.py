"""The credit review as a job: ask for one, watch it, read its results."""

import datetime
import uuid
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from ninja import Query, Router
from pydantic import Field

from xinheng.api import cursors
from xinheng.api.credentials import Asked
from xinheng.api.schemas import (
    Amount,
    Answer,
    Code,
    Currency,
    Cursor,
    Day,
    Limit,
    Strict,
    amount,
    number,
)
from xinheng.api.serving import serve
from xinheng.reviews import operations
from xinheng.reviews import queries as reviews

router = Router()


class ReviewRequest(Strict):
    as_of: Day | None = None
    customers: Annotated[list[Code], Field(min_length=1, max_length=1_000)] | None = None
    engine: Literal["auto", "postgres", "duckdb"] = "auto"


class CurrencySums(Answer):
    customers: int
    exposure: Amount
    overdue: Amount
    limit_current: Amount
    limit_proposed: Amount


class ReviewAnswer(Answer):
    id: uuid.UUID
    as_of: datetime.date
    engine: str
    state: str
    step: str
    progress: Annotated[int, Field(description="per cent")]
    customers: int | None
    added: int | None
    is_partial: bool
    grades: dict[str, int]
    tiers: dict[str, int]
    currencies: dict[str, CurrencySums]
    versions: dict[str, str]
    error: str
    created_at: datetime.datetime
    started_at: datetime.datetime | None
    finished_at: datetime.datetime | None


class ResultQuery(Strict):
    grade: Annotated[str, Field(max_length=20)] = ""
    tier: Annotated[str, Field(max_length=20)] = ""
    binding: Annotated[str, Field(max_length=60)] = ""
    reason: Annotated[str, Field(max_length=60)] = ""
    currency: Currency | None = None
    sort: Literal[
        "score", "-score", "open", "-open", "overdue", "-overdue", "dpd", "-dpd", "limit", "-limit",
        "code", "-code",
    ] = "code"  # fmt: skip
    limit: Limit = 50
    cursor: Cursor = ""


class ResultLine(Answer):
    customer: str
    name: str
    as_of: datetime.date
    currency: str
    open: Amount
    overdue: Amount
    days_overdue: int
    score: str | None
    pd: float | None
    grade: str
    tier: str
    coverage: float
    reasons: list[str]
    limit_current: Amount | None
    limit_proposed: Amount
    binding: str
    terms: str
    terms_days: int | None
    review_due: datetime.date


class ResultList(Answer):
    items: list[ResultLine]
    total: int
    next: str | None


@serve(router, response=ReviewAnswer, status=202, tag="reviews")
def start_review(request: Asked, response: HttpResponse, payload: ReviewRequest) -> Any:
    """Ask for a review of all customers in scope, or of those named; a worker carries it out."""
    by = request.actor
    found = operations.request(
        by=by,
        as_of=payload.as_of or timezone.localdate(),
        customers=payload.customers,
        engine=payload.engine,
    )
    response["Location"] = reverse("api:reviews-review_id", kwargs={"review_id": found})
    return _review(by, found)


@serve(router, response=ReviewAnswer, tag="reviews")
def get_review(request: Asked, review_id: uuid.UUID) -> Any:
    """Return how far a review has come and, once it is done, what it found within the scope."""
    return _review(request.actor, review_id)


@serve(router, response=ResultList, tag="reviews")
def get_review_results(request: Asked, review_id: uuid.UUID, query: Query[ResultQuery]) -> Any:
    """Return the results of a review that is done, customer by customer."""
    filters = {"review": review_id, **query.model_dump(exclude={"limit", "cursor"})}
    offset = cursors.read(query.cursor, filters) or 0
    found = reviews.results(
        by=request.actor,
        review=review_id,
        where=reviews.Filters(
            grade=query.grade,
            tier=query.tier,
            binding=query.binding,
            reason=query.reason,
            currency=query.currency or "",
        ),
        sort=query.sort,
        offset=offset,
        limit=query.limit,
    )
    is_more = offset + query.limit < found.total
    return ResultList(
        items=[_line(row) for row in found.rows],
        total=found.total,
        next=cursors.write(offset + query.limit, filters) if is_more else None,
    )


def _review(by: Any, number_: uuid.UUID) -> ReviewAnswer:
    row = reviews.review(by=by, review=number_)
    spread = reviews.distribution(by=by, review=number_) if row.is_done else None
    return ReviewAnswer(
        id=row.uuid,
        as_of=row.as_of,
        engine=row.engine,
        state=row.state,
        step=row.step,
        progress=row.percent,
        customers=spread.customers if spread else None,
        added=row.added,
        is_partial=row.is_partial,
        grades=spread.grades if spread else {},
        tiers=spread.tiers if spread else {},
        currencies={sums.currency: _sums(sums) for sums in spread.currencies} if spread else {},
        versions=row.versions,
        error=row.error,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )


def _sums(sums: Any) -> CurrencySums:
    def said(minor: int) -> str:
        return amount(minor, sums.currency)

    return CurrencySums(
        customers=sums.customers,
        exposure=said(sums.open_minor),
        overdue=said(sums.overdue_minor),
        limit_current=said(sums.limit_current_minor),
        limit_proposed=said(sums.limit_proposed_minor),
    )


def _line(row: reviews.ResultRow) -> ResultLine:
    return ResultLine(
        customer=row.customer_code,
        name=row.customer_name,
        as_of=row.as_of,
        currency=row.currency,
        open=amount(row.open_minor, row.currency),
        overdue=amount(row.overdue_minor, row.currency),
        days_overdue=row.dpd_max,
        score=number(row.score),
        pd=row.pd,
        grade=row.grade,
        tier=row.tier,
        coverage=row.coverage,
        reasons=list(row.reasons),
        limit_current=amount(row.limit_current_minor, row.currency),
        limit_proposed=amount(row.limit_proposed_minor, row.currency),
        binding=row.binding,
        terms=row.terms,
        terms_days=row.terms_days,
        review_due=row.review_due,
    )
