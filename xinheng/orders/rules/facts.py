"""What a credit decision looks at: frozen, read in one statement, stored with the decision.

Amounts are minor units of the credit account's currency unless a name says `document`.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Point = Literal["quote", "confirm", "pick", "ship", "invoice"]
DocumentKind = Literal["order", "quotation", "delivery", "invoice"]
Mode = Literal["none", "limited", "unlimited"]
# Day (due or ship date; none when the document names none) → what is open there.
Ladder = tuple[tuple[date | None, int], ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """Payment terms as far as checks compare them; more days and more discount are worse."""

    days: int | None = None
    discount_percent: float | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """What is asked for.

    document_minor, currency: as written; credit_minor: the same in the account's currency
    held_minor: what the ledger already holds for this very document (reserved or delivered); a
        check counts the document once
    approved: what was approved before, when this is a change; none for a new document
    approved_on: the day of the last leave, from which the days without a re-check count
    is_prepaid: paid before anything leaves the house; is_shipped: the goods are gone already
    """

    kind: DocumentKind
    number: str
    document_minor: int
    currency: str
    credit_minor: int
    ship_date: date | None = None
    terms: Terms = Terms()
    held_minor: int = 0
    approved_minor: int | None = None
    approved_terms: Terms | None = None
    approved_ship_date: date | None = None
    approved_on: date | None = None
    is_prepaid: bool = False
    is_shipped: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """One account on the path, the customer's own first.

    reserved_by_day: its (for a group: its members') reservations by ship date, for the horizon
    """

    account_id: int
    kind: Literal["customer", "group"]
    code: str
    name: str
    mode: Mode
    limit_minor: int | None
    reserved_minor: int
    delivered_minor: int
    receivable_minor: int
    bills_minor: int
    deposits_minor: int
    reserved_by_day: Ladder = ()

    @property
    def used_minor(self) -> int:
        """Return what the limit must cover."""
        return (
            self.reserved_minor
            + self.delivered_minor
            + self.receivable_minor
            + self.bills_minor
            - self.deposits_minor
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """What higher rooms posted about the account (exposure.Standing).

    blocks: (code, zh, en) of each block in force; status: active | watch | stopped
    """

    dunning_level: int = 0
    insured_minor: int | None = None
    insured_until: date | None = None
    review_due: date | None = None
    limit_valid_to: date | None = None
    payment_index: int | None = None
    status: str = "active"
    blocks: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Customer:
    """Whose document it is, as far as rules choose by it."""

    id: int
    code: str
    name: str
    tier: str | None = None
    grade: str | None = None
    groups: tuple[str, ...] = ()
    terms: Terms = Terms()


@dataclass(frozen=True, slots=True)
class Release:
    """Leave given earlier for this document: up to so much, past the limit by so much, until."""

    id: int
    document_minor: int
    excess_minor: int
    covers: Literal["step", "later"]
    point: Point
    until: date | None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a verdict depends on, beside the rule set.

    owed_by_day: receivables and bills of the customer's own account by due date; a negative sum is
        a credit and never overdue
    policy_rate: units of `currency` for one unit of the rule set's currency; needed only where the
        two differ
    """

    today: date
    point: Point
    currency: str
    customer: Customer
    document: Document
    path: tuple[Node, ...]
    standing: Standing = Standing()
    owed_by_day: Ladder = ()
    release: Release | None = None
    policy_rate: Decimal | None = None
