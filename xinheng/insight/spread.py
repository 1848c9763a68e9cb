"""How the portfolio spreads over tiers and grades after each customer's latest review."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet, Sum

from xinheng import access
from xinheng.kernel.actors import Actor
from xinheng.limits.models import Latest


@dataclass(frozen=True, slots=True)
class Share:
    """One tier or grade: how many customers, and what those of `currency` owe in minor units."""

    key: str
    customers: int
    open_minor: int


@dataclass(frozen=True, slots=True)
class Spread:
    """Customers by tier and by grade; amounts of one currency."""

    currency: str
    tiers: tuple[Share, ...]
    grades: tuple[Share, ...]


def spread(*, by: Actor, currency: str = "CNY") -> Spread:
    """Return how the actor's customers of one currency spread over tiers and grades."""
    rows = access.visible(by, "customers.read", Latest.objects.all(), prefix="customer__")
    own = rows.filter(currency=currency).order_by()
    return Spread(currency, _shares(own, "tier"), _shares(own, "grade"))


def _shares(rows: QuerySet[Latest], column: str) -> tuple[Share, ...]:
    sums = rows.values(column).annotate(customers=Count("pk"), owed=Sum("open_minor", default=0))
    found = sums.order_by(column)
    return tuple(Share(row[column], row["customers"], int(row["owed"])) for row in found)
