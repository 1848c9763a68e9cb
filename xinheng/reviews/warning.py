"""The last step of a pass: what the warning indicators say about the results."""

import time
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from xinheng.kernel.actors import Actor
from xinheng.monitoring import batch
from xinheng.monitoring.batch import Portfolio, Warned
from xinheng.monitoring.queries import past
from xinheng.reviews.computing import Computed, Selection
from xinheng.reviews.plan import Plan


@dataclass(frozen=True)
class Warnings:
    """Results with their `alerts`, what changed since the review before, and the time it took.

    portfolio: what everybody owes, where everybody was reviewed
    """

    rows: pa.Table
    warned: Warned
    seconds: float
    portfolio: Portfolio | None = None


def warn(
    by: Actor,
    plan: Plan,
    found: Computed,
    as_of: date,
    selection: Selection,
    *,
    ours: bool,
    recorded: bool,
) -> Warnings:
    """Return the warnings over the results of one pass.

    selection: the customers of a narrow run
    ours: False for a snapshot, whose customers have no past here
    recorded: whether anybody will record the changes
    """
    began = time.monotonic()
    grades = tuple(one.grade for one in plan.card.grades)
    ranks: dict[int, int] = {}
    before, ids = batch.NOTHING, selection.ids
    is_whole = ids is None and selection.codes is None
    everybody = batch.portfolio_of(found.rows) if is_whole else {}
    if ours:
        ranks = past.best_ranks(by=by, as_of=as_of, grades=grades, customers=ids)
        before = past.before(by=by, as_of=as_of, customers=ids)
        everybody = everybody or past.portfolio(by=by, as_of=as_of)
    warned = batch.warn(
        plan.warnings, found.rows, grades, ranks, before, portfolio=everybody, with_changes=recorded
    )
    rows = found.rows.append_column("alerts", warned.alerts)
    took = time.monotonic() - began
    return Warnings(rows, warned, took, everybody if is_whole else None)
