"""The worklist of held orders: why each waits, since when, for how much, within the scope."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet, Sum

from xinheng import access
from xinheng.kernel.actors import Actor
from xinheng.orders.models import Hold
from xinheng.orders.order_file import DecisionRow, decision_row
from xinheng.orders.rules.checks import utilisation

SORTS = {"waits": "opened_at", "amount": "order__amount_minor", "customer": "order__customer__name"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the worklist is narrowed to; an empty one keeps every open hold.

    reason: the code of a reason that speaks, or `forced`
    """

    text: str = ""
    reason: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class HeldRow:
    """One held order; amounts in its own currency, `over_minor` in the account's.

    over_minor: how far it passes the narrowest limit; none when no decision held it
    """

    number: str
    customer_code: str
    customer_name: str
    owner: str
    currency: str
    amount_minor: int
    point: str
    opened_at: datetime
    opened_by: str
    opened_reason: str
    is_forced: bool
    decision: DecisionRow | None
    over_minor: int | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Some held orders, how many there are in all, and their sums by currency."""

    rows: tuple[HeldRow, ...]
    count: int
    totals: tuple[tuple[str, int, int], ...]


def waiting(
    *, by: Actor, wanted: Wanted, sort: str = "waits", offset: int = 0, limit: int = 50
) -> Waiting:
    """Return the open holds in scope, those that wait longest first."""
    rows = _open(by, wanted)
    key = SORTS.get(sort.removeprefix("-"), SORTS["waits"])
    ordered = rows.order_by(f"-{key}" if sort.startswith("-") else key, "pk")
    joined = ordered.select_related("order__customer__owner", "latest")
    totals = tuple(
        rows.order_by("order__currency")
        .values_list("order__currency")
        .annotate(n=Count("pk"), sum=Sum("order__amount_minor"))
    )
    return Waiting(
        tuple(_row(one) for one in joined[offset : offset + limit]),
        sum(n for _currency, n, _sum in totals),
        totals,
    )


def count(*, by: Actor) -> int:
    """Return how many held orders wait in scope."""
    return _open(by, Wanted()).count()


def after(*, by: Actor, number: str) -> str:
    """Return the number of the held order that comes after this one, "" at the end."""
    rows = _open(by, Wanted()).order_by("opened_at", "pk")
    here = Hold.objects.filter(order__number=number).order_by("-opened_at", "-pk").first()
    later = rows.exclude(order__number=number)
    if here is not None:
        past = later.filter(Q(opened_at__gt=here.opened_at) | Q(opened_at=here.opened_at))
        later = past if past.exists() else later
    found: str | None = later.values_list("order__number", flat=True).first()
    return found or ""


def _open(by: Actor, wanted: Wanted) -> "QuerySet[Hold]":
    rows: QuerySet[Hold] = access.visible(
        by,
        "orders.read",
        Hold.objects.filter(state=Hold.State.OPEN, order__customer__merged_into__isnull=True),
        prefix="order__customer__",
    )
    if wanted.owner:
        rows = rows.filter(order__customer__owner__username=wanted.owner)
    if wanted.reason == "forced":
        rows = rows.filter(is_forced=True)
    elif wanted.reason:
        rows = rows.filter(latest__reasons__contains=[{"reason": wanted.reason}])
    if wanted.text:
        rows = rows.filter(
            Q(order__number__istartswith=wanted.text)
            | Q(order__customer__name__icontains=wanted.text)
            | Q(order__customer__name_pinyin__icontains=wanted.text.replace(" ", "").lower())
            | Q(order__customer__code__istartswith=wanted.text)
        )
    return rows


def _row(one: Hold) -> HeldRow:
    order, owner = one.order, one.order.customer.owner
    decision = decision_row(one.latest) if one.latest else None
    return HeldRow(
        number=order.number,
        customer_code=order.customer.code,
        customer_name=order.customer.name,
        owner=(owner.name or owner.username) if owner else "",
        currency=order.currency,
        amount_minor=order.amount_minor,
        point=one.point,
        opened_at=one.opened_at,
        opened_by=one.opened_by,
        opened_reason=one.opened_reason,
        is_forced=one.is_forced,
        decision=decision,
        over_minor=utilisation.over_limits(decision.facts) if decision else None,
    )
