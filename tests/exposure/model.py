"""The ledger in plain Python: dictionaries and sums, nothing kept that can be added up again.

Amounts are whole minor units. A refusal is `Refused(code)`; it leaves the book as it was.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

COUNTERS = ("reserved", "delivered", "receivable", "bills", "deposits")
DIGITS = {"JPY": 0}
Day = date | None
Rung = tuple[str, Day]


class Refused(Exception):
    """What the ledger refuses, by its code."""

    def __init__(self, code: str) -> None:
        self.code = code


def half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))


@dataclass
class Node:
    """A customer's account, with its own ladder, or a group's, which is the sum of its members."""

    name: str
    currency: str = "CNY"
    customer: bool = True
    parent: str | None = None
    in_group: bool = True
    mode: str = "none"
    limit: int | None = None
    merged_into: str | None = None
    halted: bool = False
    ladder: Counter[Rung] = field(default_factory=Counter)


@dataclass
class Held:
    """A reservation: what the document is about, and what that is in the account's currency."""

    node: str
    minor: int
    document: int
    currency: str
    rate: Decimal
    on: date
    ship: Day
    expires: str
    open: bool = True


@dataclass(frozen=True)
class Paper:
    """A document: an amount in its currency, its business day, and where it lies on the ladder."""

    minor: int
    currency: str
    on: date
    ship: Day = None
    due: Day = None


