"""One run against the one before it: who moved from which grade to which."""

import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, OuterRef, QuerySet, Subquery

from xinheng.definitions import in_force
from xinheng.kernel.actors import Actor
from xinheng.limits.models import Proposal
from xinheng.reviews.models import Review
from xinheng.reviews.queries.results import of_review
from xinheng.reviews.queries.runs import ReviewRow, find_done, review
from xinheng.scoring.models import Assessment


@dataclass(frozen=True, slots=True)
class Migration:
    """Counts of customers by the grade before and the grade now.

    grades: best first, as the card lists them, the unrated last; before is None when this is the
    first run over everybody. Customers without a result before are `new`.
    """

    before: ReviewRow | None
    grades: tuple[str, ...]
    cells: dict[tuple[str, str], int]
    improved: int
    worsened: int
    unchanged: int
    new: int


@dataclass(frozen=True, slots=True)
class Mover:
    """A customer whose grade changed; amounts in minor units of `currency`."""

    customer_code: str
    customer_name: str
    grade_before: str
    grade_now: str
    score_before: Decimal | None
    score_now: Decimal | None
    currency: str
    open_minor: int


def migration(*, by: Actor, review: uuid.UUID) -> Migration:
    """Return how grades moved since the run before; refuses UnknownReview, ReviewNotDone."""
    stored = find_done(review)
    previous = _previous(stored)
    order = grades_of(stored)
    if previous is None:
        return Migration(None, order, {}, 0, 0, 0, of_review(by, stored).count())
    counted = (
        _with_before(of_review(by, stored), previous)
        .order_by()
        .values_list("grade_before", "assessment__grade")
        .annotate(n=Count("pk"))
    )
    cells = {(before, now): n for before, now, n in counted if before is not None}
    rank = {grade: place for place, grade in enumerate(order)}
    steps = [
        (rank.get(now, len(order)) - rank.get(before, len(order)), n)
        for (before, now), n in cells.items()
    ]
    return Migration(
        before=_row_of(by, previous),
        grades=tuple(dict.fromkeys([*order, *(grade for pair in cells for grade in pair)])),
        cells=cells,
        improved=sum(n for step, n in steps if step < 0),
        worsened=sum(n for step, n in steps if step > 0),
        unchanged=sum(n for step, n in steps if step == 0),
        new=sum(n for before, _, n in counted if before is None),
    )


def movers(*, by: Actor, review: uuid.UUID, limit: int = 50) -> tuple[Mover, ...]:
    """Return customers whose grade changed, the greatest loss of score first.

    refuses: UnknownReview, ReviewNotDone
    """
    stored = find_done(review)
    previous = _previous(stored)
    if previous is None:
        return ()
    rows = _with_before(of_review(by, stored), previous)
    changed = rows.exclude(grade_before=None).exclude(grade_before=F("assessment__grade"))
    change = F("assessment__score") - F("score_before")
    ordered = changed.select_related("customer", "assessment").order_by(
        change.asc(nulls_last=True), "customer__code"
    )
    return tuple(_mover(row) for row in ordered[:limit])


def grades_of(review: Review) -> tuple[str, ...]:
    """Return the grades of the card a review used, best first, the unrated last."""
    name = next(name for name in review.versions if name.startswith("scorecard."))
    card = in_force.by_name(name).content
    return (*(grade.grade for grade in card.grades), card.unrated.grade)


def _previous(review: Review) -> Review | None:
    """Return the last run over everybody before this one that was of another day or versions."""
    rows = Review.objects.filter(state=Review.State.DONE, selection__isnull=True, pk__lt=review.pk)
    rows = rows.filter(as_of__lte=review.as_of)
    same = {"as_of": review.as_of, "versions_digest": review.versions_digest}
    return (
        rows.exclude(last_assessment_id=review.last_assessment_id, **same).order_by("-pk").first()
    )


def _with_before(rows: "QuerySet[Proposal]", previous: Review) -> "QuerySet[Any]":
    earlier = Assessment.objects.filter(
        customer_id=OuterRef("customer_id"),
        as_of=previous.as_of,
        versions_digest=previous.versions_digest,
        pk__lte=previous.last_assessment_id or 0,
    ).order_by("-pk")
    return rows.annotate(
        grade_before=Subquery(earlier.values("grade")[:1]),
        score_before=Subquery(earlier.values("score")[:1]),
    )


def _row_of(by: Actor, stored: Review) -> ReviewRow:
    return review(by=by, review=stored.uuid)


def _mover(row: Any) -> Mover:
    return Mover(
        customer_code=row.customer.code,
        customer_name=row.customer.name,
        grade_before=row.grade_before,
        grade_now=row.assessment.grade,
        score_before=row.score_before,
        score_now=row.assessment.score,
        currency=row.currency,
        open_minor=row.open_minor,
    )
