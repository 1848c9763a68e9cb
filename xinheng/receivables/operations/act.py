"""One act on the books: what recording invoices and recording receipts have in common."""

import json
from collections.abc import Callable, Iterator
from itertools import groupby
from types import ModuleType
from typing import Any
from uuid import UUID

from django.db import connection

from xinheng import access, journal
from xinheng.access import Forbidden
from xinheng.exposure import operations as exposure
from xinheng.kernel import money
from xinheng.kernel.actors import Actor
from xinheng.kernel.refusals import Refusal
from xinheng.kernel.staged import Outcome, RowRefusal
from xinheng.parties import operations as parties
from xinheng.receivables import followers, sql
from xinheng.receivables.refusals import (
    AmountNegative,
    LinesDisagree,
    OtherLineRefused,
    VoidBeforeIssue,
    VoidDateWithoutVoid,
)
from xinheng.receivables.rules import Cash, Item, allocate
from xinheng.receivables.sql import matching, receipts, seats
from xinheng.reference import queries as reference
from xinheng.reference.refusals import NoExchangeRate

FAULTS: dict[str, tuple[str, Callable[..., Refusal]]] = {
    "negative": ("amount", AmountNegative),
    "void-date": ("voided_date", VoidDateWithoutVoid),
    "void-early": ("voided_date", VoidBeforeIssue),
    "torn": ("number", LinesDisagree),
}
CUSTOM = "custom."
JOURNAL_SLICE = 5_000  # changed documents in memory at once
LARGE = 1_000  # from how many rows on plans are worth statistics
SLICE = 500  # customers whose open items are in memory at once


