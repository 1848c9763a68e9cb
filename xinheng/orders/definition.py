"""The rule set of credit decisions as a definition (kind `credit_rules`).

Amounts are texts in major units of its currency ("500000"), shares are percents with at most two
decimals. `CreditRules.prepared` is the same as the plain values decisions are taken by.
"""

from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from xinheng.definitions.schema import Strict
from xinheng.kernel import money
from xinheng.kernel.refusals import Refusal
from xinheng.orders.rules import ruleset
from xinheng.orders.rules.facts import DocumentKind, Point
from xinheng.orders.rules.verdict import Level, Reason

KIND = "credit_rules"
Effect = Literal["off", "warn", "hold", "refuse"]
_LEVELS = {"warn": Level.WARN, "hold": Level.HOLD, "refuse": Level.REFUSE}
CHECK_CODES = tuple(reason.code for reason in Reason)
_REASONS = {reason.code: reason for reason in Reason}


def _is_amount(text: str) -> str:
    try:
        amount = money.parse(text, "CNY")
    except Refusal:
        amount = None
    if amount is None or amount.minor < 0:
        raise ValueError('应为不小于 0 的金额，如 "1000" / an amount of 0 or more, such as "1000"')
    return text


def _is_check(text: str) -> str:
    if text not in _REASONS:
        raise ValueError("没有这项检查 / no such check")
    return text


Amount = Annotated[str, AfterValidator(_is_amount)]
Percent = Annotated[Decimal, Field(ge=0, le=1000, decimal_places=2, allow_inf_nan=False)]
Days = Annotated[int, Field(ge=0, le=3650)]
CheckCode = Annotated[str, AfterValidator(_is_check)]
Name = Annotated[str, Field(min_length=1, max_length=60)]


class AppliesTo(Strict):
    """For whom: everybody, or the tiers, groups or customers named by their codes."""

    breadth: Literal["all", "tier", "group", "customer"] = "all"
    keys: tuple[str, ...] = ()


class Parameters(Strict):
    """What a check compares with; which of them it takes is in `rules.specs`.

    horizon_days: none takes the rule set's own
    covers_excess: an insured amount lets a document pass the limit up to it
    is_required: an unlimited validity, or a missing insurance, counts as expired
    """

    amount: Amount | None = None
    percent: Percent | None = None
    days: Days | None = None
    level: Annotated[int, Field(ge=1, le=20)] | None = None
    index: Annotated[int, Field(ge=0, le=1000)] | None = None
    horizon_days: Days | None = None
    covers_excess: bool = False
    is_required: bool = False


class Rule(Strict):
    """One check for some customers.

    effect: what it does wherever `at` (document → check point → effect) says nothing else
    tolerance: of percent and amount, the smaller counts
    """

    name: Name
    check: CheckCode
    effect: Effect = "warn"
    at: dict[DocumentKind, dict[Point, Effect]] = {}
    applies_to: AppliesTo = AppliesTo()
    parameters: Parameters = Parameters()
    tolerance_percent: Percent | None = None
    tolerance_amount: Amount | None = None
    de_minimis: Amount = "0"
    grace_days: Days = 0

    def effect_at(self, kind: DocumentKind, point: Point) -> Effect:
        """Return what this rule does with such a document at such a point."""
        return self.at.get(kind, {}).get(point, self.effect)


class Exclusion(Strict):
    """What is not held although a rule says so.

    check:   the check whose finding it takes back, or by whose values it releases
    release: lets the document go outright; then `check` may be left out
    points:  the check points it is for; none means all
    """

    name: Name
    check: CheckCode | None = None
    release: bool = False
    applies_to: AppliesTo = AppliesTo()
    documents: tuple[DocumentKind, ...] = ()
    points: tuple[Point, ...] = ()
    amount_up_to: Amount | None = None
    percent_up_to: Percent | None = None
    days_up_to: Days | None = None
    level_up_to: Annotated[int, Field(ge=0, le=20)] | None = None
    index_from: Annotated[int, Field(ge=0, le=1000)] | None = None


class Releaser(Strict):
    """A role that may release, and how far past the limit; none knows no bound."""

    role: Name
    excess: Amount | None = None


