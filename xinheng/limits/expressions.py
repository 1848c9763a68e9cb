"""The same policy as one Ibis expression over assessed factors, for a whole portfolio.

It mirrors `rules.propose` step by step and is tested equal on every engine; whoever changes the
one changes the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import ibis
from ibis.expr import types as ir

from xinheng.factors import conditions
from xinheng.factors.primitives import floor_div
from xinheng.kernel import terms
from xinheng.limits.policy import Policy, Tier
from xinheng.limits.rules import DAYS_OF_YEAR, LARGEST_INPUT, PERCENT, Amounts

BOUNDS = ("need", "capacity", "single_name_cap", "policy_cap")


@dataclass(frozen=True, slots=True)
class Inputs:
    """Which columns hold what the rule needs (see `rules.Facts`)."""

    annual_sales_minor: str
    delay_days: str
    working_assets_line_minor: str
    equity_minor: str


def proposed(
    policy: Policy,
    table: ir.Table,
    inputs: Inputs,
    amounts: Mapping[str, Amounts | None],
    as_of: date,
) -> ir.Table:
    """Return the table with what the policy proposes for each row.

    table:   `currency` string, the columns of `inputs`, grade, and the fields of the conditions
    amounts: by currency, for every currency that occurs (see `rules.amounts_in`)
    adds:    tier, limit_proposed_minor int64, binding, b_<bound> int64, capacity_method,
             terms, terms_days int64, deposit_percent int64, review_due date
    """
    tiered = table.mutate(tier=_tier(policy, table))
    bounded = tiered.mutate(**_inner_bounds(policy, tiered, inputs, amounts))
    measured = bounded.mutate(**_capacity(policy, bounded, inputs))
    least = _least(measured)
    decided = least.mutate(**_decided(policy, least, amounts))
    agreed = decided.mutate(**_agreed(policy, decided, as_of))
    return agreed.drop("_step", "_minimum", "_least", "_least_code")


def _tier(policy: Policy, table: ir.Table) -> Any:
    branches = []
    for tier in policy.tiers:
        admitted = table["grade"].isin(tier.grades) if tier.grades else ibis.literal(True)
        if tier.when is not None:
            admitted = admitted & conditions.expression(tier.when, table)
        branches.append((admitted, ibis.literal(tier.tier)))
    return ibis.cases(*branches, else_=ibis.literal(policy.tiers[-1].tier))


def _per_tier(policy: Policy, table: ir.Table, value: Any, kind: str) -> Any:
    """Return a column that gives each row the value of its tier."""
    branches = [(table["tier"] == tier.tier, _literal(value(tier), kind)) for tier in policy.tiers]
    return ibis.cases(*branches, else_=_literal(value(policy.tiers[-1]), kind))


def _per_currency(table: ir.Table, amounts: Mapping[str, Amounts | None], value: Any) -> Any:
    """Return a column that gives each row the amount of its currency, NULL without a rate."""
    branches = [
        (table["currency"] == currency, _literal(value(found), "int64"))
        for currency, found in sorted(amounts.items())
        if found is not None
    ]
    return ibis.cases(*branches, else_=ibis.null("int64")) if branches else ibis.null("int64")


def _literal(value: Any, kind: str) -> Any:
    return ibis.null(kind) if value is None else ibis.literal(value, kind)


def _inner_bounds(
    policy: Policy, table: ir.Table, inputs: Inputs, amounts: Mapping[str, Amounts | None]
) -> dict[str, Any]:
    def cap_of(tier: Tier) -> Any:
        return _per_currency(table, amounts, lambda found: found.cap_minor[tier.tier])

    delay = table[inputs.delay_days]
    longest = policy.need.longest_delay_days
    days = _per_tier(policy, table, lambda tier: terms.parse(tier.terms).span_days, "int64")
    delayed = _clip(ibis.coalesce(_floor(delay), 0), longest)
    product = _clipped(table[inputs.annual_sales_minor]) * (days + delayed)
    caps = [(table["tier"] == tier.tier, cap_of(tier)) for tier in policy.tiers]
    return {
        "b_need": floor_div(product * policy.need.peak_percent, DAYS_OF_YEAR * PERCENT),
        "b_single_name_cap": _per_currency(table, amounts, lambda a: a.single_name_minor),
        "b_policy_cap": ibis.cases(*caps, else_=ibis.null("int64")),
        "_step": _per_currency(table, amounts, lambda a: a.step_minor),
        "_minimum": _per_currency(table, amounts, lambda a: a.minimum_minor),
    }


def _capacity(policy: Policy, table: ir.Table, inputs: Inputs) -> dict[str, Any]:
    sales = table[inputs.annual_sales_minor]
    equity = _clipped(table[inputs.equity_minor])
    trade = floor_div(_clipped(sales) * policy.capacity.trade_days, DAYS_OF_YEAR)
    measured = {
        "working_assets": _clipped(table[inputs.working_assets_line_minor]),
        "net_worth": floor_div(equity * policy.capacity.net_worth_percent, PERCENT),
        "trade": (sales > 0).ifelse(trade, ibis.null("int64")),
    }
    known = [(measured[m].notnull(), m) for m in policy.capacity.methods]
    value = ibis.coalesce(*[measured[method] for method in policy.capacity.methods])
    shares = [(table["grade"] == s.grade, _int(s.percent)) for s in policy.grade_shares]
    return {
        "capacity_method": ibis.cases(*known, else_=ibis.literal("")),
        "b_capacity": floor_div(value * ibis.cases(*shares, else_=_int(0)), PERCENT),
    }


def _least(table: ir.Table) -> ir.Table:
    """Return the table with the least bound so far and its code, one bound after the other."""
    least = table.mutate(_least=table["b_need"], _least_code=ibis.literal("need"))
    for bound in BOUNDS[1:]:
        column = least["b_" + bound]
        is_less = column.notnull() & (column < least["_least"])
        code = ibis.literal(bound)
        if bound == "capacity":
            code = ibis.literal("capacity_") + least["capacity_method"]
        least = least.mutate(
            _least=is_less.ifelse(column, least["_least"]),
            _least_code=is_less.ifelse(code, least["_least_code"]),
        )
    return least


def _decided(
    policy: Policy, table: ir.Table, amounts: Mapping[str, Amounts | None]
) -> dict[str, Any]:
    known_rates = [currency for currency, found in amounts.items() if found is not None]
    refusals = [
        (conditions.expression(one.when, table), ibis.literal(f"no_credit.{one.code}"))
        for one in policy.no_credit
    ]
    obstacles = [
        *refusals,
        (_is_none_of(table["currency"], known_rates), ibis.literal("no_rate")),
        (table["b_need"].isnull() | table["b_capacity"].isnull(), ibis.literal("no_data")),
    ]
    floored = table["_least"] - table["_least"] % table["_step"]
    allowed = (floored >= table["_minimum"]).ifelse(floored, _int(0))
    return {
        "binding": ibis.cases(*obstacles, else_=table["_least_code"]),
        "limit_proposed_minor": ibis.cases(
            *[(obstacle, _int(0)) for obstacle, _ in obstacles], else_=allowed
        ),
    }


def _agreed(policy: Policy, table: ir.Table, as_of: date) -> dict[str, Any]:
    is_granted = table["limit_proposed_minor"] > 0
    none = policy.no_credit_terms
    due = _per_tier(policy, table, lambda tier: as_of + timedelta(days=tier.review_days), "date")

    def granted(value: Any, otherwise: Any, kind: str) -> Any:
        return is_granted.ifelse(_per_tier(policy, table, value, kind), _literal(otherwise, kind))

    return {
        "terms": granted(lambda tier: tier.terms, none, "string"),
        "terms_days": granted(
            lambda tier: terms.parse(tier.terms).span_days, terms.parse(none).span_days, "int64"
        ),
        "deposit_percent": granted(lambda tier: tier.deposit_percent, 0, "int64"),
        "review_due": due,
    }


def _is_none_of(column: Any, values: list[str]) -> Any:
    return ~column.isin(values) if values else ibis.literal(True)


def _int(number: int) -> Any:
    return ibis.literal(number, "int64")


def _floor(value: Any) -> Any:
    return value.cast("float64").floor().cast("int64")


def _clip(value: Any, most: int) -> Any:
    return ibis.cases((value < 0, _int(0)), (value > most, _int(most)), else_=value)


def _clipped(value: Any) -> Any:
    return _clip(value.cast("int64"), LARGEST_INPUT)
