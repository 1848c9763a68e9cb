"""The books of one company as slow, plain Python: what the database has to agree with.

Documents are dictionaries of facts; allocations a list in the order they were made. Nothing is
kept beside them: every question is answered by going through all of it.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from math import floor

NEVER = date.max
RATES = ((date(2026, 1, 1), Fraction("7.1234567")), (date(2026, 1, 20), Fraction("6.9")))


@dataclass
class Document:
    number: str
    kind: str  # invoice | credit_note | receipt
    customer: int
    day: date
    amount: int
    currency: str = "CNY"
    due: date | None = None
    names: str = ""  # the invoice that a credit note or a receipt names
    is_void: bool = False
    voided: date | None = None

    @property
    def never_was(self) -> bool:
        return self.is_void and self.voided is None

    @property
    def ends(self) -> date:
        return self.voided or NEVER

    @property
    def ages_from(self) -> date | None:
        return self.day if self.kind == "credit_note" else self.due

    @property
    def credit(self) -> int:
        if self.currency == "CNY":
            return self.amount
        rate = [rate for day, rate in RATES if day <= self.day][-1]
        return floor(self.amount * rate + Fraction(1, 2))

    def credit_of(self, part: int) -> int:
        """Return what a part, counted from the first unit, is in the account's currency."""
        if part == self.amount:
            return self.credit
        return floor(Fraction(self.credit * part, self.amount) + Fraction(1, 2))


@dataclass
class Allocation:
    target: str
    source: str
    amount: int
    begins: date
    ends: date
    target_credit: int
    source_credit: int

    def active(self, day: date) -> bool:
        return self.begins <= day < self.ends


@dataclass
class Books:
    documents: dict[str, Document] = field(default_factory=dict)
    allocations: list[Allocation] = field(default_factory=list)

    def record(self, document: Document) -> str:
        """Record a document, new or in place of the one of its number."""
        old = self.documents.get(document.number)
        if old == document:
            return "unchanged"
        self.documents[document.number] = document
        gone = [a for a in self.allocations if document.number in (a.target, a.source)]
        self.allocations = [a for a in self.allocations if a not in gone]
        for lost in gone:
            if lost.target == document.number:
                self.place(lost.target, lost.source, lost.amount)
        targets = {a.target for a in gone} | {document.number, document.names}
        self.settle_named(targets)
        if document.kind == "receipt" and not document.names:
            self.settle_oldest(document)
        return "updated" if old else "created"

    def settle_named(self, targets: set[str]) -> None:
        place = {"credit_note": 1, "receipt": 2}
        naming = [
            document
            for document in self.documents.values()
            if document.kind in place and document.names and document.names in targets
        ]
        for source in sorted(naming, key=lambda d: (d.day, place[d.kind], d.number)):
            self.place(source.names, source.number, self.left(source))

    def settle_oldest(self, receipt: Document) -> None:
        items = [
            item
            for item in self.documents.values()
            if item.kind == "invoice" and not item.is_void and item.day <= receipt.day
            and (item.customer, item.currency) == (receipt.customer, receipt.currency)
        ]  # fmt: skip
        for item in sorted(items, key=lambda item: (item.due or NEVER, item.number)):
            self.place(item.number, receipt.number, self.left(receipt))

    def place(self, target_number: str, source_number: str, want: int) -> None:
        target, source = self.documents.get(target_number), self.documents[source_number]
        if target is None or target.kind != "invoice" or target.never_was or source.never_was:
            return
        if (target.customer, target.currency) != (source.customer, source.currency):
            return
        freed = [
            a.ends
            for a in self.allocations
            if (a.target == target.number and a.ends not in (NEVER, target.ends))
            or (a.source == source.number and a.ends not in (NEVER, source.ends))
        ]
        begins = max(target.day, source.day, *freed) if freed else max(target.day, source.day)
        ends = min(target.ends, source.ends)
        amount = min(want, self.left(target))
        if amount <= 0 or begins >= ends:
            return
        held, target_credit = self.held(target), self.held_credit(target)
        spent, source_credit = self.held(source), self.held_credit(source)
        self.allocations.append(
            Allocation(
                target.number, source.number, amount, begins, ends,
                target.credit_of(held + amount) - target_credit,
                source.credit_of(spent + amount) - source_credit,
            )
        )  # fmt: skip

    def holding(self, document: Document) -> list[Allocation]:
        return [
            a
            for a in self.allocations
            if document.number in (a.target, a.source) and a.ends in (NEVER, document.ends)
        ]

    def held(self, document: Document) -> int:
        return sum(a.amount for a in self.holding(document))

    def held_credit(self, document: Document) -> int:
        return sum(_credit(a, document) for a in self.holding(document))

    def left(self, document: Document) -> int:
        return document.amount - self.held(document)

    def open_on(self, document: Document, day: date) -> tuple[int, int]:
        """Return what of a document is open at the end of a day: (its currency, CNY)."""
        if document.never_was or not document.day <= day < document.ends:
            return 0, 0
        active = [
            a for a in self.allocations
            if document.number in (a.target, a.source) and a.active(day)
        ]  # fmt: skip
        return (
            document.amount - sum(a.amount for a in active),
            document.credit - sum(_credit(a, document) for a in active),
        )

    def ageing(self, day: date, basis: str, edges: tuple[int, ...]) -> dict[tuple[int, str], int]:
        """Return CNY by (customer, bucket); a bucket is named by its first day."""
        found: Counter[tuple[int, str]] = Counter()
        for document in self.documents.values():
            _, credit = self.open_on(document, day)
            if document.kind == "receipt":
                found[document.customer, "unallocated"] += credit
                continue
            sign = -1 if document.kind == "credit_note" else 1
            start = document.ages_from if basis == "due" else document.day
            found[document.customer, _bucket(start, day, basis, edges)] += sign * credit
        return {key: minor for key, minor in found.items() if minor}


def _credit(allocation: Allocation, document: Document) -> int:
    is_target = allocation.target == document.number
    return allocation.target_credit if is_target else allocation.source_credit


def _bucket(start: date | None, day: date, basis: str, edges: tuple[int, ...]) -> str:
    if start is None:
        return "no due date"
    past = (day - start).days
    if basis == "due" and past <= 0:
        return "not due"
    first = 1
    for edge in edges:
        if past <= edge:
            return str(first)
        first = edge + 1
    return str(first)
