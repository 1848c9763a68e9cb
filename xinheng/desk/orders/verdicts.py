"""A decision in the reader's words: the outcome, each reason, what would help, the path it took."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinheng.desk import drawing, frame
from xinheng.desk.drawing import Gauge
from xinheng.kernel import money
from xinheng.kernel.actors import Actor
from xinheng.orders.order_file import DecisionRow
from xinheng.orders.rules import sentences
from xinheng.orders.rules.facts import Facts, Node
from xinheng.orders.rules.verdict import Finding, Level, Reason, Remedy

# outcome → class, icon
OUTCOMES = {
    "approved": ("is-approved", "circle-check"),
    "held": ("is-held", "lock"),
    "refused": ("is-refused", "circle-x"),
}
LEVELS = {
    Level.WARN: ("mark-watch", "info-circle", gettext_lazy("提醒")),
    Level.HOLD: ("mark-late", "lock", gettext_lazy("冻结")),
    Level.REFUSE: ("mark-danger", "circle-x", gettext_lazy("拒绝")),
}
MODES = {
    "none": gettext_lazy("无授信"), "unlimited": gettext_lazy("不限额"),
}  # fmt: skip
POINTS = {
    "quote": gettext_lazy("报价"), "confirm": gettext_lazy("下单"), "pick": gettext_lazy("配货"),
    "ship": gettext_lazy("发货"), "invoice": gettext_lazy("开票"),
}  # fmt: skip
PURPOSES = {
    "check": gettext_lazy("试算"), "reserve": gettext_lazy("下单"),
    "amend": gettext_lazy("变更"), "ship": gettext_lazy("发货"),
    "recheck": gettext_lazy("重新检查"), "release": gettext_lazy("特批放行"),
}  # fmt: skip
REMEDY_ICONS = {
    "pay": "wallet", "prepay": "wallet", "release": "check", "wait": "clock", "ask": "trending-up",
    "insure": "shield-check", "shorten": "calendar", "discount": "tag", "reduce": "arrow-down",
    "unblock": "lock", "renew": "refresh", "review": "scale",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One limit on the way up, with its bar; `link` leads to what it is made of."""

    name: str
    code: str
    is_group: bool
    mode: str
    limit_minor: int | None
    gauge: Gauge
    is_narrowest: bool
    link: str


