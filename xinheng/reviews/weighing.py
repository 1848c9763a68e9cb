"""From factors to results, set-based: the card, then the policy, over one Arrow table.

It writes nothing and reads no books; the operations around it do.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from xinheng import engines
from xinheng.limits import expressions as limiting
from xinheng.limits.rules import Amounts
from xinheng.reviews.plan import INPUTS, Plan
from xinheng.scoring import batch
from xinheng.scoring import expressions as scoring

# Its stubs know no mixture of constants and columns.
pc: Any = pyarrow.compute


@dataclass(frozen=True)
class Weighed:
    """Results by customer, and how long each part took."""

    rows: pa.Table
    seconds: dict[str, float]


def weigh(
    plan: Plan,
    factors: pa.Table,
    amounts: Mapping[str, Amounts | None],
    granted: Mapping[int, int],
    as_of: date,
) -> Weighed:
    """Return what card and policy say about each row of factors.

    factors: customer_id, code, currency and the plan's codes
    amounts: the policy's amounts for every currency that occurs
    granted: limits in force by customer id
    returns: factors, with score, pd, grade, coverage, reasons, knock_outs, tier, binding, terms,
             terms_days, deposit_percent, review_due, limit_current_minor, limit_proposed_minor,
             capacity_method and b_<bound>
    """
    began = time.monotonic()
    assessed = engines.over(
        factors, lambda rows: scoring.assessed(plan.card, rows), key=plan.scorecard.digest
    )
    reasons, hits = batch.reasons(plan.card, assessed), batch.knock_outs(plan.card, assessed)
    inner = [name for name in assessed.column_names if name.startswith(("p_", "ko_"))]
    assessed = assessed.drop_columns(inner)
    scored = time.monotonic()
    proposed = engines.over(
        assessed,
        lambda rows: limiting.proposed(plan.policy, rows, INPUTS, amounts, as_of),
        key=(plan.credit_policy.digest, repr(sorted(amounts.items())), as_of),
    )
    proposed = (
        proposed.append_column("reasons", reasons)
        .append_column("knock_outs", hits)
        .append_column("limit_current_minor", _granted(proposed["customer_id"], granted))
    )
    limited = time.monotonic()
    return Weighed(proposed, {"scoring": scored - began, "limits": limited - scored})


def _granted(customers: Any, granted: Mapping[int, int]) -> Any:
    if not granted:
        return pa.nulls(len(customers), pa.int64())
    return pa.array([granted.get(customer) for customer in customers.to_pylist()], pa.int64())


SUMS = {
    "exposure": "open_minor",
    "overdue": "overdue_minor",
    "limit_current": "limit_current_minor",
    "limit_proposed": "limit_proposed_minor",
}


def summary(rows: pa.Table) -> dict[str, Any]:
    """Return counts by grade and tier, and sums by currency in minor units."""
    sums = rows.select(["currency", *SUMS.values()])
    currencies = {}
    for currency in sorted(pc.unique(rows["currency"]).to_pylist()):
        own = sums.filter(pc.equal(sums["currency"], currency))
        currencies[currency] = {name: _sum(own[column]) for name, column in SUMS.items()}
    return {
        "customers": rows.num_rows,
        "grades": _counts(rows["grade"]),
        "tiers": _counts(rows["tier"]),
        "bindings": _counts(rows["binding"]),
        "currencies": currencies,
    }


def _counts(column: Any) -> dict[str, int]:
    counted = {row["values"]: row["counts"] for row in pc.value_counts(column).to_pylist()}
    return dict(sorted(counted.items()))


def _sum(column: Any) -> int:
    # In 128 bits: a sum of many int64 amounts may leave 64 (a sum of nothing is 0).
    return int(np.sum(column.fill_null(0).to_numpy(zero_copy_only=False), dtype=object) or 0)
