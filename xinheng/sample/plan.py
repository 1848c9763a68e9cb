"""The hidden side of a generated company: how good each customer is and what becomes of it.

Nothing here is written to the books; everything in the books follows from it. Only the day of
default comes out, as truth.csv.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from xinheng.sample import draws, figures, words
from xinheng.sample.draws import Array

NEVER = np.int64(10**6)  # a day later than any day of a book
YEARS = 3
LATE, ORDERS, EVENTS, STATEMENT = range(4)  # places in Fate.signals


def day_number(day: date) -> int:
    """Return days since 1970-01-01, the unit of every date here."""
    return (day - date(1970, 1, 1)).days


@dataclass(frozen=True, slots=True)
class Horizon:
    """The days a book covers, both ends inside."""

    first: int
    until: int

    @classmethod
    def of(cls, until: date) -> "Horizon":
        """Return three years that end on `until`."""
        return cls(day_number(until) - 365 * YEARS, day_number(until))

    @property
    def days(self) -> int:
        """Return how many days there are."""
        return self.until - self.first + 1


@dataclass(frozen=True, slots=True)
class Fate:
    """What happens to each customer; arrays by customer.

    crisis: day of the default or of the crisis it survives, NEVER for most; defaults: whether it
    does not survive; signals: (customers, 4) which of LATE, ORDERS, EVENTS, STATEMENT show before
    the crisis; surge: whether the order signal is a rush instead of a drop
    """

    crisis: Array
    defaults: Array
    signals: Array
    surge: Array


@dataclass(frozen=True, slots=True)
class Plan:
    """Hidden traits of all customers; arrays by customer.

    quality: standard normal, higher is better; trade: index into words.TRADES; joined, left: first
    and last day of business; invoices: how many documents; yuan: planned sales over the horizon
    """

    horizon: Horizon
    quality: Array
    trade: Array
    joined: Array
    left: Array
    invoices: Array
    yuan: Array
    fate: Fate

    @property
    def count(self) -> int:
        """Return how many customers there are."""
        return len(self.quality)


def make(*, customers: int, invoices: int, seed: int, horizon: Horizon) -> Plan:
    """Draw the hidden traits. invoices: documents to spread, credit notes not among them."""
    rng = draws.stream(seed, "plan")
    trade = draws.weighted(rng, [row[1] for row in words.TRADES], customers)
    shift = np.array([row[2] for row in words.TRADES])[trade]
    quality = 0.95 * draws.normal(draws.stratified(rng, customers)) + shift
    rank = draws.stratified(rng, customers)
    joined, is_new = _joined(rng, customers, horizon)
    fate = _fate(rng, quality, rank, joined, horizon)
    left = np.full(customers, horizon.until)
    churned = (rng.random(customers) < 0.08) & (joined < horizon.first) & (fate.crisis == NEVER)
    left[churned] = horizon.first + rng.integers(200, horizon.days, customers)[churned]
    ends = fate.defaults
    left[ends] = np.minimum(fate.crisis[ends] + rng.integers(3, 25, customers)[ends], horizon.until)
    span = (left - np.maximum(joined, horizon.first) + 1) / horizon.days
    span[is_new] = 0
    weight = _weight(rank, span)
    total = figures.MEAN_INVOICE_YUAN * invoices
    return Plan(
        horizon=horizon,
        quality=quality,
        trade=trade,
        joined=joined,
        left=left,
        invoices=_documents(invoices, weight, span),
        yuan=weight / max(weight.sum(), 1e-12) * total,
        fate=fate,
    )


def _joined(rng: np.random.Generator, customers: int, horizon: Horizon) -> tuple[Array, Array]:
    """Return the day each relation began, and which customers are new and have bought nothing."""
    before = horizon.first - rng.integers(20, 365 * 12, customers)
    during = horizon.first + rng.integers(0, max(horizon.days - 75, 1), customers)
    joined = np.where(rng.random(customers) < 0.74, before, during)
    is_new = np.zeros(customers, dtype=bool)
    new = int(figures.NEW_SHARE * customers)
    chosen = rng.permutation(customers)[:new]
    is_new[chosen] = True
    joined[chosen] = horizon.until - rng.integers(3, 40, new)
    return joined, is_new


def _fate(
    rng: np.random.Generator, quality: Array, rank: Array, joined: Array, horizon: Horizon
) -> Fate:
    """Choose who defaults or passes through a crisis, when, and what shows before.

    Defaulters are old customers of some weight but not giants, mostly of poor quality. Most
    show three signals or all four; one in fourteen fails without warning, as in life.
    """
    customers = len(quality)
    hazard = -quality + 0.7 * rng.standard_normal(customers)
    able = (joined < horizon.first) & (rank > 0.45) & (rank < 0.985)
    if able.sum() < 4 * figures.DEFAULT_SHARE * customers:
        able = joined < horizon.until - 120
    order = np.argsort(np.where(able, -hazard, np.inf), kind="stable")
    failing = int(np.rint(figures.DEFAULT_SHARE * customers))
    shaken = int(np.rint(figures.STRESS_SHARE * customers))
    failing = max(failing, 1) if customers >= 20 else failing
    failing = min(failing, int(able.sum()))
    chosen = order[: min(failing + shaken, int(able.sum()))]
    crisis = np.full(customers, NEVER)
    defaults = np.zeros(customers, dtype=bool)
    defaults[chosen[:failing]] = True
    first = 300 if customers >= 20 else 150
    mild = chosen[failing:]
    for part in (chosen[:failing], mild):
        share = draws.stratified(rng, len(part))
        if part is mild:
            share = share**0.5 * 1.02  # more of them now than then: the watch list of today
        crisis[part] = horizon.first + first + (share * (horizon.days - first - 8)).astype(np.int64)
    signals = np.zeros((customers, 4), dtype=bool)
    signals[chosen[:failing]] = _signals(rng, failing)
    signals[mild, draws.weighted(rng, (6, 2, 2), len(mild))] = True
    signals[mild, EVENTS] |= rng.random(len(mild)) < 0.35
    return Fate(crisis, defaults, signals, rng.random(customers) < 0.3)


def _signals(rng: np.random.Generator, count: int) -> Array:
    """Return which signals show before each default: all four, three, or none that helps."""
    found = np.ones((count, 4), dtype=bool)
    kind = draws.stratified(rng, count)
    missing = rng.integers(1, 4, count)  # lateness is never the one that is missing
    three = (kind >= 0.5) & (kind < 0.93)
    found[np.flatnonzero(three), missing[three]] = False
    found[kind >= 0.93] = False
    return found


def _weight(rank: Array, span: Array) -> Array:
    """Return lognormal sales weights whose largest tenth holds the share we aim at."""
    z = draws.normal(rank)
    top = max(len(rank) // 10, 1)
    low, high = 0.2, 4.0
    for _ in range(40):
        middle = (low + high) / 2
        weight = np.sort(_spread(z, middle) * span)[::-1]
        share = weight[:top].sum() / max(weight.sum(), 1e-12)
        low, high = (middle, high) if share < figures.TOP_TENTH_SHARE else (low, middle)
    return _spread(z, low) * span


def _spread(z: Array, sigma: float) -> Array:
    return np.maximum(np.exp(sigma * z), figures.LEAST_WEIGHT)


def _documents(invoices: int, weight: Array, span: Array) -> Array:
    """Return how many invoices each customer gets: large ones more, but not in proportion."""
    pull = np.where(span > 0, weight**0.35 * span**0.65, 0)
    active = np.flatnonzero(pull > 0)
    least = np.zeros(len(weight), dtype=np.int64)
    least[active[np.argsort(-pull[active], kind="stable")][:invoices]] = 1
    most_least = min(3, invoices // max(len(active), 1))
    return draws.apportion(invoices, pull, least * max(most_least, 1))
