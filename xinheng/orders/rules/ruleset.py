"""A rule set as decisions use it: plain frozen values, amounts in minor units of its currency.

A rule belongs to one reason and says, for each kind of document and check point, whether it warns,
holds or refuses. An exclusion takes back what one check found, or lets the document go outright.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from enum import IntEnum

from xinheng.kernel.money import Money, convert
from xinheng.kernel.refusals import Refusal
from xinheng.orders.rules.facts import Customer, DocumentKind, Facts, Point
from xinheng.orders.rules.verdict import Level, Reason

POINTS: tuple[Point, ...] = ("quote", "confirm", "pick", "ship", "invoice")
DOCUMENTS: tuple[DocumentKind, ...] = ("order", "quotation", "delivery", "invoice")


class PolicyRateUnknown(Refusal):
    """A rule states an amount in a currency that no rate joins to the account's."""

    code = "policy-rate-unknown"
    zh = "信控规则以 {policy} 设定金额，账户币种为 {account}，缺少两者之间的汇率，请先录入汇率。"
    en = "The rules state amounts in {policy}, the account counts in {account}; enter a rate first."


class Breadth(IntEnum):
    """How many customers a rule is for; the higher, the narrower."""

    ALL = 1
    TIER = 2
    GROUP = 3
    CUSTOMER = 4


@dataclass(frozen=True, slots=True)
class Scope:
    """For whom: everybody, or the named tiers, groups or customers (codes)."""

    breadth: Breadth = Breadth.ALL
    keys: frozenset[str] = frozenset()

    def covers(self, customer: Customer) -> bool:
        """Say whether this customer is meant."""
        if self.breadth is Breadth.ALL:
            return True
        if self.breadth is Breadth.CUSTOMER:
            return customer.code in self.keys
        if self.breadth is Breadth.GROUP:
            return not self.keys.isdisjoint(customer.groups)
        return customer.tier in self.keys


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a check compares with; which of them it knows is in `specs.SPECS`.

    Percentages are hundredths of a percent, so that comparisons stay whole numbers.
    """

    amount_minor: int | None = None
    share_bp: int | None = None
    days: int | None = None
    level: int | None = None
    index: int | None = None
    horizon_days: int | None = None
    covers_excess: bool = False
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `effects` misses a (kind, point) where the rule does not check.

    tolerance: how much past the threshold still passes; of two, the smaller counts
    de_minimis_minor: what is too small to matter to this check
    """

    name: str
    reason: Reason
    effects: Mapping[tuple[DocumentKind, Point], Level]
    scope: Scope = Scope()
    parameters: Parameters = Parameters()
    tolerance_bp: int | None = None
    tolerance_minor: int | None = None
    de_minimis_minor: int = 0
    grace_days: int = 0

    def tolerance(self, threshold_minor: int) -> int:
        """Return how far past this threshold still passes."""
        by_share = None
        if self.tolerance_bp is not None:
            by_share = max(threshold_minor, 0) * self.tolerance_bp // 10_000
        given = [one for one in (by_share, self.tolerance_minor) if one is not None]
        return min(given, default=0)


@dataclass(frozen=True, slots=True)
class Applied:
    """A rule at one check point: what checks are given."""

    rule: Rule
    level: Level

    @property
    def parameters(self) -> Parameters:
        """Return what the rule compares with."""
        return self.rule.parameters


@dataclass(frozen=True, slots=True)
class Bounds:
    """Up to which values an exclusion excuses; one that is None is not asked."""

    amount_minor: int | None = None
    share_bp: int | None = None
    days: int | None = None
    level: int | None = None
    index: int | None = None

    @property
    def named(self) -> tuple[str, ...]:
        """Return the value types this exclusion asks."""
        return tuple(one.name for one in fields(self) if getattr(self, one.name) is not None)


@dataclass(frozen=True, slots=True)
class Exclusion:
    """What is not held although a rule says so.

    reason: the check it belongs to; none for one that releases whatever the reason
    releases: lets the document go outright, before any rule is asked
    """

    name: str
    reason: Reason | None = None
    releases: bool = False
    scope: Scope = Scope()
    bounds: Bounds = Bounds()
    effects: frozenset[tuple[DocumentKind, Point]] = frozenset(
        (kind, point) for kind in DOCUMENTS for point in POINTS
    )


@dataclass(frozen=True)
class RuleSet:
    """Everything a decision is taken by, beside the facts.

    releasers: role → how far past a limit it may release, in minor units of `currency`; None
        knows no bound
    recheck_days: check point → days after the last leave within which nothing is held again
    """

    rules: tuple[Rule, ...]
    exclusions: tuple[Exclusion, ...] = ()
    currency: str = "CNY"
    horizon_days: int = 30
    reservation_days: int = 30
    recheck_days: Mapping[Point, int] = field(default_factory=dict)
    releasers: Mapping[str, int | None] = field(default_factory=dict)
    _at: dict[tuple[DocumentKind, Point], tuple[tuple[Applied, ...], ...]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )
    _converted: dict[tuple[str, Decimal | None], "RuleSet"] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    def at(self, kind: DocumentKind, point: Point) -> tuple[tuple[Applied, ...], ...]:
        """Return the rules that check there: one group per reason, in order, narrowest first."""
        found = self._at.get((kind, point))
        if found is None:
            found = self._at[kind, point] = tuple(
                group for reason in Reason if (group := tuple(self._of(reason, kind, point)))
            )
        return found

    def _of(self, reason: Reason, kind: DocumentKind, point: Point) -> list[Applied]:
        applied = [
            Applied(rule, rule.effects[kind, point])
            for rule in self.rules
            if rule.reason is reason and (kind, point) in rule.effects
        ]
        return sorted(applied, key=lambda one: -one.rule.scope.breadth)

    def for_account(self, facts: Facts) -> "RuleSet":
        """Return the same rules in the account's currency; refuses PolicyRateUnknown."""
        if facts.currency == self.currency:
            return self
        key = (facts.currency, facts.policy_rate)
        found = self._converted.get(key)
        if found is None:
            if len(self._converted) > 64:
                self._converted.clear()
            found = self._converted[key] = _converted(self, *key)
        return found


def converted(minor: int, currency: str, to: str, rate: Decimal | None) -> int:
    """Return an amount of the rule set in an account's currency; refuses PolicyRateUnknown."""
    if currency == to or minor == 0:
        return minor
    if rate is None:
        raise PolicyRateUnknown(policy=currency, account=to)
    return convert(Money(minor, currency), rate, to).minor


def _converted(rules: RuleSet, to: str, rate: Decimal | None) -> RuleSet:
    def into(minor: int | None) -> int | None:
        return None if minor is None else converted(minor, rules.currency, to, rate)

    def parameters(of: Rule) -> Parameters:
        return replace(of.parameters, amount_minor=into(of.parameters.amount_minor))

    return replace(
        rules,
        currency=to,
        rules=tuple(
            replace(
                rule,
                parameters=parameters(rule),
                tolerance_minor=into(rule.tolerance_minor),
                de_minimis_minor=into(rule.de_minimis_minor) or 0,
            )
            for rule in rules.rules
        ),
        exclusions=tuple(
            replace(one, bounds=replace(one.bounds, amount_minor=into(one.bounds.amount_minor)))
            for one in rules.exclusions
        ),
        releasers={role: into(most) for role, most in rules.releasers.items()},
    )
