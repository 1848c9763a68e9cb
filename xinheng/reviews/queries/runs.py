"""The runs themselves: which there were, how far one has come."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from xinheng import access
from xinheng.kernel.actors import Actor
from xinheng.reviews.models import Review
from xinheng.reviews.refusals import ReviewNotDone, UnknownReview


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One run; `percent` of its work is done, `customers` is None before it is known.

    added: results that were new; 0 when a run found everything as it was
    versions: {"scorecard.default@1": digest, …} · seconds: by step, {} before the end
    """

    id: int
    uuid: uuid.UUID
    as_of: date
    engine: str
    state: str
    step: str
    percent: int
    customers: int | None
    added: int | None
    is_partial: bool
    versions: dict[str, str]
    seconds: dict[str, float]
    requested_by: str
    error: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def is_done(self) -> bool:
        """Say whether there are results."""
        return self.state == Review.State.DONE

    @property
    def is_running(self) -> bool:
        """Say whether more is to come: a page that shows it asks again."""
        return self.state in (Review.State.WAITING, Review.State.RUNNING)


def reviews(*, by: Actor, limit: int = 20, before_id: int | None = None) -> list[ReviewRow]:
    """Return runs, newest first; `before_id` continues a list after its last row."""
    access.require(by, "reviews.read")
    rows = Review.objects.select_related("requested_by").order_by("-pk")
    if before_id is not None:
        rows = rows.filter(pk__lt=before_id)
    return [_row(review) for review in rows[:limit]]


def review(*, by: Actor, review: uuid.UUID) -> ReviewRow:
    """Return one run; refuses UnknownReview."""
    access.require(by, "reviews.read")
    return _row(find(review))


def latest(*, by: Actor) -> ReviewRow | None:
    """Return the last run over everybody that is done, None before the first."""
    access.require(by, "reviews.read")
    rows = Review.objects.select_related("requested_by")
    row = rows.filter(state=Review.State.DONE, selection__isnull=True).order_by("-pk").first()
    return _row(row) if row is not None else None


def find(review: uuid.UUID) -> Review:
    """Return a stored review; refuses UnknownReview."""
    row = Review.objects.select_related("requested_by").filter(uuid=review).first()
    if row is None:
        raise UnknownReview(review=review)
    return row


def find_done(review: uuid.UUID) -> Review:
    """Return a stored review with results; refuses UnknownReview, ReviewNotDone."""
    row = find(review)
    if row.state != Review.State.DONE:
        raise ReviewNotDone
    return row


def _row(row: Review) -> ReviewRow:
    summary: dict[str, Any] = row.summary or {}
    return ReviewRow(
        id=row.pk,
        uuid=row.uuid,
        as_of=row.as_of,
        engine=row.engine,
        state=row.state,
        step=row.step,
        percent=row.progress,
        customers=row.customers,
        added=summary.get("added"),
        is_partial=row.selection is not None,
        versions=row.versions,
        seconds=summary.get("seconds", {}),
        requested_by=row.requested_by.username if row.requested_by else "",
        error=row.error,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )
