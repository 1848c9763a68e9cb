"""What the search box finds: customers, orders and invoices of which the text reminds."""

from dataclasses import dataclass

from xinheng import access
from xinheng.insight.customers import matches
from xinheng.kernel.actors import Actor
from xinheng.orders.models import Order
from xinheng.parties.models import Customer
from xinheng.receivables.models import Invoice

FOUND_MOST = 6


@dataclass(frozen=True, slots=True)
class FoundCustomer:
    """A customer that matches, with the grade of its latest review."""

    id: int
    code: str
    name: str
    grade: str


@dataclass(frozen=True, slots=True)
class FoundInvoice:
    """An invoice whose number begins with the text."""

    id: int
    number: str
    customer: str
    currency: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class FoundOrder:
    """An order whose number begins with the text; credit: approved | held | refused."""

    id: int
    number: str
    customer: str
    currency: str
    amount_minor: int
    credit: str


@dataclass(frozen=True, slots=True)
class Found:
    """The first few of each kind."""

    customers: tuple[FoundCustomer, ...]
    invoices: tuple[FoundInvoice, ...]
    orders: tuple[FoundOrder, ...] = ()


def search(*, by: Actor, text: str) -> Found:
    """Return customers by name, pinyin or code, orders and invoices by number, within the scope.

    An empty text finds nothing; what the actor may not read is left out, not refused.
    """
    text = text.strip()
    return Found(
        customers=_customers(by, text) if text and by.may("customers.read") else (),
        invoices=_invoices(by, text) if text and by.may("receivables.read") else (),
        orders=_orders(by, text) if text and by.may("orders.read") else (),
    )


def _customers(by: Actor, text: str) -> tuple[FoundCustomer, ...]:
    rows = access.visible(by, "customers.read", Customer.objects.all())
    found = rows.filter(matches(text)).select_related("latest").order_by("name_pinyin", "pk")
    return tuple(
        FoundCustomer(
            id=row.pk,
            code=row.code,
            name=row.name,
            grade=row.latest.grade if hasattr(row, "latest") else "",
        )
        for row in found[:FOUND_MOST]
    )


def _invoices(by: Actor, text: str) -> tuple[FoundInvoice, ...]:
    # A prefix, case as written: the unique index answers it whatever the size of the book.
    rows = access.visible(by, "receivables.read", Invoice.objects.all(), prefix="customer__")
    found = rows.filter(number__startswith=text).select_related("customer").order_by("number")
    return tuple(
        FoundInvoice(
            id=row.pk,
            number=row.number,
            customer=row.customer.name,
            currency=row.currency,
            amount_minor=row.amount_minor,
        )
        for row in found[:FOUND_MOST]
    )


def _orders(by: Actor, text: str) -> tuple[FoundOrder, ...]:
    rows = access.visible(by, "orders.read", Order.objects.all(), prefix="customer__")
    found = rows.filter(number__startswith=text).select_related("customer").order_by("number")
    return tuple(
        FoundOrder(
            id=row.pk,
            number=row.number,
            customer=row.customer.name,
            currency=row.currency,
            amount_minor=row.amount_minor,
            credit=row.credit,
        )
        for row in found[:FOUND_MOST]
    )
