"""The last step of a pass: what the warning indicators say about the results."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from xinheng.kernel.actors import Actor
from xinheng.monitoring import batch
from xinheng.monitoring.batch import Warned
from xinheng.monitoring.queries import past
from xinheng.reviews.computing import Computed
from xinheng.reviews.plan import Plan


@dataclass(frozen=True)
class Warnings:
    """Results with their `alerts`, what changed since the review before, and the time it took."""

    rows: pa.Table
    warned: Warned
    seconds: float


def warn(
    by: Actor,
    plan: Plan,
    found: Computed,
    as_of: date,
    ids: Sequence[int] | None,
    *,
    ours: bool,
    recorded: bool,
) -> Warnings:
    """Return the warnings over the results of one pass.

    ids:  the customers of a narrow run, None for everybody
    ours: False for a snapshot, whose customers have no past here
    recorded: whether anybody will record the changes
    """
    began = time.monotonic()
    grades = tuple(one.grade for one in plan.card.grades)
    ranks: dict[int, int] = {}
    before = batch.NOTHING
    if ours:
        ranks = past.best_ranks(by=by, as_of=as_of, grades=grades, customers=ids)
        before = past.before(by=by, as_of=as_of, customers=ids)
    warned = batch.warn(plan.warnings, found.rows, grades, ranks, before, with_changes=recorded)
    rows = found.rows.append_column("alerts", warned.alerts)
    return Warnings(rows, warned, time.monotonic() - began)
