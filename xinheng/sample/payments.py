"""Receipts and credit notes: when and how invoices are paid, and what stays open.

Each customer has its own share of late payments and its own delays, fitted to figures.py. A
customer in trouble pays later and later; one that defaults stops, and what it owes stays open.
"""

from dataclasses import dataclass

import numpy as np

from xinheng.sample import draws, figures, seasons
from xinheng.sample.draws import Array
from xinheng.sample.plan import LATE, NEVER, Plan
from xinheng.sample.trade import Invoices


@dataclass(frozen=True, slots=True)
class CreditNotes:
    """Arrays by credit note. target: the invoice; is_applied: whether the note names it."""

    target: Array
    issue: Array
    fen: Array
    is_applied: Array


@dataclass(frozen=True, slots=True)
class Receipts:
    """Arrays by receipt, in order of day. invoice: the one it names, -1 when it names none."""

    owner: Array
    invoice: Array
    day: Array
    fen: Array
    method: Array
    by_third_party: Array


def make(*, plan: Plan, invoices: Invoices, notes: int, seed: int) -> tuple[Receipts, CreditNotes]:
    """Draw `notes` credit notes and all receipts up to the last day of the horizon."""
    paid = _pay_days(plan, invoices, seed)
    credit = _credit_notes(plan, invoices, paid, notes, seed)
    rng = draws.stream(seed, "receipts")
    owed = invoices.fen.copy()
    np.subtract.at(owed, credit.target[credit.is_applied], credit.fen[credit.is_applied])
    owed[invoices.is_void] = 0
    index, day, fen = _parts(rng, plan, invoices, paid, owed)
    unnamed = (rng.random(plan.count) < 0.06) & ~plan.fate.defaults
    index_named = np.where(unnamed[invoices.owner[index]], -1, index)
    deposits = _deposits(rng, plan)
    owner = np.concatenate([invoices.owner[index], deposits[0]])
    order = np.lexsort((owner, np.concatenate([day, deposits[1]])))
    count = len(owner)
    receipts = Receipts(
        owner=owner[order],
        invoice=np.concatenate([index_named, np.full(len(deposits[0]), -1)])[order],
        day=np.concatenate([day, deposits[1]])[order],
        fen=np.concatenate([fen, deposits[2]])[order],
        method=draws.weighted(rng, [row[1] for row in figures.METHODS], count),
        by_third_party=rng.random(count) < 0.015,
    )
    return receipts, credit


def _pay_days(plan: Plan, invoices: Invoices, seed: int) -> Array:
    """Return the day each invoice is fully paid, NEVER when it is not."""
    rng = draws.stream(seed, "payments")
    delay = _usual_delay(rng, plan, invoices)
    disputed = rng.random(invoices.count) < figures.DISPUTE_SHARE
    delay[disputed] += rng.integers(20, 160, invoices.count)[disputed]
    crisis = plan.fate.crisis[invoices.owner]
    slipping = plan.fate.signals[invoices.owner, LATE] & (crisis < NEVER)
    nearness = (invoices.due - (crisis - 140)) / 140
    in_crisis = slipping & (nearness > 0) & (nearness <= 1.3)
    extra = (np.clip(nearness, 0, 1) * rng.integers(25, 95, invoices.count)).astype(np.int64) + 6
    delay = np.where(in_crisis, np.maximum(delay, 0) + extra, delay)
    day = _on_working_days(invoices, delay)
    return _stopped(rng, plan, invoices, day, crisis)


def _usual_delay(rng: np.random.Generator, plan: Plan, invoices: Invoices) -> Array:
    """Return days after (before: negative) the due date, fitted per customer."""
    count, owner = plan.count, invoices.owner
    # Large customers pay a little more punctually, as in the data: counted by invoice, fewer are
    # late than counted by customer.
    size = draws.ranks_of(plan.invoices + rng.random(count)) - 0.5
    behaviour = draws.ranks_of(
        -0.75 * plan.quality - 0.55 * size + 0.66 * rng.standard_normal(count)
    )
    share = np.interp(behaviour, figures.LATE_SHARE_RANKS, figures.LATE_SHARES)
    z_late = draws.normal(draws.stratified(rng, count))
    z_early = draws.normal(draws.stratified(rng, count))
    late_mean = figures.LATE_DAYS_MEDIAN * np.exp(
        0.6 * (share - 0.45) + figures.LATE_DAYS_SPREAD * z_late
    )
    early_mean = figures.EARLY_DAYS_MEDIAN * np.exp(
        0.9 * (share < 0.16) + figures.EARLY_DAYS_SPREAD * z_early
    )
    early_mean[draws.stratified(rng, count) < figures.NEVER_EARLY] = 0
    is_late = draws.within(rng, owner, count) < share[owner]
    delay = np.zeros(invoices.count, dtype=np.int64)
    late, early = np.flatnonzero(is_late), np.flatnonzero(~is_late)
    over = draws.within(rng, owner[late], count)
    delay[late] = 1 + draws.geometric(over, np.maximum(late_mean - 1, 0)[owner[late]])
    under = draws.within(rng, owner[early], count)
    delay[early] = -draws.geometric(under, early_mean[owner[early]])
    return np.minimum(delay, 200)


