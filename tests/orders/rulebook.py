"""Plain builders of facts and rule sets for pure tests; amounts are minor units of CNY."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from xinheng.orders.definition import CreditRules
from xinheng.orders.rules.facts import (
    Customer,
    Document,
    Facts,
    Node,
    Release,
    Terms,
)
from xinheng.orders.rules.ruleset import RuleSet
from xinheng.orders.rules.verdict import Finding, Reason, Remedy, Verdict

TODAY = date(2026, 11, 22)
# What every check needs before it can find anything.
NEEDS: dict[str, dict[str, Any]] = {
    "document-value": {"amount": "1000"},
    "oldest-open-item": {"days": 30},
    "overdue-amount": {"amount": "100"},
    "overdue-share": {"percent": "30"},
    "dunning-level": {"level": 2},
    "payment-index": {"index": 50},
    "limit-share-used": {"percent": "90"},
}


def node(used: int = 0, limit: int | None = 1000, **more: Any) -> Node:
    """An account; without a limit it is unlimited, with mode="none" it has no credit."""
    mode = more.pop("mode", "unlimited" if limit is None else "limited")
    values: dict[str, Any] = {
        "account_id": 1, "kind": "customer", "code": "K01", "name": "甲公司", "mode": mode,
        "limit_minor": limit if mode == "limited" else None, "reserved_minor": 0,
        "delivered_minor": 0, "receivable_minor": used, "bills_minor": 0, "deposits_minor": 0,
    }  # fmt: skip
    return Node(**{**values, **more})


def group(used: int = 0, limit: int | None = 1000, **more: Any) -> Node:
    """A group's account."""
    return node(used, limit, **{"account_id": 2, "kind": "group", "code": "G01", **more})


def facts(amount: int = 100, *, path: tuple[Node, ...] | None = None, **more: Any) -> Facts:
    """An order of `amount` on an account with room; `document` and others as asked."""
    asked = {"document_minor": amount, "credit_minor": amount, **more.pop("document", {})}
    document = Document(kind=asked.pop("kind", "order"), number="SO-1", currency="CNY", **asked)
    customer = Customer(1, "K01", "甲公司", **more.pop("customer", {}))
    values: dict[str, Any] = {"today": TODAY, "point": "confirm", "currency": "CNY", **more}
    return Facts(customer=customer, document=document, path=path or (node(),), **values)


def days_ago(days: int) -> date:
    """The day so many days before today."""
    return TODAY - timedelta(days=days)


def late(*items: tuple[int, int]) -> tuple[tuple[date | None, int], ...]:
    """A ladder of (days overdue, amount)."""
    return tuple((days_ago(days), minor) for days, minor in items)


def rule(check: str, effect: str = "hold", **more: Any) -> dict[str, Any]:
    """One rule as a definition writes it, with what its check cannot do without."""
    parameters = {**NEEDS.get(check, {}), **more.pop("parameters", {})}
    return {
        "name": more.pop("name", check), "check": check, "effect": effect,
        "parameters": parameters, **more,
    }  # fmt: skip


def rule_set(*rules: dict[str, Any], **more: Any) -> RuleSet:
    """A rule set of these rules, through the definition's own schema."""
    return CreditRules.model_validate({"rules": rules, **more}).prepared


def applies(breadth: str, *keys: str) -> dict[str, Any]:
    """For whom a rule or an exclusion is."""
    return {"breadth": breadth, "keys": keys}


def codes(verdict: Verdict) -> list[str]:
    """The reasons of a verdict, in order."""
    return [one.reason.code for one in verdict.findings]


def found(verdict: Verdict, reason: Reason) -> Finding | None:
    """The finding of a reason, if there is one."""
    return next((one for one in verdict.findings if one.reason is reason), None)


def mended(was: Facts, remedies: list[Remedy], verdict: Verdict) -> Facts:
    """The facts after these remedies, all of one kind, were done."""
    now = was
    for one in remedies:
        now = _MENDS[one.kind](now, one, verdict)
    return now


def _pay(was: Facts, one: Remedy, verdict: Verdict) -> Facts:
    """Pay oldest first, then whatever lies further, as long as the named day allows."""
    left, ladder = one.amount_minor or 0, []
    for day, minor in sorted(was.owed_by_day, key=lambda rung: (rung[0] is None, rung[0] or TODAY)):
        open_here = one.until is None or (day is not None and day <= one.until)
        paid = min(left, max(0, minor)) if open_here else 0
        left -= paid
        ladder.append((day, minor - paid))
    assert one.until is None or left == 0, "a payment of overdue items asks for more than there is"
    path = tuple(
        replace(each, receivable_minor=each.receivable_minor - (one.amount_minor or 0))
        for each in was.path
    )
    return replace(was, path=path, owed_by_day=tuple(ladder))


def _reduce(was: Facts, one: Remedy, verdict: Verdict) -> Facts:
    fewer = replace(
        was.document, document_minor=one.amount_minor or 0, credit_minor=one.amount_minor or 0
    )
    return replace(was, document=fewer)


def _release(was: Facts, one: Remedy, verdict: Verdict) -> Facts:
    leave = Release(
        1, was.document.document_minor, verdict.over_minor, "step", was.point, None, "user:lin"
    )
    return replace(was, release=leave)


def _ask(was: Facts, one: Remedy, verdict: Verdict) -> Facts:
    path = tuple(
        replace(each, mode="limited", limit_minor=one.amount_minor)
        if each.account_id == one.account_id
        else each
        for each in was.path
    )
    return replace(was, path=path)


def _insure(was: Facts, one: Remedy, verdict: Verdict) -> Facts:
    cover = replace(was.standing, insured_minor=one.amount_minor, insured_until=one.until)
    return replace(was, standing=cover)


def _terms(was: Facts, **terms: Any) -> Facts:
    return replace(was, document=replace(was.document, terms=replace(was.document.terms, **terms)))


def _standing(was: Facts, **standing: Any) -> Facts:
    return replace(was, standing=replace(was.standing, **standing))


_MENDS: dict[str, Any] = {
    "pay": _pay,
    "reduce": _reduce,
    "release": _release,
    "ask": _ask,
    "insure": _insure,
    "prepay": lambda was, one, v: replace(was, document=replace(was.document, is_prepaid=True)),
    "wait": lambda was, one, v: replace(was, document=replace(was.document, ship_date=one.until)),
    "shorten": lambda was, one, v: _terms(was, days=one.days),
    "discount": lambda was, one, v: _terms(was, discount_percent=float(one.percent or Decimal(0))),
    "unblock": lambda was, one, v: _standing(was, blocks=(), status="active"),
    "renew": lambda was, one, v: _standing(was, limit_valid_to=one.until),
    "review": lambda was, one, v: _standing(was, review_due=one.until),
}


__all__ = ["Terms", "applies", "codes", "days_ago", "facts", "found", "group", "late", "mended",
           "node", "rule", "rule_set"]  # fmt: skip
