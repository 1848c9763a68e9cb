"""Run the credit review: factors → card → policy → record."""

import time
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.db import DatabaseError, connection, transaction
from django.db.models import Max
from django.db.models.functions import Now

from xinheng import access, journal
from xinheng.kernel.actors import Actor
from xinheng.kernel.refusals import Refusal, say
from xinheng.limits import operations as limits
from xinheng.monitoring import operations as monitoring
from xinheng.reviews import computing, plan, staging, warning, weighing
from xinheng.reviews.computing import Computed, Progress, Selection
from xinheng.reviews.models import Review
from xinheng.reviews.plan import Plan
from xinheng.reviews.refusals import UnknownReview
from xinheng.reviews.warning import Warnings
from xinheng.scoring import operations as scoring
from xinheng.scoring.models import Assessment

_ONE_RECORDS_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('xinheng.reviews.record'))"


@dataclass(frozen=True)
class Outcome:
    """What a run found.

    review:  its number, None for one that recorded nothing (dry run, snapshot)
    rows:    the results as an Arrow table (see weighing.weigh)
    summary: customers, grades, tiers, bindings, alerts, currencies (minor units), seconds, added
    """

    review: uuid.UUID | None
    as_of: date
    engine: str
    plan: Plan
    rows: pa.Table
    summary: dict[str, Any]


def run(
    *,
    by: Actor,
    as_of: date,
    customers: Iterable[str] | None = None,
    engine: str = "auto",
    snapshot: Path | None = None,
    dry_run: bool = False,
    progress: Progress = lambda step, percent: None,
) -> Outcome:
    """Review all customers in scope, or those with these codes, as of a day.

    A snapshot is somebody's files and not our books, so its results are never recorded.
    refuses: UnknownCustomers, NotPublished, EngineUnknown, SnapshotUnreadable
    """
    access.require(by, "reviews.run")
    if snapshot is None:
        selection = computing.select(by, customers)
    else:
        selection = computing.Selection(None, None if customers is None else tuple(customers))
    in_force = plan.in_force()
    if dry_run or snapshot is not None:
        found = computing.compute(
            by, in_force, as_of, selection, engine=engine, snapshot=snapshot, progress=progress
        )
        progress("warnings", 90)
        told = warning.warn(
            by, in_force, found, as_of, selection, ours=snapshot is None, recorded=False
        )
        return _outcome(None, as_of, in_force, found, told, {"record": 0.0}, added=0)
    review = Review.objects.create(
        as_of=as_of,
        engine=engine,
        selection=None if selection.codes is None else list(selection.codes),
        requested_by_id=by.id,
    )
    return _carry_out(by, review, in_force, selection, progress)


def execute(
    *, by: Actor, review: uuid.UUID, progress: Progress = lambda step, percent: None
) -> Outcome | None:
    """Carry out a requested review; None when it is done already.

    refuses: UnknownReview, UnknownCustomers, NotPublished
    """
    access.require(by, "reviews.run")
    row = Review.objects.filter(uuid=review).first()
    if row is None:
        raise UnknownReview(review=review)
    if row.state == Review.State.DONE:
        return None
    try:
        in_force, selection = plan.in_force(), computing.select(by, row.selection)
    except Refusal as refusal:
        _fail(row, refusal)
        raise
    return _carry_out(by, row, in_force, selection, progress)


def _carry_out(
    by: Actor, review: Review, in_force: Plan, selection: Selection, progress: Progress
) -> Outcome:
    rows = Review.objects.filter(pk=review.pk)

    def step(name: str, percent: int) -> None:
        rows.update(step=name, progress=percent)
        progress(name, percent)

    rows.update(
        state=Review.State.RUNNING,
        started_at=Now(),
        error="",
        versions=in_force.all_versions,
        versions_digest=in_force.versions_digest,
    )
    try:
        found = computing.compute(
            by, in_force, review.as_of, selection, engine=review.engine, snapshot=None,
            progress=step,
        )  # fmt: skip
        step("record", 85)
        return _record(by, review, in_force, found, selection)
    except BaseException as error:
        _fail(review, error)
        raise


@transaction.atomic
def _record(
    by: Actor, review: Review, in_force: Plan, found: Computed, selection: Selection
) -> Outcome:
    """Insert what is new, end the review and write its one journal event, all or nothing."""
    began = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute(_ONE_RECORDS_AT_A_TIME)
    # Only now: another run may just have moved the alerts that this one starts from.
    told = warning.warn(by, in_force, found, review.as_of, selection, ours=True, recorded=True)
    staging.stage(in_force, found.rows)
    added = scoring.record_staged(
        by=by, as_of=review.as_of, versions=in_force.versions, relation=staging.RELATION
    )
    limits.record_staged(
        by=by,
        as_of=review.as_of,
        versions_digest=in_force.versions_digest,
        relation=staging.RELATION,
    )
    staging.post_standing(by, review.as_of)
    staging.unstage()
    alerts = monitoring.record(
        by=by,
        as_of=review.as_of,
        content=in_force.warnings,
        version=in_force.indicators.name,
        changes=told.warned.changes,
        mark=str(review.uuid),
        portfolio=told.portfolio,
    )
    seconds = {"record": time.monotonic() - began - told.seconds}
    outcome = _outcome(review.uuid, review.as_of, in_force, found, told, seconds, added=added)
    Review.objects.filter(pk=review.pk).update(
        state=Review.State.DONE,
        step="",
        progress=100,
        engine=found.engine,
        customers=found.rows.num_rows,
        summary=outcome.summary,
        last_assessment_id=Assessment.objects.aggregate(last=Max("pk"))["last"],
        finished_at=Now(),
    )
    journal.write(
        by=by,
        action="reviews.run",
        object=f"review:{review.uuid}",
        after={
            "as_of": review.as_of,
            "engine": found.engine,
            "customers": found.rows.num_rows,
            "added": added,
            "versions": in_force.all_versions,
            "alerts": alerts.steps,
            "grades": outcome.summary["grades"],
            "tiers": outcome.summary["tiers"],
        },
    )
    return outcome


def _outcome(
    review: uuid.UUID | None,
    as_of: date,
    in_force: Plan,
    found: Computed,
    told: Warnings,
    more_seconds: dict[str, float],
    *,
    added: int,
) -> Outcome:
    seconds = {**found.seconds, "warnings": told.seconds, **more_seconds}
    said = {name: round(value, 3) for name, value in seconds.items()}
    counts = weighing.summary(found.rows)
    summary = {**counts, "alerts": told.warned.counts, "seconds": said, "added": added}
    return Outcome(review, as_of, found.engine, in_force, told.rows, summary)


def _fail(review: Review, error: BaseException) -> None:
    """Say on the review why it ended, so that nobody waits for it."""
    why = say(error, "zh") if isinstance(error, Refusal) else f"{type(error).__name__}: {error}"
    # Inside a broken transaction nothing can be written, and its rollback tells enough.
    with suppress(DatabaseError):
        Review.objects.filter(pk=review.pk).update(
            state=Review.State.FAILED, error=why[:2000], finished_at=Now()
        )
