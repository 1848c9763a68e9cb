"""Tax invoices of the customers' own trade, of those who let us see them.

Two years of them, as large together as the customer's yearly sales say. Before a crisis sales
shrink, and red letters and voided invoices grow.
"""

from dataclasses import dataclass

import numpy as np

from xinheng.sample import draws, words
from xinheng.sample.draws import Array
from xinheng.sample.identities import Customers
from xinheng.sample.plan import NEVER, Plan

SHOWN = 0.08
SALES, PURCHASES = 36, 14
DAYS = 730
PARTNERS = 9
NAMES = 60_013  # so many partners there are in all
PURCHASED = 0.62  # of what is sold


@dataclass(frozen=True, slots=True)
class TaxInvoices:
    """Tax invoices by day; fen without tax, below 0 for a red letter."""

    owner: Array
    is_sale: Array
    day: Array
    partner: list[str]
    fen: Array
    tax: Array
    is_void: Array


def make(*, plan: Plan, customers: Customers, seed: int) -> TaxInvoices:
    """Draw the tax invoices of one customer in twelve."""
    rng = draws.stream(seed, "tax invoices")
    who = np.flatnonzero((rng.random(plan.count) < SHOWN) & (customers.yearly_yuan > 0))
    per = SALES + PURCHASES
    owner = np.repeat(who, per)
    is_sale = np.tile(np.arange(per) < SALES, len(who))
    day = plan.horizon.until - rng.integers(0, DAYS, len(owner))
    crisis = plan.fate.crisis[owner]
    is_bad = (crisis < NEVER) & (crisis - day < 150) & ((crisis >= day) | plan.fate.defaults[owner])
    is_red = is_sale & (rng.random(len(owner)) < np.where(is_bad, 0.12, 0.03))
    is_void = rng.random(len(owner)) < np.where(is_bad, 0.10, 0.035)
    size = rng.lognormal(0.0, 0.7, len(owner)) / np.exp(0.245)
    yearly = np.where(is_sale, 1 / SALES, PURCHASED / PURCHASES) * customers.yearly_yuan[owner]
    yuan = yearly * DAYS / 365 * size * np.where(is_bad, 0.45, 1.0) * np.where(is_red, 0.4, 1.0)
    fen = np.maximum((yuan * 100).astype(np.int64), 100) * np.where(is_red, -1, 1)
    partner = _partners(rng, owner, is_sale, plan.quality[owner])
    order = np.lexsort((np.arange(len(owner)), day))
    return TaxInvoices(
        owner=owner[order],
        is_sale=is_sale[order],
        day=day[order],
        partner=[partner[at] for at in order.tolist()],
        fen=fen[order],
        tax=(np.sign(fen) * ((np.abs(fen) * 13 * 2 + 100) // 200))[order],
        is_void=is_void[order],
    )


def _partners(rng: np.random.Generator, owner: Array, is_sale: Array, quality: Array) -> list[str]:
    """Return whom each invoice names: few of a customer's partners take most of it."""
    pull = np.clip(1.15 - 0.2 * quality, 0.5, 2.0)
    place = np.minimum((rng.random(len(owner)) ** (1 + pull) * PARTNERS), PARTNERS - 1)
    key = (owner * 2 + is_sale) * PARTNERS + place.astype(np.int64)
    key %= NAMES
    known = {at: _partner(at) for at in set(key.tolist())}
    return [known[at] for at in key.tolist()]


def _partner(at: int) -> str:
    """Return the invented name of one trading partner."""
    city = words.CITIES[at * 7 % len(words.CITIES)][0]
    brand = words.FIRST[at * 5 % len(words.FIRST)][0] + words.SECOND[at % len(words.SECOND)][0]
    called = words.TRADES[at * 3 % len(words.TRADES)][4]
    return f"{city}{brand}{called[at % len(called)]}有限公司"