def of(
    *,
    facts: Facts,
    findings: Sequence[Finding],
    outcome: str,
    purpose: str,
    by: Actor,
    places: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return a decision as the verdict's template shows it.

    outcome, purpose: as `orders.models.Decision` names them
    places: kind of remedy → where it is done for this document; "{amount}" is filled in, and
        "#…" names a dialog of the page
    """
    colour, icon = OUTCOMES[outcome]
    left = available(facts)
    return {
        "colour": colour,
        "icon": icon,
        "title": _title(outcome, purpose, bool(findings)),
        "summary": _summary(facts, left, outcome),
        "currency": facts.currency,
        "customer": facts.customer,
        "findings": [finding(one, facts, by, places or {}) for one in findings],
        "path": path(facts),
        "available": left,
        "entry": _entry(facts),
    }


def of_row(row: DecisionRow, by: Actor, places: Mapping[str, str]) -> dict[str, Any]:
    """Return a stored decision as the verdict's template shows it."""
    return of(
        facts=row.facts, findings=row.findings, outcome=row.outcome, purpose=row.purpose, by=by,
        places=places,
    )  # fmt: skip


def _title(outcome: str, purpose: str, is_warned: bool) -> str:
    if outcome == "approved":
        return _("可以，但请留意") if is_warned else _("可以")
    if purpose == "check":
        return _("会被冻结，等信用经理放行") if outcome == "held" else _("不能赊销")
    return _("已冻结") if outcome == "held" else _("已拒绝")


def _summary(facts: Facts, free: int | None, outcome: str) -> str:
    document = facts.document
    told = {
        "customer": facts.customer.name,
        "amount": f"{amount(document.document_minor, document.currency)} {document.currency}",
    }
    if document.is_prepaid:
        return _("%(customer)s · %(amount)s · 先款后货，不占用额度") % told
    if free is None:
        return _("%(customer)s · %(amount)s · 不限额") % told
    left = free - document.credit_minor
    if outcome == "approved" and left >= 0:
        told["left"] = amount(left, facts.currency)
        return _("%(customer)s · %(amount)s · 之后还可用 %(left)s") % told
    told["room"] = amount(free, facts.currency)
    return _("%(customer)s · %(amount)s · 现在可用 %(room)s") % told


def amount(minor: int, currency: str) -> str:
    """Write an amount with thousands separators."""
    return f"{money.major(minor, currency):,.{money.exponent(currency)}f}"


def _entry(facts: Facts) -> str:
    """Return the parameters that fill the entry form with what was asked."""
    document = facts.document
    asked = {
        "customer": facts.customer.code,
        "amount": money.text(document.document_minor, document.currency),
        "currency": document.currency,
        "ship_date": document.ship_date.isoformat() if document.ship_date else "",
    }
    return urlencode({name: value for name, value in asked.items() if value})


def finding(one: Finding, facts: Facts, by: Actor, places: Mapping[str, str]) -> dict[str, Any]:
    """Return one reason with its sentence and what would help."""
    mark, icon, level = LEVELS[one.level]
    language = frame.language()
    return {
        "mark": mark,
        "icon": icon,
        "level": level,
        "name": sentences.name(one.reason, language),
        "text": sentences.sentence(one, facts.currency, language),
        "rule": one.rule,
        "remedies": [
            remedy(helps, one, facts, by, places)
            for helps in one.remedies
            if one.level is not Level.WARN or helps.kind != "release"  # nothing to release
        ],
    }


def remedy(
    one: Remedy, about: Finding, facts: Facts, by: Actor, places: Mapping[str, str]
) -> dict[str, Any]:
    """Return one thing that would help, with where it is done when we can do it."""
    place = places.get(one.kind, "")
    if one.amount_minor is not None:
        place = place.replace("{amount}", money.text(one.amount_minor, facts.currency))
    return {
        "kind": one.kind,
        "icon": REMEDY_ICONS[one.kind],
        "text": sentences.remedy(one, facts.currency, frame.language()),
        "dialog": place[1:] if place.startswith("#") else "",
        "link": place or _link(one, about, facts, by),
    }


def _link(one: Remedy, about: Finding, facts: Facts, by: Actor) -> str:
    """Return the page where a remedy is begun, "" when it happens outside."""
    code = facts.customer.code
    if one.kind == "pay" and by.may("receivables.read"):
        late = about.reason in (
            Reason.OLDEST_OPEN_ITEM, Reason.OVERDUE_AMOUNT, Reason.OVERDUE_SHARE
        )  # fmt: skip
        asked = {"customer": code, **({"state": "overdue"} if late else {})}
        return f"{reverse('desk:items')}?{urlencode(asked)}"
    if one.kind in ("review", "renew") and by.may("customers.read"):
        return reverse("desk:customer", args=[code])
    if one.kind in ("ask", "insure", "unblock") and by.may("exposure.read"):
        node = next((n for n in facts.path if n.account_id == one.account_id), facts.path[0])
        return exposure_link(node)
    return ""


def exposure_link(node: Node) -> str:
    """Return the exposure page of a customer or a group."""
    route = "desk:exposure-group" if node.kind == "group" else "desk:exposure"
    return reverse(route, args=[node.code])


def path(facts: Facts) -> list[Step]:
    """Return the limits the document must pass, the customer's own first."""
    asked = max(0, facts.document.credit_minor - facts.document.held_minor)
    rooms = {node.account_id: room(node) for node in facts.path}
    narrowest = min((one for one in rooms.values() if one is not None), default=None)
    return [
        Step(
            name=node.name,
            code=node.code,
            is_group=node.kind == "group",
            mode=str(MODES.get(node.mode, "")),
            limit_minor=node.limit_minor,
            gauge=drawing.gauge(node.used_minor, asked, ceiling(node)),
            is_narrowest=narrowest is not None and rooms[node.account_id] == narrowest,
            link=exposure_link(node),
        )
        for node in facts.path
    ]


def ceiling(node: Node) -> int | None:
    """Return what a node may use at most: 0 without credit, None without a limit."""
    return None if node.mode == "unlimited" else 0 if node.mode == "none" else node.limit_minor or 0


def room(node: Node) -> int | None:
    """Return what is left of one limit, None where nothing bounds it."""
    most = ceiling(node)
    return None if most is None else most - node.used_minor


def available(facts: Facts) -> int | None:
    """Return the least room along the path before this document, None without any limit."""
    rooms = [left for node in facts.path if (left := room(node)) is not None]
    return min(rooms) + facts.document.held_minor if rooms else None


def changes(changed: Mapping[str, Any], facts: Facts) -> list[tuple[str, str, str]]:
    """Return what differs between two decisions: (what, before, after), the readable part.

    changed: as `rules.record.changed` returns it; facts: of the later decision
    """
    found = []
    for place, (before, after) in sorted(changed.items()):
        name = _place(place, facts)
        if name:
            found.append((name, _value(place, before, facts), _value(place, after, facts)))
    return found


_PLACES = {
    "limit_minor": gettext_lazy("额度"), "reserved_minor": gettext_lazy("已占用订单"),
    "delivered_minor": gettext_lazy("已发未开票"), "receivable_minor": gettext_lazy("应收账款"),
    "bills_minor": gettext_lazy("票据"), "deposits_minor": gettext_lazy("保证金"),
    "mode": gettext_lazy("授信方式"), "credit_minor": gettext_lazy("单据金额"),
    "document_minor": gettext_lazy("单据金额（原币）"), "ship_date": gettext_lazy("计划发货"),
    "status": gettext_lazy("账户状态"), "dunning_level": gettext_lazy("催收级别"),
    "insured_minor": gettext_lazy("投保额度"), "review_due": gettext_lazy("评审到期"),
    "limit_valid_to": gettext_lazy("额度到期"), "payment_index": gettext_lazy("付款指数"),
    "outcome": gettext_lazy("结论"),
}  # fmt: skip


def _place(place: str, facts: Facts) -> str:
    parts = place.split(".")
    name = _PLACES.get(parts[-1])
    if name is None:
        return ""
    if "path" in parts:
        at = parts[parts.index("path") + 1]
        if at.isdigit() and int(at) < len(facts.path):
            return f"{facts.path[int(at)].name} · {name}"
    return str(name)


def _value(place: str, value: Any, facts: Facts) -> str:
    if value is None:
        return "–"
    if place.endswith("_minor") and isinstance(value, int):
        is_foreign = place.endswith("document_minor")
        currency = facts.document.currency if is_foreign else facts.currency
        return amount(value, currency)
    if place.endswith("mode"):
        return str(MODES.get(value, _("限额")))
    if place.endswith("outcome"):
        return str(OUTCOME_WORDS.get(value, value))
    return str(value)


OUTCOME_WORDS = {
    "approved": gettext_lazy("通过"), "held": gettext_lazy("冻结"),
    "refused": gettext_lazy("拒绝"),
}  # fmt: skip
