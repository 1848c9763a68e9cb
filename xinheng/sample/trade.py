"""Invoices: when they are issued, for how much, on which terms; which are void.

Rows are in order of issue date; a row's number is its place.
"""

from dataclasses import dataclass

import numpy as np

from xinheng.sample import draws, figures, seasons
from xinheng.sample.draws import Array
from xinheng.sample.plan import NEVER, ORDERS, Plan

_LEAST_FEN = 20_000
_NO_DAY = -1


@dataclass(frozen=True, slots=True)
class Invoices:
    """Arrays by invoice; days are day numbers, -1 is none.

    owner: customer; terms: index into figures.TERMS; credited: fen that a credit note takes off
    """

    owner: Array
    issue: Array
    due: Array
    terms: Array
    fen: Array
    is_void: Array
    voided: Array

    @property
    def count(self) -> int:
        """Return how many invoices there are."""
        return len(self.owner)


def make(*, plan: Plan, seed: int) -> Invoices:
    """Draw all invoices of a plan."""
    rng = draws.stream(seed, "trade")
    owner = np.repeat(np.arange(plan.count), plan.invoices)
    issue = _issue_days(rng, plan, owner)
    order = np.lexsort((owner, issue))
    owner, issue = owner[order], issue[order]
    terms = _terms(rng, plan)[owner]
    other = rng.random(len(owner)) < 0.03
    terms[other] = draws.weighted(rng, [row[3] for row in figures.TERMS], int(other.sum()))
    is_void, voided = _voids(rng, plan, issue)
    return Invoices(
        owner=owner,
        issue=issue,
        due=due_days(issue, terms),
        terms=terms,
        fen=_amounts(rng, plan, owner),
        is_void=is_void,
        voided=voided,
    )


def due_days(issue: Array, terms: Array) -> Array:
    """Return due days by figures.TERMS; kernel.terms says the same one by one."""
    days = np.array([row[1] for row in figures.TERMS])[terms]
    from_month_end = np.array([row[2] for row in figures.TERMS])[terms]
    next_month = issue.astype("datetime64[D]").astype("datetime64[M]") + 1
    month_end = next_month.astype("datetime64[D]").astype(np.int64) - 1
    return np.asarray(np.where(from_month_end, month_end, issue) + days)


def _issue_days(rng: np.random.Generator, plan: Plan, owner: Array) -> Array:
    """Spread each customer's invoices over its days of business, by intensity.

    Places are stratified, so that a customer orders at a rhythm and a drop can be seen.
    """
    horizon = plan.horizon
    steps = np.concatenate([[0.0], np.cumsum(seasons.intensity(horizon))])
    begin = steps[np.maximum(plan.joined - horizon.first, 0)][owner]
    end = steps[plan.left - horizon.first + 1][owner]
    place = begin + draws.within(rng, owner, plan.count) * (end - begin)
    place = _disturb(rng, plan, owner, place, steps)
    found = np.searchsorted(steps, place, side="right") - 1
    return np.clip(found, 0, horizon.days - 1) + horizon.first


def _disturb(
    rng: np.random.Generator, plan: Plan, owner: Array, place: Array, steps: Array
) -> Array:
    """Move invoices away from the days before a crisis, or into them when it is a rush."""
    fate, first = plan.fate, plan.horizon.first
    touched = (fate.signals[:, ORDERS] & (fate.crisis < NEVER))[owner]

    def at(offset: int) -> Array:
        day = np.where(fate.crisis < NEVER, fate.crisis, first) + offset - first
        return np.asarray(steps[np.clip(day, 0, len(steps) - 1)][owner])

    joined = steps[np.maximum(plan.joined - first, 0)][owner]
    rush = fate.surge[owner]
    before = np.maximum(at(-420), joined)
    calm = at(-75)
    in_crisis = (place >= calm) & (place < at(31))
    away = touched & ~rush & in_crisis & (rng.random(len(place)) < 0.85)
    into = touched & rush & (place >= before) & (place < calm) & (rng.random(len(place)) < 0.24)
    share = rng.random(len(place))
    moved = np.where(away, before + share * (calm - before), place)
    return np.where(into, at(-58) + share * (at(-6) - at(-58)), moved)


def _terms(rng: np.random.Generator, plan: Plan) -> Array:
    """Return the usual terms of each customer."""
    return draws.weighted(rng, [row[3] for row in figures.TERMS], plan.count)


def _amounts(rng: np.random.Generator, plan: Plan, owner: Array) -> Array:
    """Split each customer's planned sales over its invoices, in fen."""
    share = np.exp(0.45 * rng.standard_normal(len(owner)))
    whole = np.bincount(owner, weights=share, minlength=plan.count)
    fen = np.rint(plan.yuan[owner] * share / whole[owner] * 100).astype(np.int64)
    # Two in five prices are whole yuan, as list prices are.
    even = rng.random(len(owner)) < 0.4
    fen[even] = (fen[even] + 50) // 100 * 100
    return np.maximum(fen, _LEAST_FEN)


def _voids(rng: np.random.Generator, plan: Plan, issue: Array) -> tuple[Array, Array]:
    """Choose void invoices; most carry the day they were voided, some carry none."""
    is_void = draws.stratified(rng, len(issue)) < figures.VOID_SHARE
    voided = issue + rng.integers(0, 12, len(issue))
    is_void &= voided <= plan.horizon.until
    dated = is_void & (rng.random(len(issue)) < 0.85)
    return is_void, np.where(dated, voided, _NO_DAY)