def _on_working_days(invoices: Invoices, delay: Array) -> Array:
    """Turn delays into working days, never crossing the due date or the day after issue."""
    first = int(invoices.issue.min(initial=0))
    last = int((invoices.due + np.maximum(delay, 0)).max(initial=0)) + 20
    worked = seasons.working(first, last)
    index = np.arange(len(worked))
    following = np.minimum.accumulate(np.where(worked, index, len(worked) - 1)[::-1])[::-1] + first
    preceding = np.maximum.accumulate(np.where(worked, index, 0)) + first
    raw = np.maximum(invoices.due + delay, invoices.issue)
    day = np.where(delay > 0, following[raw - first], preceding[raw - first])
    return np.where(day < invoices.issue, invoices.issue, day)


def _stopped(
    rng: np.random.Generator, plan: Plan, invoices: Invoices, day: Array, crisis: Array
) -> Array:
    """Let defaulters stop paying; some pay a part or the whole of the rest much later."""
    fails = plan.fate.defaults[invoices.owner]
    age, _ = draws.rank(-invoices.issue, invoices.owner, plan.count)
    # The newest invoices are never paid, and of those due in its last weeks it leaves many lying.
    left_lying = (invoices.due > crisis - 75) & (rng.random(invoices.count) < 0.5)
    unpaid = fails & ((day >= crisis) | (age < 2) | left_lying)
    recovers = (rng.random(plan.count) < 0.6)[invoices.owner] & (rng.random(invoices.count) < 0.55)
    recovers &= age > 0
    later = crisis + rng.integers(60, 400, invoices.count)
    # In the end half of them settle what is left, through a court or a composition.
    settled = crisis + rng.integers(400, 560, plan.count)[invoices.owner]
    settles = (rng.random(plan.count) < 0.5)[invoices.owner]
    later = np.where(recovers, later, np.where(settles, settled, NEVER))
    return np.where(unpaid, np.maximum(later, day), day)


def _credit_notes(
    plan: Plan, invoices: Invoices, paid: Array, notes: int, seed: int
) -> CreditNotes:
    """Choose invoices that are credited in part or whole before they are paid."""
    rng = draws.stream(seed, "credit notes")
    until = plan.horizon.until
    closing = np.minimum(np.minimum(paid, invoices.due), until)
    room = closing - invoices.issue
    able = np.flatnonzero((room >= 2) & ~invoices.is_void)
    target = np.sort(rng.permutation(able)[:notes])
    share = np.where(
        rng.random(len(target)) < 0.22, 1.0, 0.03 + 0.32 * rng.random(len(target)) ** 2
    )
    recent = invoices.issue[target] > until - 120
    is_applied = ~(recent & (share < 0.2) & (rng.random(len(target)) < 0.15))
    fen = np.maximum(np.rint(invoices.fen[target] * share).astype(np.int64), 100)
    return CreditNotes(
        target=target,
        issue=invoices.issue[target]
        + 1
        + (rng.random(len(target)) * (room[target] - 1) * 0.8).astype(np.int64),
        fen=np.minimum(fen, invoices.fen[target]),
        is_applied=is_applied,
    )


def _parts(
    rng: np.random.Generator, plan: Plan, invoices: Invoices, paid: Array, owed: Array
) -> tuple[Array, Array, Array]:
    """Split payments into one, two or three parts: (invoice, day, fen) up to the last day."""
    count = invoices.count
    parts = np.where(owed < 2_000_000, 1, 1 + draws.weighted(rng, (0.85, 0.12, 0.03), count))
    parts = np.where(owed > 0, parts, 0)
    index = np.repeat(np.arange(count), parts)
    place = np.arange(len(index)) - (np.cumsum(parts) - parts)[index]
    remaining = parts[index] - 1 - place  # 0 for the part that settles
    step = rng.integers(5, 24, len(index))
    final = paid[index]
    # What is paid late is mostly paid late in all its parts.
    late = final - invoices.due[index]
    drawn_out = (late > 1) & (rng.random(len(index)) < 0.85)
    step = np.where(
        drawn_out, np.minimum(step, (late - 1) // np.maximum(parts[index] - 1, 1)), step
    )
    # A defaulter may have paid a part on time before it stopped.
    final = np.where(final == NEVER, invoices.due[index] + 10 + step, final)
    day = np.maximum(final - remaining * step, invoices.issue[index])
    weight = 0.5 + rng.random(len(index))
    whole = np.bincount(index, weights=weight, minlength=count)
    fen = np.floor(owed[index] * weight / whole[index]).astype(np.int64)
    settled = np.bincount(index, weights=fen, minlength=count).astype(np.int64)
    fen += np.where(remaining == 0, (owed - settled)[index], 0)
    crisis = plan.fate.crisis[invoices.owner[index]]
    unpaid = (paid[index] == NEVER) & ((remaining == 0) | (day >= crisis))
    kept = (day <= plan.horizon.until) & (fen > 0) & ~unpaid
    return index[kept], day[kept], fen[kept]


def _deposits(rng: np.random.Generator, plan: Plan) -> tuple[Array, Array, Array]:
    """Return money paid in advance by every second new customer: (customer, day, fen)."""
    new = np.flatnonzero((plan.invoices == 0) & (plan.joined > plan.horizon.first))
    new = new[rng.random(len(new)) < 0.5]
    earliest = plan.joined[new]
    day = earliest + (rng.random(len(new)) * (plan.horizon.until - earliest)).astype(np.int64)
    return new, day, rng.integers(5, 80, len(new)) * 100_000
