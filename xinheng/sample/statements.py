"""Financial statements of the customers: whole, consistent, and worse before a default.

Every identity holds to the fen: assets equal liabilities and equity, gross profit is sales less
cost, profit flows into retained earnings. Small firms often file nothing.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from xinheng.sample import draws, figures, words
from xinheng.sample.draws import Array
from xinheng.sample.identities import Customers
from xinheng.sample.plan import STATEMENT, Plan, day_number
from xinheng.sample.trade import Invoices

ITEMS = (
    "total_assets", "current_assets", "inventory", "receivables", "cash", "intangible_assets",
    "current_liabilities", "total_liabilities", "equity", "retained_earnings", "sales",
    "cost_of_sales", "gross_profit", "ebit", "interest_expense", "profit_before_tax",
    "net_profit", "depreciation", "amortisation", "operating_cash_flow",
)  # fmt: skip
FILES = {"micro": 0.25, "small": 0.72, "medium": 0.93, "large": 0.98}
_AUDITED = {"micro": 0.1, "small": 0.4, "medium": 0.9, "large": 1.0}
_INTEREST, _TAX = 0.048, 0.25


@dataclass(frozen=True, slots=True)
class Statements:
    """Arrays by statement, in order of customer and year; items in fen by ITEMS."""

    owner: Array
    period_end: Array
    available: Array
    audited: Array
    items: dict[str, Array]


def make(*, plan: Plan, customers: Customers, invoices: Invoices, seed: int) -> Statements:
    """Draw up to three yearly statements per customer, those published by the last day."""
    rng = draws.stream(seed, "statements")
    last = (date(1970, 1, 1).toordinal() + plan.horizon.until) - 1
    last_year = date.fromordinal(last + 1).year - 1
    years = [last_year - 2, last_year - 1, last_year]
    lag = rng.integers(80, 160, (plan.count, 3))
    ends = np.array([day_number(date(year, 12, 31)) for year in years])
    published = ends[None, :] + lag
    likely = np.array([FILES[size] for size in customers.size])
    files = rng.random(plan.count) < likely
    shown = files[:, None] & (published <= plan.horizon.until)
    shown[:, 0] &= rng.random(plan.count) < 0.8  # the oldest year is not always on file
    # A firm that has failed publishes nothing more.
    over = np.where(plan.fate.defaults, plan.fate.crisis, plan.horizon.until + 1)
    shown &= published <= over[:, None]
    bought = _bought(plan, invoices, years)
    weak = _weakness(plan, published)
    found = [
        _year(rng, plan, customers, state, index, bought[:, index], weak[:, index])
        for state in [_Firm.of(rng, plan, customers)]
        for index in range(3)
    ]
    owner, year = np.nonzero(shown)
    audited_likely = np.array([_AUDITED[size] for size in customers.size])
    return Statements(
        owner=owner,
        period_end=ends[year],
        available=published[owner, year],
        audited=(rng.random(plan.count) < audited_likely)[owner],
        items={item: np.stack([row[item] for row in found], axis=1)[owner, year] for item in ITEMS},
    )


@dataclass(slots=True)
class _Firm:
    """What carries over from year to year; arrays by customer, money in fen."""

    sales: Array
    equity: Array
    margin: Array
    leverage: Array
    turnover: Array
    current: Array

    @classmethod
    def of(cls, rng: np.random.Generator, plan: Plan, customers: Customers) -> "_Firm":
        """Return each firm at the end of the year before the first statement."""
        quality, count = plan.quality, plan.count
        leverage = np.clip(0.56 - 0.11 * quality + 0.09 * rng.standard_normal(count), 0.14, 0.9)
        sales = customers.yearly_yuan * 100 * 0.86
        turnover = np.clip(1.35 * np.exp(0.25 * rng.standard_normal(count)), 0.6, 3)
        margin = 0.048 + 0.022 * quality + 0.012 * rng.standard_normal(count)
        current = 1.42 + 0.26 * quality + 0.2 * rng.standard_normal(count)
        return cls(
            sales=sales,
            equity=sales / turnover * (1 - leverage),
            margin=np.clip(margin, -0.04, 0.16),
            leverage=leverage,
            turnover=turnover,
            current=np.clip(current, 0.75, 3.6),
        )


def _year(
    rng: np.random.Generator,
    plan: Plan,
    customers: Customers,
    firm: _Firm,
    year: int,
    bought: Array,
    weak: Array,
) -> dict[str, Array]:
    """Return the items of one year and move the firm on to its end."""
    count = plan.count
    growth = 0.05 + 0.03 * plan.quality + 0.08 * rng.standard_normal(count) - 0.16 * weak
    firm.sales = np.maximum(firm.sales * (1 + np.clip(growth, -0.45, 0.6)), bought * 2.5)
    sales = whole(firm.sales)
    gross_margin = np.array([row[3] for row in words.TRADES])[plan.trade]
    gross = whole(sales * np.clip(
        gross_margin + 0.02 * rng.standard_normal(count) + 0.01 * plan.quality - 0.04 * weak,
        0.03, 0.6,
    ))  # fmt: skip
    margin = firm.margin + 0.01 * rng.standard_normal(count) - 0.075 * weak
    ebit = np.minimum(whole(sales * margin), gross)
    assets = np.maximum(whole(firm.sales / firm.turnover), 1)
    debt = np.maximum(assets - firm.equity, 0) * 0.45
    interest = whole(debt * _INTEREST)
    before_tax = ebit - interest
    net = before_tax - whole(np.maximum(before_tax, 0) * _TAX)
    equity = _equity(firm, assets, net, weak)
    items = {
        "sales": sales,
        "cost_of_sales": sales - gross,
        "gross_profit": gross,
        "ebit": ebit,
        "interest_expense": interest,
        "profit_before_tax": before_tax,
        "net_profit": net,
        "total_assets": assets,
        "equity": equity,
        "total_liabilities": assets - equity,
        "retained_earnings": equity - np.minimum(customers.capital_fen, whole(assets * 0.6)),
    }
    items |= _halves(rng, firm, items, weak)
    firm.equity = equity.astype(float)
    return items


def _equity(firm: _Firm, assets: Array, net: Array, weak: Array) -> Array:
    """Return equity after the year: profit kept, the rest paid out or paid in to a usual level."""
    wished = assets * (1 - np.clip(firm.leverage + 0.16 * weak, 0.1, 1.06))
    kept = firm.equity + net
    # Owners take out or bring in half of what separates equity from its usual level, never in a
    # year of crisis, and liabilities are never below a twelfth of the assets.
    settled = np.where(weak > 0, np.minimum(kept, wished), kept + 0.5 * (wished - kept))
    return np.asarray(np.minimum(whole(settled), assets - assets // 12))


def _halves(
    rng: np.random.Generator, firm: _Firm, items: dict[str, Array], weak: Array
) -> dict[str, Array]:
    """Split assets and liabilities into their parts, and add what the cash flow needs."""
    count = len(weak)
    assets, liabilities, sales = items["total_assets"], items["total_liabilities"], items["sales"]
    current_liabilities = whole(liabilities * np.clip(
        0.82 + 0.08 * rng.standard_normal(count), 0.5, 0.98
    ))  # fmt: skip
    ratio = np.clip(firm.current - 0.35 * weak + 0.1 * rng.standard_normal(count), 0.45, 4)
    current = np.clip(whole(current_liabilities * ratio), assets // 5, assets - assets // 12)
    days = np.clip(68 + 14 * rng.standard_normal(count) + 25 * weak, 15, 170)
    receivables = np.minimum(whole(sales * days / 365), whole(current * 0.55))
    stock = np.clip(60 + 18 * rng.standard_normal(count) + 15 * weak, 8, 150)
    inventory = np.minimum(whole(items["cost_of_sales"] * stock / 365), whole(current * 0.38))
    cash = whole((current - receivables - inventory) * np.clip(
        0.62 - 0.3 * weak + 0.1 * rng.standard_normal(count), 0.08, 0.95
    ))  # fmt: skip
    fixed = assets - current
    depreciation = whole(fixed * 0.075)
    intangible = whole(fixed * np.clip(0.12 + 0.05 * rng.standard_normal(count), 0, 0.4))
    amortisation = whole(intangible * 0.1)
    drawn = whole(sales * (0.018 * rng.standard_normal(count) - 0.012 - 0.05 * weak))
    return {
        "current_assets": current,
        "inventory": inventory,
        "receivables": receivables,
        "cash": cash,
        "intangible_assets": intangible,
        "current_liabilities": current_liabilities,
        "depreciation": depreciation,
        "amortisation": amortisation,
        "operating_cash_flow": items["net_profit"] + depreciation + amortisation + drawn,
    }


def _bought(plan: Plan, invoices: Invoices, years: list[int]) -> Array:
    """Return what each customer bought from us in each year, in fen."""
    found = np.zeros((plan.count, len(years)))
    issue_year = invoices.issue.astype("datetime64[D]").astype("datetime64[Y]").astype(int) + 1970
    for index, year in enumerate(years):
        rows = (issue_year == year) & ~invoices.is_void
        found[:, index] = np.bincount(
            invoices.owner[rows], weights=invoices.fen[rows], minlength=plan.count
        )
    return found


def _weakness(plan: Plan, published: Array) -> Array:
    """Return how weak each year is: 1 in the last one published before the crisis, then fading."""
    fate = plan.fate
    before = published <= fate.crisis[:, None]
    last = np.where(before.any(axis=1), before.shape[1] - 1 - before[:, ::-1].argmax(axis=1), -1)
    place = np.arange(published.shape[1])[None, :]
    shows = (fate.signals[:, STATEMENT] & (last >= 0))[:, None]
    return np.where(shows & (place == last[:, None]), 1.0, 0.0) + np.where(
        shows & (place > last[:, None]) & fate.defaults[:, None], 1.2, 0.0
    )


def whole(fen: Array) -> Array:
    """Return amounts as whole fen."""
    return np.rint(fen).astype(np.int64)


assert set(FILES) == set(figures.SIZES)