class Act:
    """The working tables of one staged relation, from staging to the entries.

    texts: the module with the statements of the kind of document
    is_undo: the act takes a batch back and keeps no images of its own
    has_old, has_new, has_rebuilt, has_changed, has_named: what comparing found; steps without
        work are left out
    """

    def __init__(
        self, by: Actor, batch_id: UUID | None, texts: ModuleType, *, is_undo: bool = False
    ) -> None:
        self.by = by
        self.batch_id = batch_id
        self.is_undo = is_undo
        self.texts = texts
        self.refused: list[RowRefusal] = []
        self.cursor = connection.cursor()
        self.staged = 0
        self.has_old = self.has_new = self.has_rebuilt = self.has_changed = False
        self.has_named = False

    def run(self, statement: str, **params: Any) -> int:
        """Execute one text (several statements when it has no parameters)."""
        self.cursor.execute(statement, params or None)
        return int(self.cursor.rowcount)

    def rows(self, statement: str, **params: Any) -> list[tuple[Any, ...]]:
        self.cursor.execute(statement, params or None)
        return list(self.cursor.fetchall())

    def stage(self, relation: str) -> None:
        """Take the rows over, refuse what cannot be recorded, lock who is concerned."""
        parties.hold_merges(by=access.system("receivables"))
        self.run(sql.DROP)
        self.run(matching.WORK)
        self.run(self.texts.STAGE.format(relation=relation))
        self.staged = self.rows("SELECT count(*) FROM rcv_head")[0][0]
        self._choose_joins()
        self.look("rcv_head (number, customer_id)")
        self._refuse_faults()
        self.run(self.texts.CUSTOMERS)
        self.look("rcv_customer")
        exposure.open_accounts(by=self.by, relation="rcv_customer")
        exposure.lock_accounts(by=self.by, relation="rcv_customer")
        self.run(self.texts.DOCUMENTS)
        self.look("rcv_doc (id, number, is_new)")
        self._compare()
        self._convert()

    def _choose_joins(self) -> None:
        """Join a good part of the books by hashing.

        What earlier steps of the same act produced is estimated too badly to trust nested loops
        with it; a relation that is small beside the books is found through the indexes.
        """
        in_books = self.rows(
            "SELECT greatest(reltuples, 0) FROM pg_class WHERE oid = %(table)s::regclass",
            table=self.texts.TABLE,
        )[0][0]
        if self.staged >= LARGE and self.staged * 50 >= in_books:
            self.run("SET LOCAL enable_nestloop = off")

    def look(self, *tables: str) -> None:
        """Let the planner see what a large relation put into working tables."""
        if self.staged >= LARGE:
            self.run(f"ANALYZE {', '.join(tables)}")

    def look_at_books(self, table: str) -> None:
        """Let the planner see a table of the books that this act has multiplied."""
        if self.staged >= LARGE:
            self.run("SELECT receivables_look(%(table)s, %(rows)s)", table=table, rows=self.staged)

    def _compare(self) -> None:
        self.has_old = bool(self.rows("SELECT EXISTS (SELECT FROM rcv_doc WHERE NOT is_new)")[0][0])
        if self.has_old:
            if add_other_lines := getattr(self.texts, "ADD_OTHER_LINES", None):
                self.run(add_other_lines)
            self.run(self.texts.COMPARE)
        found = self.rows(
            "SELECT bool_or(is_new), bool_or(is_rebuilt), bool_or(is_changed) FROM rcv_doc"
        )[0]
        self.has_new, self.has_rebuilt, self.has_changed = (bool(flag) for flag in found)
        if named := getattr(self.texts, "NAMED", None):
            self.has_named = bool(self.run(named))

    def _refuse_faults(self) -> None:
        found = self.rows(
            self.texts.FAULTS,
            all=self.by.scope == "all",
            owner=self.by.id,
            departments=list(self.by.department_ids) if self.by.scope == "department" else [],
        )
        for row, number, fault in found:
            self.refused.append(RowRefusal(row, *_refusal(fault, number)))
        self._drop({row: number for row, number, _ in found})

    def _drop(self, numbers: dict[int, str]) -> None:
        """Leave the refused documents out, whole."""
        if not numbers:
            return
        named = sorted(set(numbers.values()))
        if other_lines := getattr(self.texts, "OTHER_LINES", None):
            for row, number in self.rows(other_lines, numbers=named, rows=list(numbers)):
                refusal = OtherLineRefused(number=number)
                self.refused.append(RowRefusal(row, "number", refusal))
        for statement in self.texts.DROP_NUMBERS.split(";"):
            if statement.strip():
                self.run(statement, numbers=named)

    def _convert(self) -> None:
        """Convert foreign documents once, at the rate of their day; refuse those without one."""
        if not self.rows("SELECT FROM rcv_doc WHERE currency <> credit_currency LIMIT 1"):
            return
        self.run(self.texts.KEEP_RATES)
        for source, target, on in self.rows(self.texts.FOREIGN_DAYS):
            try:
                # The rate is the books' own matter, whoever records the document.
                by = access.system("receivables")
                quote = reference.rate(by=by, source=source, target=target, on=on)
            except NoExchangeRate:
                continue
            shift = money.exponent(target) - money.exponent(source)
            self.run(
                self.texts.CONVERT, source=source, target=target, on=on, rate=quote.rate,
                rate_date=quote.date or on, factor=quote.rate.scaleb(shift),
            )  # fmt: skip
        missing = self.rows(self.texts.WITHOUT_RATE)
        for row, _, source, target, on in missing:
            refusal = NoExchangeRate(source=source, target=target, on=on)
            self.refused.append(RowRefusal(row, "currency", refusal))
        self._drop({row: number for row, number, *_ in missing})
        self.run("DELETE FROM rcv_doc WHERE currency <> credit_currency AND rate_date IS NULL")

    def count(self) -> Outcome:
        """Return how many rows are new, changed, and as they were."""
        created, updated, total = self.rows(self.texts.COUNT)[0]
        refused = tuple(sorted(self.refused, key=lambda found: found.row))
        return Outcome(created, updated, total - created - updated, refused)

    def journal_changes(self, prefix: str) -> None:
        """Record every changed document with what it was and what it becomes."""
        if not self.has_changed:
            return
        after = -1
        while changes := self.rows(self.texts.CHANGES, after=after, slice=JOURNAL_SLICE):
            after = changes[-1][0]
            found = _differences(prefix, self.texts.SHOWN, changes)
            journal.write_many(by=self.by, action="receivables.update", changes=list(found))

    def keep(self) -> None:
        """Keep what documents on record are before they change, so that a batch can go back."""
        if self.batch_id is not None and self.has_old:
            journal.keep_former(
                by=self.by, batch_id=self.batch_id, table=self.texts.TABLE,
                query=self.texts.IMAGES,
            )  # fmt: skip

    def write(self) -> None:
        """Write new, rebuilt and described documents."""
        if self.has_new:
            self.run(self.texts.INSERT, batch=self.batch_id)
        if self.has_changed:
            self.run(self.texts.REBUILD, batch=self.batch_id)
            self.run(self.texts.DESCRIBE, batch=self.batch_id)
        self.look_at_books(self.texts.TABLE)

    def retract(self, statement: str, *, also: str = "", **params: Any) -> None:
        """End the allocations of rebuilt documents as if they had never been.

        also: a statement, with its params, that adds allocations of other documents
        """
        self.run(matching.RETRACTED)
        if not self.has_rebuilt:
            return
        self.run(matching.REBUILT)
        self.look("rcv_rebuilt", "rcv_doc (id, number, is_new, is_rebuilt)")
        if self.run(statement) + (self.run(also, **params) if also else 0):
            self.look("rcv_retracted")
            self._keep_retracted()
            self.run(matching.MOVES.format(relation="rcv_retracted", sign=1))
            self.run(matching.END_RETRACTED)

    def _keep_retracted(self) -> None:
        """Keep what had met the documents: money that names nothing is allocated only once."""
        if self.batch_id is not None and not self.is_undo:
            journal.keep_former(
                by=self.by, batch_id=self.batch_id, table="receivables_allocation",
                query=seats.IMAGES,
            )  # fmt: skip

    def restate(self, relation: str) -> None:
        """State anew what is open on the documents that a relation of allocations names."""
        if relation == "rcv_retracted" and not self.has_rebuilt:
            return
        self.run(matching.RESTATE_INVOICES.format(relation=relation))
        self.run(matching.RESTATE_RECEIPTS.format(relation=relation))

    def reseat(self) -> None:
        """Give sources their place back on the invoices that changed under them."""
        if self.has_rebuilt and self.run(matching.RESEAT):
            self.place()

    def settle_named(self, targets: str) -> None:
        """Let everything that names one of the targets meet it."""
        if self.run(targets):
            self.look("rcv_target")
            if self.run(matching.NAME):
                self.place()

    def settle_oldest(self) -> None:
        """Let money that names nothing meet the items issued by its day (rules.allocate)."""
        after = -1
        while chunk := self.rows(receipts.UNNAMED_CUSTOMERS, after=after, slice=SLICE):
            customers = [row[0] for row in chunk]
            after = customers[-1]
            cash = _by_owner(self.rows(receipts.UNNAMED, customers=customers))
            items = _by_owner(self.rows(receipts.OPEN_ITEMS, customers=customers))
            with self.cursor.copy(
                "COPY rcv_want (receipt_id, invoice_id, want) FROM STDIN"
            ) as copy:
                for owner, rows in cash.items():
                    met = allocate(
                        (Cash(*row) for row in rows), (Item(*row) for row in items.get(owner, []))
                    )
                    for want in met:
                        copy.write_row(want)
            self.place()

    def place(self) -> None:
        """Let what is wanted meet, first come, first served."""
        self.run("DROP TABLE IF EXISTS rcv_placed")
        self.look("rcv_want")
        self.run(matching.PLACE)
        self.look("rcv_placed (invoice_id, receipt_id, credit_note_id)")
        if self.run(matching.INSERT_PLACED, batch=self.batch_id):
            self.look_at_books("receivables_allocation")
            self.run(matching.MOVES.format(relation="rcv_placed", sign=-1))
            self.restate("rcv_placed")
        self.run("DELETE FROM rcv_want")

    def book(self) -> None:
        """Net what moved and append it to the ledger in one INSERT."""
        self.run(matching.NET_MOVES)
        self.run("SET LOCAL enable_nestloop TO DEFAULT")
        exposure.record_staged(by=self.by, batch_id=self.batch_id, relation="rcv_entry")
        if self.has_named:
            followers.follow(by=self.by, relation="rcv_named")
        self.run(sql.DROP)