class CreditRules(Strict):
    """All rules and exclusions, who may release, and the days that count.

    horizon_days:     orders to be shipped later do not count in a dynamic check
    reservation_days: how long a reservation waits for its second step
    recheck_days:     check point → days after leave was given without holding again
    tell_customers:   write to a customer's first contact when an order is held or goes on again
    """

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "CNY"
    rules: Annotated[tuple[Rule, ...], Field(min_length=1, max_length=500)]
    exclusions: Annotated[tuple[Exclusion, ...], Field(max_length=500)] = ()
    releasers: tuple[Releaser, ...] = ()
    horizon_days: Days = 30
    reservation_days: Annotated[int, Field(ge=1, le=365)] = 30
    recheck_days: dict[Point, Days] = {}
    tell_customers: bool = False

    @cached_property
    def prepared(self) -> ruleset.RuleSet:
        """Return the plain values decisions are taken by."""
        return rule_set(self)


def scoped(content: CreditRules) -> list[tuple[str, Rule | Exclusion]]:
    """Return every rule and exclusion with its place in the content."""
    rules = [(f"rules.{number}", one) for number, one in enumerate(content.rules)]
    exclusions = [(f"exclusions.{number}", one) for number, one in enumerate(content.exclusions)]
    return [*rules, *exclusions]


def reason_of(code: str) -> Reason:
    """Return the reason that a check's code names."""
    return _REASONS[code]


def rule_set(content: CreditRules) -> ruleset.RuleSet:
    """Return a content as the plain values decisions are taken by."""
    currency = content.currency
    return ruleset.RuleSet(
        rules=tuple(_rule(one, content) for one in content.rules),
        exclusions=tuple(_exclusion(one, currency) for one in content.exclusions),
        currency=currency,
        horizon_days=content.horizon_days,
        reservation_days=content.reservation_days,
        recheck_days=dict(content.recheck_days),
        releasers={one.role: _minor(one.excess, currency) for one in content.releasers},
    )


def _rule(one: Rule, content: CreditRules) -> ruleset.Rule:
    currency = content.currency
    effects = {
        (kind, point): _LEVELS[effect]
        for kind in ruleset.DOCUMENTS
        for point in ruleset.POINTS
        if (effect := one.effect_at(kind, point)) != "off"
    }
    reason = _REASONS[one.check]
    return ruleset.Rule(
        name=one.name,
        reason=reason,
        effects=effects,
        scope=_scope(one.applies_to),
        parameters=_parameters(one.parameters, reason, content),
        tolerance_bp=_bp(one.tolerance_percent),
        tolerance_minor=_minor(one.tolerance_amount, currency),
        de_minimis_minor=_minor(one.de_minimis, currency) or 0,
        grace_days=one.grace_days,
    )


def _parameters(one: Parameters, reason: Reason, content: CreditRules) -> ruleset.Parameters:
    horizon = one.horizon_days
    if horizon is None and reason is Reason.OVER_UTILISATION_DYNAMIC:
        horizon = content.horizon_days
    return ruleset.Parameters(
        amount_minor=_minor(one.amount, content.currency),
        share_bp=_bp(one.percent),
        days=one.days,
        level=one.level,
        index=one.index,
        horizon_days=horizon,
        covers_excess=one.covers_excess,
        is_required=one.is_required,
    )


def _exclusion(one: Exclusion, currency: str) -> ruleset.Exclusion:
    return ruleset.Exclusion(
        name=one.name,
        reason=_REASONS[one.check] if one.check is not None else None,
        releases=one.release,
        scope=_scope(one.applies_to),
        bounds=ruleset.Bounds(
            amount_minor=_minor(one.amount_up_to, currency),
            share_bp=_bp(one.percent_up_to),
            days=one.days_up_to,
            level=one.level_up_to,
            index=one.index_from,
        ),
        effects=frozenset(
            (kind, point)
            for kind in one.documents or ruleset.DOCUMENTS
            for point in one.points or ruleset.POINTS
        ),
    )


def _scope(one: AppliesTo) -> ruleset.Scope:
    return ruleset.Scope(ruleset.Breadth[one.breadth.upper()], frozenset(one.keys))


def _bp(percent: Decimal | None) -> int | None:
    return None if percent is None else int(percent * 100)


def _minor(text: str | None, currency: str) -> int | None:
    return None if text is None else money.parse(text, currency, "half_up").minor
