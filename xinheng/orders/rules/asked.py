"""What somebody asks about: a document as its sender describes it, before anything is looked up."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xinheng.kernel import terms
from xinheng.kernel.money import Money
from xinheng.orders.rules.facts import DocumentKind, Point, Terms

PREPAID = frozenset({terms.Anchor.PREPAY})


@dataclass(frozen=True, slots=True)
class Asked:
    """A document to decide on.

    number: names the document to its sender, "" for a mere question; terms: as `kernel.terms`
    reads them, "" for those granted to the customer
    approved_*: what was approved before and on which day, for a change or a later step
    """

    amount: Money
    kind: DocumentKind = "order"
    number: str = ""
    point: Point = "confirm"
    ship_date: date | None = None
    terms: str = ""
    discount_percent: Decimal | None = None
    segment: str = "main"
    is_prepaid: bool = False
    is_shipped: bool = False
    approved_minor: int | None = None
    approved_terms: str = ""
    approved_discount_percent: Decimal | None = None
    approved_ship_date: date | None = None
    approved_on: date | None = None

    @property
    def source(self) -> str:
        """Return how the ledger's entries name the document."""
        return f"{self.kind}:{self.number}"

    @property
    def pays_first(self) -> bool:
        """Say whether it is paid before anything leaves the house."""
        return self.is_prepaid or is_prepaid(self.terms)


def is_prepaid(text: str) -> bool:
    """Say whether terms ask for the money first."""
    return bool(text) and terms.parse(text).anchor in PREPAID


def terms_of(text: str, discount: Decimal | None) -> Terms:
    """Return terms as checks compare them; refuses what `kernel.terms.parse` refuses."""
    return Terms(
        terms.parse(text).span_days if text else None,
        None if discount is None else float(discount),
    )