class Book:
    """Accounts by name, reservations by key, rates by (currency, currency) and day."""

    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = {node.name: node for node in nodes}
        self.held: dict[str, Held] = {}
        self.keys: dict[str, Any] = {}
        self.rates: dict[tuple[str, str], dict[date, Decimal]] = {}
        self.merges: list[dict[str, Any]] = []

    # What can be read off.

    def at(self, name: str) -> str:
        """Return the account that an account stands for."""
        if name not in self.nodes:
            raise Refused("unknown-account")
        return self.nodes[name].merged_into or name

    def path(self, name: str) -> list[str]:
        node = self.nodes[name]
        if node.parent is None or not node.in_group:
            return [name]
        return [name, *self.path(node.parent)]

    def sums(self, name: str) -> tuple[int, ...]:
        """Return the five counters of an account."""
        node = self.nodes[name]
        if node.customer:
            found = dict.fromkeys(COUNTERS, 0)
            for (counter, _), minor in node.ladder.items():
                found[counter] += minor
            return tuple(found.values())
        members = [
            self.sums(n.name) for n in self.nodes.values() if n.parent == name and n.in_group
        ]
        return tuple(map(sum, zip(*members, strict=True))) if members else (0,) * 5

    def used(self, name: str) -> int:
        *owed, deposits = self.sums(name)
        return sum(owed) - deposits

    def ceiling(self, name: str) -> int | None:
        node = self.nodes[name]
        return {"none": 0, "limited": node.limit, "unlimited": None}[node.mode]

    def available(self, name: str) -> int | None:
        """Return the least that any limit on the path has left; None when there is no limit."""
        rooms = [
            ceiling - self.used(n)
            for n in self.path(name)
            if (ceiling := self.ceiling(n)) is not None
        ]
        return min(rooms, default=None)

    def rate(self, source: str, target: str, on: date) -> Decimal:
        """Return the rate of a day: as recorded, else its inverse, else through CNY."""
        if source == target:
            return Decimal(1)
        found = self._direct(source, target, on)
        if found is None:
            left, right = (
                Decimal(1) if currency == "CNY" else self._direct(currency, "CNY", on)
                for currency in (source, target)
            )
            if left is None or right is None:
                raise Refused("no-exchange-rate")
            found = (left / right).quantize(Decimal("1e-10"))
        return found

    def _direct(self, source: str, target: str, on: date) -> Decimal | None:
        straight = self._latest(source, target, on)
        opposite = self._latest(target, source, on)
        if straight and (not opposite or straight[0] >= opposite[0]):
            return straight[1]
        return (1 / opposite[1]).quantize(Decimal("1e-10")) if opposite else None

    def _latest(self, source: str, target: str, on: date) -> tuple[date, Decimal] | None:
        known = self.rates.get((source, target), {})
        days = [day for day in known if day <= on]
        return (max(days), known[max(days)]) if days else None

    def convert(self, paper: Paper, to: str) -> int:
        rate = self.rate(paper.currency, to, paper.on)
        scale = DIGITS.get(to, 2) - DIGITS.get(paper.currency, 2)
        return half_up(Fraction(paper.minor) * Fraction(rate) * Fraction(10) ** scale)

    # What happens. Each asks everything first and changes the book afterwards.

    def known(self, key: str, content: Any) -> bool:
        """Tell whether a key is on record for this very content."""
        if key not in self.keys:
            return False
        verb, node, *rest = self.keys[key]
        if [verb, self.at(node), *rest] != list(content):
            raise Refused("key-reused")
        return True

    def reserve(self, key: str, name: str, paper: Paper, expires: str, excess: int = 0) -> bool:
        """Return whether it was on record already."""
        minor = self._first(name, paper)
        node = self.at(name)
        content = ("reserve", node, paper, expires, excess)
        if self.known(key, content):
            return True
        self._make_room(node, minor, excess)
        rate = self.rate(paper.currency, self.nodes[node].currency, paper.on)
        self.keys[key] = content
        self.held[key] = Held(
            node, minor, paper.minor, paper.currency, rate, paper.on, paper.ship, expires
        )
        self._move(node, ("reserved", paper.ship), minor)
        return False

    def record(self, key: str, name: str, paper: Paper, counter: str, sign: int) -> bool:
        """Record what happened already (sign 1), or that it went away (-1)."""
        minor = self._first(name, paper)
        node = self.at(name)
        content = (sign, node, paper, counter)
        if self.known(key, content):
            return True
        self.keys[key] = content
        self._move(node, self._rung(counter, paper.ship, paper.due), sign * minor)
        return False

    def post(self, key: str, of: str, paper: Paper, to: str, rest: str | None) -> bool:
        held = self._held(of)
        node = self.at(held.node)
        known = key in self.keys
        if held.expires == "past" and held.open and not known:
            raise Refused("reservation-expired")
        if paper.currency != held.currency:
            raise Refused("currency-mismatch")
        if paper.minor <= 0:
            raise Refused("amount-not-positive")
        if paper.minor > held.document:
            raise Refused("amount-too-large")
        keeps = rest is not None and paper.minor < held.document
        content = ("post", node, of, paper, to, rest if keeps else None)
        if self.known(key, content):
            return True
        if not held.open:
            raise Refused("already-resolved")
        posted = half_up(Fraction(held.minor * paper.minor, held.document))
        self.keys[key] = content
        held.open = False
        self._move(node, ("reserved", held.ship), -held.minor)
        self._move(node, self._rung(to, held.ship, paper.due), posted)
        if keeps:
            assert rest is not None
            left = held.minor - posted
            self.keys[rest] = ("rest", node, key)
            self.held[rest] = replace(
                held, node=node, minor=left, document=held.document - paper.minor, on=paper.on,
                open=True,
            )  # fmt: skip
            self._move(node, ("reserved", held.ship), left)
        return False

    def release(self, key: str, of: str, kind: str, on: date) -> bool:
        """Void a reservation, or let it expire."""
        held = self._held(of)
        node = self.at(held.node)
        if kind == "expire" and held.open and held.expires != "past":
            raise Refused("not-yet-expired")
        content = (kind, node, of, on)
        if self.known(key, content):
            return True
        if not held.open:
            raise Refused("already-resolved")
        self.keys[key] = content
        held.open = False
        self._move(node, ("reserved", held.ship), -held.minor)
        return False

    def set_limit(self, name: str, mode: str, limit: int | None) -> None:
        if name not in self.nodes:
            raise Refused("unknown-account")
        self.nodes[name].mode, self.nodes[name].limit = mode, limit

    def place(
        self, name: str, *, parent: str | None = "same", in_group: bool | None = None
    ) -> None:
        """Put an account below another one, or say whether that one counts it."""
        if name not in self.nodes:
            raise Refused("unknown-account")
        node = self.nodes[name]
        above = node.parent if parent == "same" else parent
        counts = node.in_group if in_group is None else in_group
        if above is not None and counts:
            if above not in self.nodes:
                raise Refused("unknown-account")
            if name in self.path(above):
                raise Refused("circular-account")
            if self.nodes[above].currency != node.currency:
                raise Refused("currency-of-tree")
        node.parent, node.in_group = above, counts

    def merge(self, source: str, target: str) -> None:
        """Empty one customer's account into another's."""
        left, right = self.nodes[source], self.nodes[target]
        if left.currency != right.currency:
            raise Refused("merge-blocked")
        holds = [key for key, held in self.held.items() if held.open and self._on(held, source)]
        rest = Counter(left.ladder)
        for key in holds:
            rest["reserved", self.held[key].ship] -= self.held[key].minor
        closed = [n.name for n in self.nodes.values() if source in (n.name, n.merged_into)]
        self.merges.append(
            {"source": source, "target": target, "holds": holds, "rest": rest, "closed": closed}
        )
        self._carry(source, target, Counter(left.ladder))
        for name in closed:
            self.nodes[name].merged_into = target

    def undo_merge(self) -> None:
        """Take the last merge back; what was resolved since stays where it happened."""
        act = self.merges.pop()
        back = Counter(act["rest"])
        for key in act["holds"]:
            if self.held[key].open:
                back["reserved", self.held[key].ship] += self.held[key].minor
        for name in act["closed"]:
            self.nodes[name].merged_into = None if name == act["source"] else act["source"]
        self._carry(act["target"], act["source"], back)

    def _first(self, name: str, paper: Paper) -> int:
        if paper.minor <= 0:
            raise Refused("amount-not-positive")
        return self.convert(paper, self.nodes[self.at(name)].currency)

    def _make_room(self, name: str, minor: int, excess: int) -> None:
        """Refuse what does not fit even when everything overdue on the path has run out."""
        try:
            self._fits(name, minor, excess)
        except Refused as refused:
            gone = self.overdue(name)
            if refused.code != "limit-exceeded" or not gone:
                raise
            self.run_out(gone)
            try:
                self._fits(name, minor, excess)
            except Refused:
                self.run_out(gone, back=True)
                raise

    def overdue(self, name: str | None = None) -> list[Held]:
        """Return open reservations that ran out: all, or those that share a node of a path."""
        found = [held for held in self.held.values() if held.open and held.expires == "past"]
        if name is None:
            return found
        path = set(self.path(name))
        return [held for held in found if path & set(self.path(self.at(held.node)))]

    def run_out(self, gone: list[Held], *, back: bool = False) -> None:
        for held in gone:
            held.open = back
            minor = held.minor if back else -held.minor
            self._move(self.at(held.node), ("reserved", held.ship), minor)

    def _fits(self, name: str, minor: int, excess: int) -> None:
        if minor <= 0:
            return
        path = sorted(self.path(name))
        for above in path:
            ceiling = self.ceiling(above)
            if self.nodes[above].halted:
                raise Refused("account-halted")
            if ceiling is not None and self.used(above) + minor > ceiling + excess:
                raise Refused("limit-exceeded")

    def _held(self, key: str) -> Held:
        if key not in self.held:
            raise Refused("unknown-reservation")
        return self.held[key]

    def _on(self, held: Held, name: str) -> bool:
        return name in (held.node, self.nodes[held.node].merged_into)

    def _carry(self, source: str, target: str, rungs: Counter[Rung]) -> None:
        for rung, minor in rungs.items():
            self._move(source, rung, -minor)
            self._move(target, rung, minor)

    def _move(self, name: str, rung: Rung, minor: int) -> None:
        self.nodes[name].ladder[rung] += minor

    @staticmethod
    def _rung(counter: str, ship: Day, due: Day) -> Rung:
        days = {"reserved": ship, "delivered": ship, "receivable": due, "bills": due}
        return counter, days.get(counter)
