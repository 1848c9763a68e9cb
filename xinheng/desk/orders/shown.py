"""Orders in the reader's words: marks of their status, columns of their list."""

from collections.abc import Iterator
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinheng.desk import words
from xinheng.desk.orders import forms
from xinheng.kernel import money
from xinheng.kernel.actors import Actor
from xinheng.orders import listing
from xinheng.orders.listing import Filters, OrderRow

STATUSES = {
    "open": ("", gettext_lazy("未完成")),
    "shipped": ("mark-brand", gettext_lazy("已发货")),
    "invoiced": ("mark-ok", gettext_lazy("已开票")),
    "cancelled": ("", gettext_lazy("已取消")),
}
CREDITS = {
    "approved": ("mark-ok", "circle-check", gettext_lazy("已放行")),
    "held": ("mark-late", "lock", gettext_lazy("冻结")),
    "refused": ("mark-danger", "circle-x", gettext_lazy("已拒绝")),
}
# sort key, heading, whether numbers stand there
COLUMNS = (
    ("number", gettext_lazy("订单"), False), ("customer", gettext_lazy("客户"), False),
    ("date", gettext_lazy("订单日期"), False), ("ship", gettext_lazy("计划发货"), False),
    ("amount", gettext_lazy("金额"), True), ("", gettext_lazy("已发货"), True),
    ("", gettext_lazy("已开票"), True), ("", gettext_lazy("进度"), False),
    ("", gettext_lazy("信用"), False), ("", gettext_lazy("负责人"), False),
)  # fmt: skip
FILE_HEADER = (
    gettext_lazy("订单号"), gettext_lazy("客户编码"), gettext_lazy("客户名称"),
    gettext_lazy("订单日期"), gettext_lazy("计划发货"), gettext_lazy("账期"),
    gettext_lazy("币种"), gettext_lazy("金额"), gettext_lazy("已发货"), gettext_lazy("已开票"),
    gettext_lazy("进度"), gettext_lazy("信用"), gettext_lazy("负责人"),
)  # fmt: skip


def row(one: OrderRow) -> dict[str, Any]:
    """Return one line of the list with its marks."""
    return {"row": one, "status": STATUSES[one.status], "credit": CREDITS[one.credit]}


def headings(sort: str, currency: str) -> list[dict[str, Any]]:
    """Return the table's headings, amounts in `currency`, with the sort each one leads to."""
    found = []
    for key, label, is_number in COLUMNS:
        state = "none"
        if key and sort.removeprefix("-") == key:
            state = "descending" if sort.startswith("-") else "ascending"
        first = key if key in ("number", "customer") else f"-{key}"
        flipped = key if sort == f"-{key}" else f"-{key}"
        found.append(
            {"key": key, "label": label, "is_number": is_number, "state": state,
             "unit": words.unit(currency) if is_number else "",
             "leads_to": first if state == "none" else flipped}
        )  # fmt: skip
    return found


def selects(given: QueryDict, by: Actor) -> list[dict[str, Any]]:
    """Return the drop-down filters with their options and what is chosen."""
    options: list[tuple[str, str, list[tuple[str, Any]]]] = [
        ("status", _("进度"), [(key, mark[1]) for key, mark in STATUSES.items()]),
        ("credit", _("信用"), [(key, mark[2]) for key, mark in CREDITS.items()]),
        ("owner", _("负责人"), list(listing.owners(by=by))),
    ]
    return [
        {"name": name, "label": label, "options": found, "value": given.get(name, "")}
        for name, label, found in options
    ]


def is_narrowed(given: QueryDict) -> bool:
    """Say whether the address keeps only some orders."""
    return forms.where(given) != Filters()


def file_rows(by: Actor, where: Filters) -> Iterator[list[Any]]:
    """Yield every narrowed order as a line of a file."""
    for one in listing.every(by=by, where=where):
        amounts = (one.amount_minor, one.shipped_minor, one.invoiced_minor)
        yield [
            one.number, one.customer_code, one.customer_name, one.order_date, one.ship_date,
            one.terms, one.currency, *(money.major(minor, one.currency) for minor in amounts),
            str(STATUSES[one.status][1]), str(CREDITS[one.credit][2]), one.owner,
        ]  # fmt: skip
