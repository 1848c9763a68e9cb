"""The values that acts of the ledger are made of, and how part of an amount converts."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from xinheng.kernel.money import Money

Counter = Literal["reserved", "delivered", "receivable", "bills", "deposits"]
COUNTERS: tuple[Counter, ...] = ("reserved", "delivered", "receivable", "bills", "deposits")

# Reservations that one transaction lets run out at most.
MOST_EXPIRED = 1_000


@dataclass(frozen=True, slots=True)
class Document:
    """What an act is about.

    source: opaque to the ledger, such as "order:SO-1"; amount: in the document's currency;
    on: the business date, which also picks the rate; ship_date and due_date place it on the ladder
    """

    source: str
    amount: Money
    on: date
    ship_date: date | None = None
    due_date: date | None = None


@dataclass(frozen=True, slots=True)
class Authority:
    """Why a reservation may pass the limit, and by how much (minor units of the account).

    carried: what `decision_id` had reserved before is put back, as when an invoice is voided and
    its goods are un-invoiced again; it is never refused, and its excess is its whole amount,
    which the ledger fills in.
    """

    kind: Literal["limit", "tolerance", "warn", "release", "insured", "carried"] = "limit"
    excess_minor: int = 0
    decision_id: int | None = None

    def over(self, minor: int) -> "Authority":
        """Return this authority for an amount of `minor`, which is what carrying it takes.

        Less than half a minor unit needs nobody's authority.
        """
        if self.kind != "carried":
            return self
        return replace(self, excess_minor=minor) if minor else WITHIN_LIMIT


WITHIN_LIMIT = Authority()


def carried(decision_id: int) -> Authority:
    """Return the authority of an earlier decision for what it had reserved already."""
    return Authority("carried", decision_id=decision_id)


@dataclass(frozen=True, slots=True)
class Line:
    """One entry about to be booked; `moves` are signed minor units of the account by counter."""

    account_id: int
    kind: str
    document: Document
    moves: tuple[tuple[Counter, int], ...]
    key: str
    rate: Decimal = Decimal(1)
    rate_date: date | None = None
    authority: Authority = WITHIN_LIMIT
    resolves: int | None = None
    expires_at: object = None

    def moved(self, counter: Counter) -> int:
        """Return by how much this line moves one counter."""
        return sum(minor for name, minor in self.moves if name == counter)


@dataclass(frozen=True, slots=True)
class Asked:
    """One reservation of many, as `reserve` takes it alone."""

    account_id: int
    document: Document
    key: str
    expires_at: datetime | None = None
    authority: Authority = WITHIN_LIMIT


@dataclass(frozen=True, slots=True)
class Booked:
    """What became of an act: its entry, what it moved, and whether it had been booked before."""

    entry_id: int
    account_id: int
    kind: str
    moves: tuple[tuple[Counter, int], ...]
    is_replay: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """What an account on a path may carry and does; `ceiling_minor` is None without a limit."""

    id: int
    mode: str
    currency: str
    ceiling_minor: int | None
    used_minor: int
    is_halted: bool

    def covers(self, net_minor: int, excess_minor: int) -> bool:
        """Say whether another `net_minor` fits, as the trigger would."""
        if self.ceiling_minor is None or net_minor <= 0:
            return True
        return self.used_minor + net_minor <= self.ceiling_minor + excess_minor


def part_of(credit_minor: int, part_minor: int, whole_minor: int) -> int:
    """Return the converted share of part of a document, half up; the whole gives the whole.

    Parts that are taken one after the other convert as the difference of two running shares, so
    that together they use up the converted amount exactly.
    """
    if part_minor == whole_minor:
        return credit_minor
    return (2 * credit_minor * part_minor + whole_minor) // (2 * whole_minor)