def _refusal(fault: str, number: str) -> tuple[str, Refusal]:
    if fault == "forbidden":
        return "customer_code", Forbidden(
            label_zh="登记应收与收款", label_en="record invoices and receipts"
        )
    column, refusal = FAULTS[fault]
    return column, refusal(number=number)


def _by_owner(rows: list[tuple[Any, ...]]) -> dict[tuple[int, str], list[tuple[Any, ...]]]:
    """Group rows by customer and currency, their first two columns."""
    ordered = sorted(rows, key=lambda row: row[:2])
    return {owner: [row[2:] for row in group] for owner, group in groupby(ordered, lambda r: r[:2])}


def _differences(
    prefix: str, shown: tuple[str, ...], changes: list[tuple[Any, ...]]
) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    for _, number, *values in changes:
        was, becomes = values[: len(shown)], values[len(shown) :]
        differing = [
            (name, _plain(name, old), _plain(name, new))
            for name, old, new in zip(shown, was, becomes, strict=True)
            if old != new
        ]
        yield (
            f"{prefix}:{number}",
            {name: old for name, old, _ in differing},
            {name: new for name, _, new in differing},
        )


def _plain(name: str, value: Any) -> Any:
    """Return a value of a row; custom ones arrive as the text of JSON."""
    is_json = name.startswith(CUSTOM) and value is not None
    return json.loads(value) if is_json else value
