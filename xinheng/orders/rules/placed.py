"""Orders as whoever enters them says they are; amounts in the order's currency."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xinheng.kernel.money import Money


@dataclass(frozen=True, slots=True)
class LineFacts:
    """One line; lines are numbered as they come, from 1."""

    amount_minor: int
    item: str = ""
    quantity: Decimal | None = None
    ship_date: date | None = None


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """An order. With lines its amount is their sum, whatever `amount` says beside its currency.

    terms: as `kernel.terms` reads them, "" for those granted; is_prepaid: said by the terms too
    """

    number: str
    customer_id: int
    order_date: date
    amount: Money
    ship_date: date | None = None
    terms: str = ""
    discount_percent: Decimal | None = None
    segment: str = "main"
    lines: tuple[LineFacts, ...] = ()
    is_prepaid: bool = False

    @property
    def amount_minor(self) -> int:
        """Return the amount: the sum of the lines when there are any."""
        if self.lines:
            return sum(line.amount_minor for line in self.lines)
        return self.amount.minor


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of an order; what is None stays. Lines replace all lines, and the amount."""

    amount_minor: int | None = None
    lines: tuple[LineFacts, ...] | None = None
    terms: str | None = None
    discount_percent: Decimal | None = None
    ship_date: date | None = None


@dataclass(frozen=True, slots=True)
class ShipmentFacts:
    """Goods that leave the house: an amount, or amounts by line number."""

    number: str
    shipped_on: date
    amount_minor: int | None = None
    lines: tuple[tuple[int, int], ...] = ()
