"""Advise whoever edits a rule set: what it allows but can hardly mean.

Rules that can never fire or change nothing, exclusions that can never take anything back, check
points nobody watches, names nobody bears. What forbids publishing is in `soundness`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xinheng import access, definitions
from xinheng.kernel.actors import Actor
from xinheng.kernel.problems import Problem
from xinheng.orders.definition import CreditRules, scoped
from xinheng.orders.rules import precedence, ruleset
from xinheng.orders.rules.facts import DocumentKind, Point
from xinheng.parties.models import Customer, Group

# Where a document of each kind is really asked about.
WATCHED: tuple[tuple[DocumentKind, Point], ...] = (
    ("quotation", "quote"), ("order", "confirm"), ("order", "pick"), ("order", "ship"),
    ("delivery", "ship"), ("invoice", "invoice"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """The names that exist; rules may name others, which then are for nobody yet."""

    customers: frozenset[str]
    groups: frozenset[str]
    tiers: frozenset[str]


def advice(*, by: Actor, content: CreditRules) -> tuple[Problem, ...]:
    """Return what a rule set allows but can hardly mean; it may be published all the same."""
    access.require(by, "definitions.read")
    return lint(content, _known(content))


def _known(content: CreditRules) -> Known:
    """Return which of the names this content uses exist in the books."""
    keys = [one.applies_to for _, one in scoped(content)]
    customers = [key for one in keys if one.breadth == "customer" for key in one.keys]
    groups = [key for one in keys if one.breadth == "group" for key in one.keys]
    tiers = {one.tier for one in definitions.published("credit_policy").content.tiers}
    return Known(
        frozenset(Customer.objects.filter(code__in=customers).values_list("code", flat=True)),
        frozenset(Group.objects.filter(code__in=groups).values_list("code", flat=True)),
        frozenset(tiers),
    )


def lint(content: CreditRules, names: Known) -> tuple[Problem, ...]:
    """Return the same advice, given the names that exist."""
    return (
        *_never_fires(content),
        *_idle_exclusions(content),
        *_unwatched(content),
        *_unknown_names(content, names),
        *_nobody_releases(content),
    )


def _never_fires(content: CreditRules) -> Iterator[Problem]:
    plain = content.prepared
    all_released = next(
        (
            one
            for one in plain.exclusions
            if one.releases and one.scope.breadth is ruleset.Breadth.ALL and not one.bounds.named
        ),
        None,
    )
    for number, (one, written) in enumerate(zip(plain.rules, content.rules, strict=True)):
        path = f"rules.{number}"
        if not one.effects:
            yield Problem(
                path, "never-fires", "所有环节都不检查，此规则不起作用",
                "it checks nowhere and never fires",
            )  # fmt: skip
        elif all_released is not None and one.effects.keys() <= all_released.effects:
            yield Problem(
                path, "never-fires", f"排除“{all_released.name}”对所有客户直接放行，此规则永不触发",
                f"exclusion “{all_released.name}” releases everybody: it never fires",
            )  # fmt: skip
        elif written.check == "overdue-share" and (one.parameters.share_bp or 0) >= 10_000:
            yield Problem(
                path, "never-fires", "逾期占比不可能超过 100%，此规则永不触发",
                "no share passes 100 %: it never fires",
            )  # fmt: skip
        else:
            yield from _covered(path, one, plain)


def _covered(path: str, one: ruleset.Rule, plain: ruleset.RuleSet) -> Iterator[Problem]:
    """Say when another rule of the check always speaks first, and at least as heavily."""
    if any(other.reason is one.reason and not other.releases for other in plain.exclusions):
        return
    for other in plain.rules:
        if (
            other is not one
            and _is_covered(one, other)
            and not (_is_covered(other, one) and plain.rules.index(one) < plain.rules.index(other))
        ):
            yield Problem(
                path, "covered",
                f"规则“{other.name}”范围更广且同样严格，此规则不会改变任何结果；要放宽请用排除",
                f"rule “{other.name}” is wider and as strict: this one changes nothing;"
                " to be milder write an exclusion",
            )  # fmt: skip
            return


def _is_covered(one: ruleset.Rule, other: ruleset.Rule) -> bool:
    return (
        other.reason is one.reason
        and _includes(other.scope, one.scope)
        and all(other.effects.get(at, 0) >= level for at, level in one.effects.items())
        and _is_as_strict(other, one)
    )


def _includes(wide: ruleset.Scope, narrow: ruleset.Scope) -> bool:
    if wide.breadth is ruleset.Breadth.ALL:
        return True
    return wide.breadth is narrow.breadth and wide.keys >= narrow.keys


def _is_as_strict(one: ruleset.Rule, other: ruleset.Rule) -> bool:
    """Say whether `one` finds fault wherever `other` does."""
    mine, theirs = one.parameters, other.parameters
    lower = all(
        (getattr(mine, name) or 0) <= (getattr(theirs, name) or 0)
        for name in ("amount_minor", "share_bp", "days", "level")
    )
    higher = (mine.index or 0) >= (theirs.index or 0)
    # A longer horizon counts more orders; none counts all of them.
    far = mine.horizon_days is None or (
        theirs.horizon_days is not None and mine.horizon_days >= theirs.horizon_days
    )
    flags = mine.is_required >= theirs.is_required and mine.covers_excess <= theirs.covers_excess
    same_leeway = (one.tolerance_bp, one.tolerance_minor) == (None, None) or (
        (one.tolerance_bp, one.tolerance_minor) == (other.tolerance_bp, other.tolerance_minor)
    )
    slack = one.de_minimis_minor <= other.de_minimis_minor and one.grace_days <= other.grace_days
    return lower and higher and far and flags and same_leeway and slack


def _idle_exclusions(content: CreditRules) -> Iterator[Problem]:
    plain = content.prepared
    for number, one in enumerate(plain.exclusions):
        path = f"exclusions.{number}"
        if one.releases:
            continue
        rules = [rule for rule in plain.rules if rule.reason is one.reason]
        meets = [rule for rule in rules if not one.effects.isdisjoint(rule.effects)]
        wider = [rule for rule in meets if one.scope.breadth > rule.scope.breadth]
        if not meets:
            yield Problem(
                path, "nothing-to-exclude", "没有规则做这项检查，此排除不起作用",
                "no rule does this check there: it takes nothing back",
            )  # fmt: skip
        elif not wider:
            yield Problem(
                path, "not-narrower", "排除的适用范围须窄于规则（客户＞集团＞分类＞全部）",
                "it must be for fewer customers than the rule (customer, group, tier, all)",
            )  # fmt: skip
        elif not any(precedence.may_override(one, rule) for rule in wider):
            yield Problem(
                path, "other-value-type", "排除的条件与该检查的值类型不同，须勾选直接放行才起作用",
                "it compares another type of value than the check: only a release works so",
            )  # fmt: skip
        else:
            yield from _outdone(path, one, plain.exclusions[:number])


def _outdone(
    path: str, one: ruleset.Exclusion, before: Sequence[ruleset.Exclusion]
) -> Iterator[Problem]:
    """Say when an earlier exclusion takes back all that this one would."""
    for other in before:
        if other.reason is not one.reason or other.releases:
            continue
        if (
            _includes(other.scope, one.scope)
            and other.effects >= one.effects
            and other.scope.breadth is one.scope.breadth
            and _is_milder(other.bounds, one.bounds)
        ):
            yield Problem(
                path, "shadowed", f"排除“{other.name}”已包含此排除", f"“{other.name}” covers it"
            )
            return


def _is_milder(one: ruleset.Bounds, other: ruleset.Bounds) -> bool:
    """Say whether `one` excuses wherever `other` does."""
    for name in one.named:
        mine, theirs = getattr(one, name), getattr(other, name)
        if theirs is None or (mine > theirs if name == "index" else mine < theirs):
            return False
    return True


def _unwatched(content: CreditRules) -> Iterator[Problem]:
    for kind, point in WATCHED:
        if all(rule.effect_at(kind, point) == "off" for rule in content.rules):
            zh, en = _DOCUMENTS[kind], _POINTS[point]
            yield Problem(
                "rules", "unwatched", f"{zh[0]}在{en[0]}环节没有任何规则",
                f"no rule checks {zh[1]} at {en[1]}",
            )  # fmt: skip


_DOCUMENTS = {
    "order": ("订单", "orders"), "quotation": ("报价单", "quotations"),
    "delivery": ("发货单", "deliveries"), "invoice": ("发票", "invoices"),
}  # fmt: skip
_POINTS = {
    "quote": ("报价", "quoting"), "confirm": ("下单", "confirming"), "pick": ("配货", "picking"),
    "ship": ("发货", "shipping"), "invoice": ("开票", "invoicing"),
}  # fmt: skip


def _unknown_names(content: CreditRules, names: Known) -> Iterator[Problem]:
    exist = {
        "customer": (names.customers, "客户", "customer"),
        "group": (names.groups, "集团", "group"),
        "tier": (names.tiers, "分类", "tier"),
    }
    for path, one in scoped(content):
        if one.applies_to.breadth == "all":
            continue
        found, zh, en = exist[one.applies_to.breadth]
        for key in one.applies_to.keys:
            if key not in found:
                yield Problem(
                    f"{path}.applies_to", "unknown-name",
                    f"{zh}“{key}”不存在", f"there is no {en} “{key}”",
                )  # fmt: skip


def _nobody_releases(content: CreditRules) -> Iterator[Problem]:
    if not content.releasers:
        yield Problem(
            "releasers", "nobody", "没有任何角色可以放行冻结单据", "nobody may release what is held"
        )
