"""Say what keeps a rule set from being published although its shape is right."""

from collections.abc import Iterator
from decimal import Decimal

from xinheng.access.policy import ROLES
from xinheng.kernel.problems import Problem
from xinheng.orders.definition import (
    AppliesTo,
    CreditRules,
    Exclusion,
    Rule,
    reason_of,
    scoped,
)
from xinheng.orders.rules.specs import SPECS

# A parameter's name in the definition → its name in the checks' own table.
PARAMETERS = {
    "amount": "amount_minor",
    "percent": "share_bp",
    "days": "days",
    "level": "level",
    "index": "index",
    "horizon_days": "horizon_days",
    "covers_excess": "covers_excess",
    "is_required": "is_required",
}
_LABELS = {
    "amount": ("金额", "an amount"),
    "percent": ("百分比", "a percentage"),
    "days": ("天数", "days"),
    "level": ("级别", "a level"),
    "index": ("指数", "an index"),
    "horizon_days": ("展望期天数", "a horizon"),
    "covers_excess": ("投保额度可超限", "insurance beyond the limit"),
    "is_required": ("必须设定", "being required"),
    "tolerance": ("容差", "a tolerance"),
    "de_minimis": ("免检小额", "a de-minimis amount"),
    "grace": ("宽限天数", "days of grace"),
}


def check(content: CreditRules) -> tuple[Problem, ...]:
    """Return what keeps a rule set from being published."""
    return (
        *_names(content),
        *(problem for n, one in enumerate(content.rules) for problem in _rule(n, one)),
        *(problem for n, one in enumerate(content.exclusions) for problem in _exclusion(n, one)),
        *_releasers(content),
    )


def _names(content: CreditRules) -> Iterator[Problem]:
    seen: set[tuple[type, str]] = set()
    for path, one in scoped(content):
        if (type(one), one.name) in seen:
            yield Problem(f"{path}.name", "duplicate", "名称重复", "the name appears twice")
        seen.add((type(one), one.name))
        yield from _scope(f"{path}.applies_to", one.applies_to)


def _scope(path: str, one: AppliesTo) -> Iterator[Problem]:
    if one.breadth == "all" and one.keys:
        yield Problem(path, "keys-for-all", "适用全部时不能再列对象", "all customers need no names")
    if one.breadth != "all" and not one.keys:
        yield Problem(path, "no-keys", "请列出适用的对象", "name whom it is for")


def _rule(number: int, one: Rule) -> Iterator[Problem]:
    spec, path = SPECS[reason_of(one.check)], f"rules.{number}"
    for name, own in PARAMETERS.items():
        value = getattr(one.parameters, name)
        zh, en = _LABELS[name]
        if own in spec.needs and value is None:
            yield Problem(
                f"{path}.parameters.{name}", "missing", f"此项检查需要{zh}", f"the check needs {en}"
            )
        elif own not in (*spec.needs, *spec.may) and value not in (None, False):
            yield Problem(
                f"{path}.parameters.{name}", "not-known",
                f"此项检查用不到{zh}", f"the check does not know {en}",
            )  # fmt: skip
    given = {
        "tolerance": one.tolerance_percent is not None or one.tolerance_amount is not None,
        "de_minimis": Decimal(one.de_minimis.replace(",", "")) != 0,
        "grace": one.grace_days != 0,
    }
    for name, is_given in given.items():
        if is_given and name not in spec.knows:
            zh, en = _LABELS[name]
            yield Problem(path, "not-known", f"此项检查用不到{zh}", f"the check does not know {en}")


def _exclusion(number: int, one: Exclusion) -> Iterator[Problem]:
    if one.check is None and not one.release:
        yield Problem(
            f"exclusions.{number}.check",
            "missing",
            "请选择要排除的检查，或勾选直接放行",
            "name the check it takes back, or let it release",
        )


def _releasers(content: CreditRules) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, one in enumerate(content.releasers):
        path = f"releasers.{number}.role"
        if one.role not in ROLES:
            yield Problem(path, "unknown-role", "没有这个角色", "no such role")
        elif "orders.release" not in ROLES[one.role][2]:
            yield Problem(
                path, "may-not-release", "该角色没有放行权限", "this role has no right to release"
            )
        if one.role in seen:
            yield Problem(path, "duplicate", "角色重复", "the role appears twice")
        seen.add(one.role)
