"""The customer's own trade with others, as its tax invoices show it."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from xinheng import access
from xinheng.evidence.models import TaxInvoice
from xinheng.kernel.actors import Actor
from xinheng.parties.models import Customer

YEAR = datetime.timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Buyer:
    """One of the customer's largest buyers and its share of the named sales."""

    name: str
    sold_minor: int
    share: Decimal | None


@dataclass(frozen=True, slots=True)
class OwnTrade:
    """A year of the customer's tax invoices up to a day, in fen.

    sold:   valid sales, red letters taken off; bought likewise for purchases
    red:    red letters among the sales, above 0; voided and issued count sales invoices
    months: first day of each month with sales → valid sales, oldest first
    """

    sold_minor: int
    bought_minor: int
    red_minor: int
    voided: int
    issued: int
    last: datetime.date
    months: tuple[tuple[datetime.date, int], ...]
    buyers: tuple[Buyer, ...]


def own_trade(
    *, by: Actor, customer: Customer, until: datetime.date, buyers: int = 5
) -> OwnTrade | None:
    """Return a year of the customer's own trade, None when no tax invoice of it is on file."""
    access.require(by, "evidence.read", customer)
    rows = TaxInvoice.objects.filter(customer=customer, date__lte=until, date__gt=until - YEAR)
    valid = Q(status=TaxInvoice.Status.VALID)
    sale, purchase = (Q(direction=side) for side in ("sale", "purchase"))
    found = rows.aggregate(
        sold=Sum("amount_minor", filter=valid & sale),
        bought=Sum("amount_minor", filter=valid & purchase),
        red=Sum("amount_minor", filter=valid & sale & Q(amount_minor__lt=0)),
        voided=Count("pk", filter=sale & ~valid),
        issued=Count("pk", filter=sale),
        last=Max("date"),
    )
    if found["last"] is None:
        return None
    sales = rows.filter(valid & sale)
    months = sales.annotate(month=TruncMonth("date")).values("month")
    return OwnTrade(
        sold_minor=int(found["sold"] or 0),
        bought_minor=int(found["bought"] or 0),
        red_minor=-int(found["red"] or 0),
        voided=found["voided"],
        issued=found["issued"],
        last=found["last"],
        months=tuple(
            (row["month"], int(row["sold"]))
            for row in months.annotate(sold=Sum("amount_minor")).order_by("month")
        ),
        buyers=_buyers(sales, buyers),
    )


def _buyers(sales: QuerySet[TaxInvoice], most: int) -> tuple[Buyer, ...]:
    named = sales.exclude(counterparty="").values(name=F("counterparty"))
    sums = [
        (row["name"], int(row["sold"]))
        for row in named.annotate(sold=Sum("amount_minor")).order_by("-sold", "name")
        if row["sold"] > 0
    ]
    total = sum(sold for _name, sold in sums)
    return tuple(
        Buyer(name, sold, Decimal(sold) / total if total else None) for name, sold in sums[:most]
    )
