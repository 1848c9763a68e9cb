"""The entry form of an order: what it holds, and the facts it makes."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinheng.desk import frame
from xinheng.kernel import money
from xinheng.kernel.money import Money
from xinheng.kernel.refusals import Refusal
from xinheng.orders.order_file import OrderFile
from xinheng.orders.rules.placed import LineFacts

LINES_MOST = 200
BLANKS = 3


@dataclass(frozen=True, slots=True)
class Typed:
    """One line as typed."""

    item: str = ""
    quantity: str = ""
    amount: str = ""

    @property
    def is_blank(self) -> bool:
        """Say whether nothing was typed."""
        return not (self.item or self.quantity or self.amount)


class OrderForm(forms.Form):
    """The head of an order; its lines stand beside it."""

    number = forms.CharField(label=gettext_lazy("订单号"), max_length=80)
    customer = forms.CharField(label=gettext_lazy("客户"), max_length=200)
    order_date = forms.DateField(label=gettext_lazy("订单日期"))
    ship_date = forms.DateField(label=gettext_lazy("计划发货"), required=False)
    terms = forms.CharField(label=gettext_lazy("账期"), max_length=40, required=False)
    discount_percent = forms.DecimalField(
        label=gettext_lazy("折扣 %"), required=False, min_value=0, max_value=100, decimal_places=2
    )
    currency = forms.RegexField(r"^[A-Z]{3}$", label=gettext_lazy("币种"), initial="CNY")
    is_prepaid = forms.BooleanField(label=gettext_lazy("先款后货"), required=False)


def typed(given: QueryDict) -> list[Typed]:
    """Return the lines as typed, the blank ones too."""
    columns = [given.getlist(name)[:LINES_MOST] for name in ("item", "quantity", "line_amount")]
    count = max(map(len, columns), default=0)
    padded = [column + [""] * (count - len(column)) for column in columns]
    return [Typed(*(text.strip() for text in row)) for row in zip(*padded, strict=True)]


def with_blanks(rows: list[Typed]) -> list[Typed]:
    """Return the typed lines followed by a few to type in."""
    kept = [row for row in rows if not row.is_blank]
    return kept + [Typed()] * max(1, BLANKS - len(kept))


def lines(rows: list[Typed], currency: str) -> tuple[tuple[LineFacts, ...], list[str]]:
    """Return the lines as facts, and what cannot be read in them."""
    found, wrong = [], []
    for place, row in enumerate(rows, 1):
        if row.is_blank:
            continue
        try:
            amount = money.parse(row.amount, currency).minor
            if amount < 0:
                raise ValueError
            found.append(LineFacts(amount, row.item[:200], _quantity(row.quantity)))
        except Refusal as refusal:
            wrong.append(_("第 %(n)s 行：%(why)s") % {"n": place, "why": frame.sentence(refusal)})
        except (InvalidOperation, ValueError):
            wrong.append(_("第 %(n)s 行：数量或金额不是正数") % {"n": place})
    if not found and not wrong:
        wrong.append(_("请至少填写一行的金额"))
    return tuple(found), wrong


def _quantity(text: str) -> Decimal | None:
    if not text:
        return None
    number = Decimal(text.replace(",", ""))
    if not number.is_finite() or not 0 <= number < 10**14:
        raise ValueError(text)
    return number


def total(found: tuple[LineFacts, ...], currency: str) -> Money:
    """Return the sum of the lines."""
    return Money(sum(line.amount_minor for line in found), currency)


def initial(given: QueryDict, today: date, number: str) -> tuple[dict[str, Any], list[Typed]]:
    """Return what an empty form begins with, filled from the address where it says more."""
    head = {
        "number": number,
        "customer": given.get("customer", "")[:200],
        "order_date": f"{today}",
        "ship_date": given.get("ship_date", "")[:10],
        "terms": given.get("terms", "")[:40],
        "currency": given.get("currency", "CNY")[:3],
    }
    amount = given.get("amount", "")[:24]
    return head, [Typed(amount=amount)] if amount else []


def of_order(order: OrderFile) -> tuple[dict[str, Any], list[Typed]]:
    """Return an order as the form shows it."""
    head = {
        "number": order.number,
        "customer": order.customer.code,
        "order_date": f"{order.order_date}",
        "ship_date": f"{order.ship_date or ''}",
        "terms": order.terms,
        "discount_percent": order.discount_percent,
        "currency": order.currency,
        "is_prepaid": order.is_prepaid,
    }
    rows = [
        Typed(
            line.item,
            "" if line.quantity is None else f"{line.quantity.normalize():f}",
            money.text(line.amount_minor, order.currency),
        )
        for line in order.lines
    ]
    return head, rows or [Typed(amount=money.text(order.amount_minor, order.currency))]
