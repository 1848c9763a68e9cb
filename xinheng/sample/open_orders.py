"""Orders in hand on the last day: what is ordered and not yet invoiced.

Whoever still buys has about as many orders open as he is invoiced in two weeks; a few are far
above his habit, which is what a limit is for. After a crisis nothing is ordered.
"""

from dataclasses import dataclass

import numpy as np

from xinheng.sample import draws
from xinheng.sample.draws import Array
from xinheng.sample.plan import Plan
from xinheng.sample.trade import Invoices

_DAYS = 14  # of usual trade in hand
_LEAST_DAYS = 7  # how far back one may still be open
_UNUSUAL = 0.04  # of orders: several times the habit
_NO_DAY = -1


@dataclass(frozen=True, slots=True)
class Orders:
    """Arrays by order, in order of date; days are day numbers, -1 is none.

    terms: index into figures.TERMS; is_shipped: gone, not yet invoiced
    """

    owner: Array
    placed: Array
    ship: Array
    fen: Array
    terms: Array
    is_shipped: Array


def make(*, plan: Plan, invoices: Invoices, seed: int) -> Orders:
    """Draw the open orders of a plan whose invoices are known."""
    rng = draws.stream(seed, "open orders")
    until = plan.horizon.until
    buys = (plan.left == until) & (plan.invoices > 0) & (plan.fate.crisis > until)
    span = np.maximum(until - np.maximum(plan.joined, plan.horizon.first) + 1, 1)
    mean = np.where(buys, plan.invoices * _DAYS / span, 0.0)
    owner = np.repeat(np.arange(plan.count), rng.poisson(mean))
    # Older orders are fewer: most of them have been invoiced since.
    age = np.minimum(rng.geometric(1 / _LEAST_DAYS, len(owner)) - 1, 3 * _DAYS)
    placed = np.maximum(until - age, plan.joined[owner])
    order = np.lexsort((owner, placed))
    owner, placed = owner[order], placed[order]
    is_shipped = rng.random(len(owner)) < np.minimum((until - placed) / (3 * _DAYS), 0.8)
    lead = rng.integers(2, 46, len(owner))
    ship = np.where(is_shipped, np.minimum(placed + lead % 7, until), placed + lead)
    return Orders(
        owner=owner,
        placed=placed,
        ship=np.where(rng.random(len(owner)) < 0.9, ship, _NO_DAY),
        fen=_amounts(rng, plan, owner),
        terms=_usual_terms(plan, invoices)[owner],
        is_shipped=is_shipped,
    )


def _amounts(rng: np.random.Generator, plan: Plan, owner: Array) -> Array:
    """Return about the customer's mean invoice, a few several times as much; whole yuan."""
    usual = plan.yuan[owner] / np.maximum(plan.invoices[owner], 1)
    unusual = np.where(rng.random(len(owner)) < _UNUSUAL, rng.uniform(4, 9, len(owner)), 1.0)
    yuan = usual * unusual * np.exp(0.45 * rng.standard_normal(len(owner)))
    return np.maximum(np.rint(yuan), 500).astype(np.int64) * 100


def _usual_terms(plan: Plan, invoices: Invoices) -> Array:
    """Return the terms of each customer's latest invoice."""
    terms = np.zeros(plan.count, dtype=np.int64)
    terms[invoices.owner] = invoices.terms
    return terms
