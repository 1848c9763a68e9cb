"""Decide on many documents of other systems at once; each gets the answer it would have got alone.

The accounts are locked first and each customer's facts are read once; what earlier items reserve is
counted in memory, and everything that passed is booked by one INSERT. What needs more than that,
because its document or key is known already, goes the way of a single one in its turn.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.db import connection, transaction

from xinheng import access
from xinheng.exposure import operations as exposure
from xinheng.exposure.refusals import LimitExceeded
from xinheng.exposure.rules import Asked as Asking
from xinheng.exposure.rules import Authority, Document
from xinheng.kernel.actors import Actor
from xinheng.kernel.refusals import Refusal
from xinheng.orders import facts as reading
from xinheng.orders import rules, sql
from xinheng.orders.decided import Decided, Question, Taken, held_by_ledger
from xinheng.orders.facts import Found
from xinheng.orders.operations import deciding
from xinheng.orders.operations.checking import reserve
from xinheng.orders.rules.asked import Asked
from xinheng.orders.rules.facts import Node
from xinheng.orders.rules.verdict import Outcome

PERMISSION = "orders.write"
Answer = Decided | Refusal


@dataclass(frozen=True, slots=True)
class Item:
    """One reservation of many, as `reserve` takes it alone."""

    customer_id: int
    asked: Asked
    key: str
    expires_at: datetime | None = None


@dataclass(slots=True)
class _Round:
    """What was read and decided since the last booking; `answers` by place in the batch."""

    found: dict[tuple[int, str], Found] = field(default_factory=dict)
    added: Counter[int] = field(default_factory=Counter)
    by_day: dict[int, Counter[date | None]] = field(default_factory=dict)
    taken: dict[int, Taken] = field(default_factory=dict)

    def facts(self, found: Found, item: Item, today: date, decision_id: int) -> Found:
        """Return a customer's facts as they are for this item."""
        facts = found.facts
        path = tuple(self._node(node) for node in facts.path)
        document = reading.document(item.asked, facts.currency, today, None)
        return replace(
            found, facts=replace(facts, path=path, document=document, point=item.asked.point),
            decision_id=decision_id,
        )  # fmt: skip

    def _node(self, node: Node) -> Node:
        more = self.added[node.account_id]
        if not more:
            return node
        days = Counter(dict(node.reserved_by_day))
        days.update(self.by_day[node.account_id])
        return replace(
            node, reserved_minor=node.reserved_minor + more, reserved_by_day=tuple(days.items())
        )

    def count(self, found: Found) -> None:
        """Count what an item reserves, for those that come after it."""
        document = found.facts.document
        for node in found.facts.path:
            self.added[node.account_id] += document.credit_minor
            days = self.by_day.setdefault(node.account_id, Counter())
            days[document.ship_date] += document.credit_minor


@transaction.atomic
def reserve_batch(*, by: Actor, items: Sequence[Item], today: date) -> list[Answer]:
    """Decide and reserve for each item, in order; one that is stopped leaves the others alone.

    Returns per item its decision, or the refusal that `reserve` would have raised.
    """
    access.require(by, PERMISSION)
    known = _prepare(items)
    ids = _decision_ids(len(items))
    answers: dict[int, Answer] = {}
    current = _Round()
    for place, item in enumerate(items):
        try:
            if known & {item.key, item.asked.source}:
                _book(by, current, items, answers)
                current = _Round()
                answers[place] = _alone(by, item, today)
            else:
                current.taken[place] = _decide(by, current, item, today, ids[place])
                known |= {item.key} | ({item.asked.source} if item.asked.number else set())
        except Refusal as refusal:
            answers[place] = refusal
    _book(by, current, items, answers)
    return [answers[place] for place in range(len(items))]


def _alone(by: Actor, item: Item, today: date) -> Decided:
    with transaction.atomic():
        return reserve(
            by=by, customer_id=item.customer_id, asked=item.asked, key=item.key, today=today,
            expires_at=item.expires_at,
        )  # fmt: skip


def _prepare(items: Sequence[Item]) -> set[str]:
    """Lock the accounts of the batch; return the keys and documents that are on record."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS ord_batch")
        cursor.execute(
            "CREATE TEMP TABLE ord_batch ON COMMIT DROP AS"
            " SELECT DISTINCT unnest(%s::bigint[]) AS customer_id",
            [[item.customer_id for item in items]],
        )
        exposure.lock_accounts(by=access.system("orders"), relation="ord_batch")
        cursor.execute(
            sql.KNOWN,
            {
                "keys": [item.key for item in items],
                "kinds": [item.asked.kind for item in items],
                "numbers": [item.asked.number for item in items],
            },
        )
        return {name for (name,) in cursor.fetchall()}


def _decision_ids(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval('orders_decision_id_seq') FROM generate_series(1, %s)", [count]
        )
        return [number for (number,) in cursor.fetchall()]


def _decide(by: Actor, current: _Round, item: Item, today: date, decision_id: int) -> Taken:
    asked, place = item.asked, (item.customer_id, item.asked.segment)
    if place not in current.found:
        # Without a number: what the ledger holds of this very document is nothing.
        current.found[place] = reading.read(
            by=by, permission=PERMISSION, customer_id=item.customer_id,
            asked=replace(asked, number=""), today=today,
        )  # fmt: skip
    found = current.facts(current.found[place], item, today, decision_id)
    verdict = rules.decide(found.facts, found.rule_set)
    if verdict.outcome is Outcome.APPROVED and not asked.pays_first:
        current.count(found)
    question = Question(item.customer_id, asked, "reserve", today, item.key)
    return Taken(question, found, verdict, None, PERMISSION)


def _book(by: Actor, current: _Round, items: Sequence[Item], answers: dict[int, Answer]) -> None:
    """Book what passed by one INSERT and record every decision."""
    passed = {
        place: one
        for place, one in current.taken.items()
        if one.verdict.outcome is Outcome.APPROVED and not one.question.asked.pays_first
    }
    booked = exposure.reserve_many(
        by=access.system("orders"),
        items=[_asking(items[place], one) for place, one in passed.items()],
    ) if passed else []  # fmt: skip
    done = dict(current.taken)
    for place, answer in zip(passed, booked, strict=True):
        one = done[place]
        if isinstance(answer, Refusal) and not isinstance(answer, LimitExceeded):
            answers[place] = answer
            del done[place]
        elif isinstance(answer, Refusal):
            verdict = held_by_ledger(one.found, one.verdict, answer)
            done[place] = replace(one, verdict=verdict)
        else:
            done[place] = replace(one, entry_id=answer.entry_id)
    recorded = deciding.record_many(by=by, taken=list(done.values()))
    answers.update(zip(done, recorded, strict=True))


def _asking(item: Item, one: Taken) -> Asking:
    verdict, asked = one.verdict, item.asked
    return Asking(
        account_id=one.found.account_id,
        document=Document(asked.source, asked.amount, one.question.today, asked.ship_date),
        key=item.key,
        expires_at=item.expires_at,
        authority=Authority(verdict.authority, verdict.excess_minor, one.found.decision_id),
    )
