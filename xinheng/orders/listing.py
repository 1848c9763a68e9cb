"""Orders as lists show them: narrowed, sorted, paged, added up, within the actor's scope."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum

from xinheng import access
from xinheng.kernel.actors import Actor
from xinheng.orders.models import Hold, Order
from xinheng.parties import aliases
from xinheng.parties.models import Customer

SORTS = {
    "date": "order_date", "ship": "ship_date", "number": "number", "amount": "amount_minor",
    "customer": "customer__name_pinyin",
}  # fmt: skip
CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; an empty one keeps everything.

    text: the beginning of an order's number, or part of a customer's name or code
    first, last: order dates, both included; is_waiting: an open hold stands on it
    """

    text: str = ""
    customer: str = ""
    status: str = ""
    credit: str = ""
    owner: str = ""
    first: date | None = None
    last: date | None = None
    is_waiting: bool = False


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order; amounts in minor units of its own currency."""

    id: int
    number: str
    customer_code: str
    customer_name: str
    order_date: date
    ship_date: date | None
    currency: str
    amount_minor: int
    shipped_minor: int
    invoiced_minor: int
    status: str
    credit: str
    has_warnings: bool
    waits_since: datetime | None
    terms: str
    owner: str


@dataclass(frozen=True, slots=True)
class Total:
    """The sums of the narrowed list in one currency."""

    currency: str
    orders: int
    amount_minor: int
    shipped_minor: int
    invoiced_minor: int


@dataclass(frozen=True, slots=True)
class Page:
    """Some orders, how many there are in all, and their sums."""

    rows: tuple[OrderRow, ...]
    count: int
    totals: tuple[Total, ...]


def may_sort(key: str) -> bool:
    """Say whether a list can be sorted by this key."""
    return key.removeprefix("-") in SORTS


def page(
    *, by: Actor, where: Filters, sort: str = "-date", offset: int = 0, limit: int = 50
) -> Page:
    """Return orders in the asked order, the newest first where it leaves them equal."""
    rows = _narrowed(by, where)
    totals = tuple(
        Total(*found)
        for found in rows.order_by("currency").values_list("currency").annotate(
            Count("pk"), Sum("amount_minor"), Sum("shipped_minor"), Sum("invoiced_minor")
        )
    )  # fmt: skip
    found = _with_people(rows).order_by(_order(sort), "-pk")[offset : offset + limit]
    return Page(tuple(_row(one) for one in found), sum(one.orders for one in totals), totals)


def every(*, by: Actor, where: Filters) -> Iterator[OrderRow]:
    """Yield the narrowed orders, the latest first, reading a chunk at a time."""
    rows, before = _with_people(_narrowed(by, where)).order_by("-pk"), None
    while found := list((rows.filter(pk__lt=before) if before else rows)[:CHUNK]):
        yield from (_row(one) for one in found)
        before = found[-1].pk


def owners(*, by: Actor) -> tuple[tuple[str, str], ...]:
    """Return (username, name) of the people whose customers have orders in scope."""
    rows = access.visible(by, "orders.read", Order.objects.all(), prefix="customer__")
    named = rows.exclude(customer__owner=None).order_by("customer__owner__username")
    found = named.values_list("customer__owner__username", "customer__owner__name").distinct()
    return tuple((username, name or username) for username, name in found)


def _narrowed(by: Actor, where: Filters) -> "QuerySet[Order]":
    rows: QuerySet[Order] = access.visible(
        by, "orders.read", Order.objects.all(), prefix="customer__"
    )
    exact = {
        "status": where.status, "credit": where.credit, "customer__owner__username": where.owner,
        "order_date__gte": where.first, "order_date__lte": where.last,
    }  # fmt: skip
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if where.customer:
        rows = rows.filter(customer__in=Customer.objects.filter(aliases.called(where.customer)))
    if where.is_waiting:
        rows = rows.filter(Exists(_open_holds()))
    if where.text:
        rows = rows.filter(
            Q(number__istartswith=where.text)
            | Q(customer__name__icontains=where.text)
            | Q(customer__name_pinyin__icontains=where.text.replace(" ", "").lower())
            | Q(customer__code__istartswith=where.text)
        )
    return rows


def _open_holds() -> "QuerySet[Hold]":
    return Hold.objects.filter(order=OuterRef("pk"), state=Hold.State.OPEN)


def _with_people(rows: "QuerySet[Order]") -> "QuerySet[Order]":
    waits = Subquery(_open_holds().values("opened_at")[:1])
    return rows.annotate(waits_since=waits, warned=F("decision__has_warnings")).select_related(
        "customer__owner"
    )


def _order(sort: str) -> str:
    key = sort.removeprefix("-")
    return f"{'-' if sort.startswith('-') else ''}{SORTS.get(key, SORTS['date'])}"


def _row(one: Order) -> OrderRow:
    owner = one.customer.owner
    return OrderRow(
        id=one.pk,
        number=one.number,
        customer_code=one.customer.code,
        customer_name=one.customer.name,
        order_date=one.order_date,
        ship_date=one.ship_date,
        currency=one.currency,
        amount_minor=one.amount_minor,
        shipped_minor=one.shipped_minor,
        invoiced_minor=one.invoiced_minor,
        status=one.status,
        credit=one.credit,
        has_warnings=bool(getattr(one, "warned", False)),
        waits_since=getattr(one, "waits_since", None),
        terms=one.terms,
        owner=(owner.name or owner.username) if owner else "",
    )


def free_number(*, by: Actor, today: date) -> str:
    """Return a number that no order has yet, such as SO-20260301-001, to begin a form with."""
    access.require(by, "orders.write")
    prefix = f"SO-{today:%Y%m%d}-"
    taken = set(Order.objects.filter(number__startswith=prefix).values_list("number", flat=True))
    return next(text for n in range(1, len(taken) + 2) if (text := f"{prefix}{n:03d}") not in taken)
