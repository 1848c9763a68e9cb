"""How the portfolio spreads over tiers and grades after each customer's latest review."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.db.models import Count, Sum

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
    sums = own.values_list("tier", "grade").annotate(Count("pk"), Sum("open_minor", default=0))
    cells = [(tier, grade, customers, int(owed)) for tier, grade, customers, owed in sums]
    return Spread(currency, _shares(cells, 0), _shares(cells, 1))


def _shares(cells: Sequence[tuple[str, str, int, int]], at: Literal[0, 1]) -> tuple[Share, ...]:
    """Return the sums by tier (0) or by grade (1) of the sums by both."""
    found: dict[str, Share] = {}
    for cell in cells:
        one = found.get(cell[at], Share(cell[at], 0, 0))
        found[cell[at]] = Share(one.key, one.customers + cell[2], one.open_minor + cell[3])
    return tuple(found[key] for key in sorted(found))
