"""What the forms of orders do: each reads what was typed and makes one call of the room."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from xinheng.desk import frame
from xinheng.desk.orders import asking, entering, verdicts
from xinheng.desk.orders.asking import Asked as Said
from xinheng.desk.orders.entering import OrderForm, Typed
from xinheng.insight import credit_file
from xinheng.insight.search import FoundCustomer
from xinheng.kernel.actors import Actor
from xinheng.kernel.refusals import Refusal
from xinheng.orders import operations as orders
from xinheng.orders.operations import Acted, Decided
from xinheng.orders.order_file import OrderFile
from xinheng.orders.previewing import Preview
from xinheng.orders.previewing import preview as preview_of
from xinheng.orders.rules.asked import Asked
from xinheng.orders.rules.placed import Change, OrderFacts


def check(by: Actor, customer: FoundCustomer, said: Said, more: Mapping[str, Any]) -> Decided:
    """Answer whether a customer may order so much; nothing is reserved.

    refuses: what `orders.operations.check` and `kernel.money.parse` refuse
    """
    currency = credit_file.customer_in_scope(by=by, code=customer.code).currency
    asked = Asked(
        amount=asking.amount(said, currency),
        ship_date=more["ship_date"],
        terms=more["terms"],
        is_prepaid=more["is_prepaid"],
    )
    return orders.check(by=by, customer_id=customer.id, asked=asked, today=frame.today())


def shown(decided: Decided | Preview, purpose: str, by: Actor) -> dict[str, Any]:
    """Return a decision just taken as the verdict's template shows it."""
    code = quote(decided.facts.customer.code) if not decided.facts.document.number else ""
    return verdicts.of(
        facts=decided.facts,
        findings=decided.verdict.findings,
        outcome=decided.verdict.outcome.value,
        purpose=purpose,
        by=by,
        places={"reduce": f"{reverse('desk:quick-check')}?q={{amount}}+{code}"} if code else {},
    )


def place(
    by: Actor, filled: OrderForm, rows: Sequence[Typed], today: date
) -> tuple[Acted | None, list[str]]:
    """Enter what a form says; return what became of it, or what is wrong with the form."""
    facts, wrong = _facts(by, filled, rows)
    if facts is None:
        return None, wrong
    try:
        return orders.place(by=by, facts=facts, today=today), []
    except Refusal as refusal:
        return None, [frame.sentence(refusal)]


def amend(
    by: Actor, order: OrderFile, filled: OrderForm, rows: Sequence[Typed], version: str
) -> tuple[Acted | None, list[str]]:
    """Change an order to what a form says; `version` is the one the form was filled from."""
    facts, wrong = _facts(by, filled, rows)
    if facts is None:
        return None, wrong
    is_whole = not order.lines and len(facts.lines) == 1 and not facts.lines[0].item
    change = Change(
        amount_minor=facts.amount_minor if is_whole else None,
        lines=None if is_whole else facts.lines,
        terms=facts.terms,
        discount_percent=facts.discount_percent,
        ship_date=facts.ship_date,
    )
    seen = int(version) if version.isascii() and version.isdigit() else order.version
    told: dict[str, Any] = {"number": order.number, "today": frame.today(), "version": seen}
    try:
        return orders.amend(by=by, change=change, **told), []
    except Refusal as refusal:
        return None, [frame.sentence(refusal)]


def preview(by: Actor, filled: OrderForm, rows: Sequence[Typed]) -> dict[str, Any]:
    """Return the verdict on the order as it is typed, or what it still lacks.

    Nothing is recorded: whoever types asks at every pause.
    refuses: what `orders.previewing.preview` refuses
    """
    if not filled.data.get("customer") or all(row.amount == "" for row in rows):
        return {}
    facts, wrong = _facts(by, filled, rows)
    if facts is None:
        return {"wrong": wrong}
    asked = Asked(
        amount=entering.total(facts.lines, facts.amount.currency),
        number=facts.number,
        ship_date=facts.ship_date,
        terms=facts.terms,
        discount_percent=facts.discount_percent,
        is_prepaid=facts.is_prepaid,
    )
    found = preview_of(by=by, customer_id=facts.customer_id, asked=asked, today=frame.today())
    return {"verdict": shown(found, "check", by)}


def tell(request: HttpRequest, acted: Acted) -> None:
    """Say on the next page what became of an order."""
    number, decided = acted.order.number, acted.decided
    if acted.is_approved:
        is_warned = decided is not None and bool(decided.verdict.findings)
        said = (
            _("订单 %(number)s 已放行，但请留意提醒") if is_warned else _("订单 %(number)s 已放行")
        )
        messages.success(request, said % {"number": number})
    elif acted.order.credit == "held":
        said = _("订单 %(number)s 已保存，但被信用冻结；原因和解决办法见下")
        messages.error(request, said % {"number": number})
    else:
        messages.error(request, _("订单 %(number)s 被信用检查拒绝") % {"number": number})


def _facts(
    by: Actor, filled: OrderForm, rows: Sequence[Typed]
) -> tuple[OrderFacts | None, list[str]]:
    """Return the order a form says, or what is wrong with it."""
    if not filled.is_valid():
        return None, [f"{filled.fields[name].label}：{errors[0]}"
                      for name, errors in filled.errors.items()]  # fmt: skip
    given = filled.cleaned_data
    whom = asking.customers(by, given["customer"].strip())
    if len(whom) != 1:
        several = _("“%(text)s”可能指多位客户，请写编码") if whom else _("找不到客户“%(text)s”")
        filled.add_error("customer", several % {"text": given["customer"]})
        return None, [str(filled.errors["customer"][0])]
    lines, wrong = entering.lines(list(rows), given["currency"])
    if wrong:
        return None, wrong
    return OrderFacts(
        number=given["number"].strip(),
        customer_id=whom[0].id,
        order_date=given["order_date"],
        amount=entering.total(lines, given["currency"]),
        ship_date=given["ship_date"],
        terms=given["terms"].strip(),
        discount_percent=given["discount_percent"],
        lines=lines,
        is_prepaid=given["is_prepaid"],
    ), []  # fmt: skip
