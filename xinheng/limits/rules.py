"""The policy's rule for one customer; `expressions` renders the same policy for a portfolio.

Limit = the least of need, capacity × share of the grade, single-name cap and the tier's cap,
floored to a step. Which bound is the least is the explanation, so every bound is kept.
All amounts are integers of minor units; shares are percents; every division is floored.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from xinheng.kernel import conditions, money, terms
from xinheng.limits.policy import Policy, Tier

# Larger purchases or capacities count as this much (a hundred billion in major units): every cap
# lies far below, and no product of them leaves 64 bits in any engine.
LARGEST_INPUT = 10**13
DAYS_OF_YEAR = 365
PERCENT = 100

Convert = Callable[[money.Money], money.Money | None]

# What a policy's conditions may ask beside the factors.
GRADE_FIELDS = ("grade", "score", "coverage")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rule needs about one customer, amounts in minor units of its credit currency.

    values: the fields of the policy's conditions: factors, grade, score, coverage
    """

    grade: str
    annual_sales_minor: int | None
    delay_days: float | None
    working_assets_line_minor: int | None
    equity_minor: int | None
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Amounts:
    """The policy's amounts in minor units of one currency, by `amounts_in`."""

    step_minor: int
    minimum_minor: int
    single_name_minor: int | None
    cap_minor: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Bound:
    """One term of the minimum; None where its inputs are not known."""

    code: str
    minor: int | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the policy proposes; `binding` names the bound, or the reason for no credit."""

    tier: str
    limit_minor: int
    binding: str
    bounds: tuple[Bound, ...]
    terms: str
    terms_days: int
    deposit_percent: int
    review_due: date


def propose(policy: Policy, facts: Facts, amounts: Amounts | None, as_of: date) -> Proposal:
    """Apply a policy to one customer.

    amounts: None when no exchange rate leads to the customer's currency; the limit is then 0
    source:  minimum of need, scaled capacity and caps, floored to a step (授信额度测算)
    """
    tier = tier_of(policy, facts)
    bounds = bounds_of(policy, tier, facts, amounts)
    refused = no_credit_of(policy, facts)
    if refused is not None:
        limit, binding = 0, f"no_credit.{refused}"
    elif amounts is None:
        limit, binding = 0, "no_rate"
    else:
        limit, binding = least(bounds)
        limit = floored(limit, amounts)
    agreed = tier.terms if limit > 0 else policy.no_credit_terms
    return Proposal(
        tier=tier.tier,
        limit_minor=limit,
        binding=binding,
        bounds=bounds,
        terms=agreed,
        terms_days=terms.parse(agreed).span_days,
        deposit_percent=tier.deposit_percent if limit > 0 else 0,
        review_due=as_of + timedelta(days=tier.review_days),
    )


def tier_of(policy: Policy, facts: Facts) -> Tier:
    """Return the first tier that admits the grade and whose condition holds, else the last."""
    for tier in policy.tiers:
        if tier.grades and facts.grade not in tier.grades:
            continue
        if tier.when is None or conditions.evaluate(tier.when, facts.values):
            return tier
    return policy.tiers[-1]


def no_credit_of(policy: Policy, facts: Facts) -> str | None:
    """Return the code of the first condition that forbids credit, None when none holds."""
    for one in policy.no_credit:
        if conditions.evaluate(one.when, facts.values):
            return one.code
    return None


def bounds_of(
    policy: Policy, tier: Tier, facts: Facts, amounts: Amounts | None
) -> tuple[Bound, ...]:
    """Return every bound in the order in which a tie is named."""
    method, capacity = capacity_of(policy, facts)
    scaled = None if capacity is None else capacity * policy.share_of(facts.grade) // PERCENT
    return (
        Bound("need", need_of(policy, tier, facts)),
        Bound(f"capacity_{method}" if method else "capacity", scaled),
        Bound("single_name_cap", amounts.single_name_minor if amounts else None),
        Bound("policy_cap", amounts.cap_minor[tier.tier] if amounts else None),
    )


def need_of(policy: Policy, tier: Tier, facts: Facts) -> int | None:
    """Return purchases of a year / 365 × (terms + usual delay) × peak, None without purchases.

    source: sales-based limit (销售量法); 3,650,000 a year, 60 + 10 days, peak 1.2 → 840,000
    """
    if facts.annual_sales_minor is None:
        return None
    sales = clipped(facts.annual_sales_minor)
    days = terms.parse(tier.terms).span_days + delay_of(policy, facts.delay_days)
    return sales * days * policy.need.peak_percent // (DAYS_OF_YEAR * PERCENT)


def delay_of(policy: Policy, delay_days: float | None) -> int:
    """Return the usual delay in whole days, between 0 and what the policy counts as need."""
    if delay_days is None:
        return 0
    return max(0, min(math.floor(delay_days), policy.need.longest_delay_days))


def capacity_of(policy: Policy, facts: Facts) -> tuple[str, int | None]:
    """Return the first method whose inputs are known, and what it measures ("" and None if none).

    source: 营运资产 × share by its index; share of net worth (净资产法); days of purchases
    """
    for method in policy.capacity.methods:
        measured = _measured(policy, method, facts)
        if measured is not None:
            return method, measured
    return "", None


def _measured(policy: Policy, method: str, facts: Facts) -> int | None:
    if method == "working_assets":
        line = facts.working_assets_line_minor
        return None if line is None else clipped(line)
    if method == "net_worth":
        equity = facts.equity_minor
        if equity is None:
            return None
        return clipped(equity) * policy.capacity.net_worth_percent // PERCENT
    sales = facts.annual_sales_minor
    if sales is None or sales <= 0:
        return None
    return clipped(sales) * policy.capacity.trade_days // DAYS_OF_YEAR


def clipped(minor: int) -> int:
    """Return an input between 0 and LARGEST_INPUT: below zero nothing is needed or borne."""
    return max(0, min(minor, LARGEST_INPUT))


def least(bounds: tuple[Bound, ...]) -> tuple[int, str]:
    """Return the least bound and its name; an unknown need or capacity means 0 and `no_data`."""
    need, capacity = bounds[0], bounds[1]
    if need.minor is None or capacity.minor is None:
        return 0, "no_data"
    known = [(bound.minor, bound.code) for bound in bounds if bound.minor is not None]
    return min(known, key=lambda bound: bound[0])


def floored(minor: int, amounts: Amounts) -> int:
    """Return a limit floored to the step, 0 below the minimum."""
    limit = minor - minor % amounts.step_minor
    return limit if limit >= amounts.minimum_minor else 0


def amounts_in(policy: Policy, currency: str, convert: Convert) -> Amounts | None:
    """Return the policy's amounts in a currency, None when there is no rate to it.

    convert: from Money of the policy's currency to Money of `currency`, None without a rate
    """

    def converted(text: str | None) -> int | None:
        if text is None:
            return None
        there = convert(money.parse(text, policy.currency))
        assert there is not None, "checked once below"
        return there.minor

    if convert(money.Money(1, policy.currency)) is None:
        return None
    return Amounts(
        step_minor=_own(policy.step, currency),
        minimum_minor=_own(policy.minimum, currency),
        single_name_minor=converted(policy.single_name_cap),
        cap_minor={tier.tier: converted(tier.cap) for tier in policy.tiers},
    )


def _own(text: str, currency: str) -> int:
    # Steps stay round numbers of the customer's own currency.
    return money.parse(text, currency, rounding="half_up").minor or 1
