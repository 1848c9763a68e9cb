"""Limits as the credit desk opened the books with: from what each customer used to buy.

历史月均 × 信用期 × 系数: the mean of the months in which the customer bought in the last
year, times its usual terms and a month, times what the desk thinks of it. The desk knew the past
and not the fates, so some limits are too wide.
"""

from dataclasses import dataclass

import numpy as np

from xinheng.sample import draws, figures
from xinheng.sample.draws import Array
from xinheng.sample.plan import Plan
from xinheng.sample.trade import Invoices

_FACTORS = (1.0, 1.3, 1.8, 2.4)  # what the desk thinks of a customer, from wary to generous
_STEP_FEN = 1_000_000  # limits are whole ten thousands of yuan
_MONTH, _YEAR = 30, 365
_GROUP_SHARE = 0.9  # of the members' limits together
_LATE = 0.04  # of limits that ended a few weeks ago and were not renewed
_NO_DAY = -1


@dataclass(frozen=True, slots=True)
class Limits:
    """Arrays by limit; member or group is -1; fen is -1 where no credit is given."""

    member: Array
    group: Array
    fen: Array
    first: Array
    last: Array
    terms: Array

    @property
    def count(self) -> int:
        """Return how many limits there are."""
        return len(self.fen)


def make(*, plan: Plan, invoices: Invoices, group: Array, top: Array, seed: int) -> Limits:
    """Decide the limits of a plan whose invoices are known.

    group: of each customer, -1 for none; top: of each group, the top of its tree
    """
    rng = draws.stream(seed, "limits")
    until = plan.horizon.until
    terms = _usual_terms(plan, invoices)
    days = np.array([row[1] for row in figures.TERMS])[terms] + _MONTH
    opinion = 0.7 * plan.quality + rng.standard_normal(plan.count)
    factor = np.array(_FACTORS)[np.searchsorted([-0.8, 0.4, 1.4], opinion)]
    wanted = _monthly(plan, invoices) * days / _MONTH * factor
    fen = np.rint(wanted / _STEP_FEN).astype(np.int64) * _STEP_FEN
    # Who hardly buys, or is new, pays before delivery.
    fen = np.where(fen > 0, fen, _NO_DAY)
    first = np.full(plan.count, max(until - _YEAR + 1, plan.horizon.first))
    late = rng.random(plan.count) < _LATE
    last = until + rng.integers(20, 330, plan.count)
    last = np.where(late, until - rng.integers(1, 40, plan.count), last)
    tops = np.flatnonzero(top == np.arange(len(top)))
    groups = _of_groups(fen, group, top)[tops]
    nobody = np.full(len(groups), _NO_DAY)
    return Limits(
        member=np.concatenate([np.arange(plan.count), nobody]),
        group=np.concatenate([np.full(plan.count, _NO_DAY), tops]),
        fen=np.concatenate([fen, groups]),
        first=np.concatenate([first, np.full(len(groups), first[0] if len(first) else until)]),
        last=np.concatenate([last, np.full(len(groups), until + _YEAR // 2)]),
        terms=np.concatenate([np.where(fen > 0, terms, _NO_DAY), nobody]),
    )


def _monthly(plan: Plan, invoices: Invoices) -> Array:
    """Return fen a month, of the months with sales in the last year, or before if it has none."""
    real = (~invoices.is_void) & (invoices.issue > plan.horizon.until - _YEAR)
    owner, month = invoices.owner[real], invoices.issue[real] // _MONTH
    sums = np.bincount(owner, weights=invoices.fen[real], minlength=plan.count)
    pairs = np.unique(owner * 100_000 + month) // 100_000
    months = np.bincount(pairs, minlength=plan.count)
    return sums / np.maximum(months, 1)


def _usual_terms(plan: Plan, invoices: Invoices) -> Array:
    terms = np.zeros(plan.count, dtype=np.int64)
    terms[invoices.owner] = invoices.terms
    return terms


def _of_groups(fen: Array, group: Array, top: Array) -> Array:
    """Return by group what its tree may owe: most of its members' limits together."""
    members = group >= 0
    sums = np.zeros(len(top))
    np.add.at(sums, top[group[members]], np.maximum(fen[members], 0))
    return np.maximum(np.rint(sums * _GROUP_SHARE / _STEP_FEN).astype(np.int64), 1) * _STEP_FEN
