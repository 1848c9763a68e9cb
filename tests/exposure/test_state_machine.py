"""Any order of acts against a plain model: every counter, rung, path and refusal, after each act.

15,000 acts from one seed (`XINHENG_SEED`), so that a run can be repeated; `--soak` takes more. At
the end everything that can happen has happened fifty times, or the test says what has not.
"""

import json
import os
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)  # fmt: skip

from tests import make
from tests.exposure.model import COUNTERS, Book, Held, Node, Paper, Refused
from xinheng.access.policy import permissions_of
from xinheng.exposure import operations as exposure
from xinheng.exposure import verification
from xinheng.exposure.models import Account, Entry
from xinheng.exposure.operations import merging
from xinheng.exposure.rules import Authority, Document
from xinheng.kernel.actors import Actor
from xinheng.kernel.money import Money
from xinheng.kernel.refusals import Refusal
from xinheng.parties.merging import Move
from xinheng.reference.models import Rate

SEED = int(os.environ.get("XINHENG_SEED", "20260301"))
# Making a failure small takes minutes, and is worth them only where somebody reads it.
SHRINKS = "XINHENG_SHRINK" in os.environ
PHASES = (Phase.generate, Phase.shrink) if SHRINKS else (Phase.generate,)
AT = datetime(2026, 3, 1, tzinfo=UTC)
EXPIRES = {
    "never": None,
    "past": datetime(2020, 1, 1, tzinfo=UTC),
    "future": datetime(2999, 1, 1, tzinfo=UTC),
}
DAYS = (date(2026, 2, 28), date(2026, 3, 1), date(2026, 12, 31))
RATES = {("USD", "CNY"): "7.1234567890", ("JPY", "CNY"): "0.0471"}
GROUPS = {"T": None, "M": "T", "N": None}
CUSTOMERS = {"A": "M", "B": "M", "C": "T", "D": None, "U": None}
STRANGER = Actor(id=7, name="stranger", permissions=frozenset(permissions_of({"auditor"})))

CODES = (
    "limit-exceeded", "already-resolved", "reservation-expired", "not-yet-expired",
    "amount-too-large", "amount-not-positive", "key-reused", "unknown-account",
    "unknown-reservation", "circular-account", "currency-of-tree", "no-exchange-rate",
    "currency-mismatch", "merge-blocked", "forbidden",
)  # fmt: skip
LEAST = 50

amounts = st.integers(0, 800) | st.integers(1, 400)
days = st.sampled_from(DAYS)
some_day = st.sampled_from((None, *DAYS))
customers = st.sampled_from(tuple(CUSTOMERS))
anyone = st.sampled_from((*CUSTOMERS, *GROUPS))
index = st.integers(0, 30)
currencies = st.sampled_from(("CNY", "CNY", "CNY", "CNY", "USD", "JPY", "EUR"))
recorded = st.sampled_from(COUNTERS[1:])

SEE = """
SELECT a.id, ARRAY[a.reserved_minor, a.delivered_minor, a.receivable_minor, a.bills_minor,
       a.deposits_minor], a.ancestors, a.mode, a.limit_minor, a.in_group, a.merged_into_id,
       (SELECT json_agg(json_build_array(r.counter, r.day, r.open_minor)) FROM exposure_rung r
        WHERE r.account_id = a.id AND r.open_minor <> 0)
FROM exposure_account a WHERE a.id = ANY(%s)
"""

reached: Counter[str] = Counter()


class World:
    """The accounts that every example starts from, committed once."""

    ids: dict[str, int]

    @classmethod
    def build(cls) -> None:
        groups: dict[str, Any] = {}
        for name, above in GROUPS.items():
            groups[name] = make.group(parent=groups.get(above))
        for name, group in CUSTOMERS.items():
            currency = "USD" if name == "U" else "CNY"
            make.account(of=make.customer(name, group=groups.get(group), currency=currency))
        make.account(of=make.customer("Z", group=groups["N"]))  # opens its group's account
        cls.ids = {name: make.group_account(group).pk for name, group in groups.items()}
        for name in CUSTOMERS:
            cls.ids[name] = Account.objects.get(customer__code=name).pk
        Rate.objects.filter(kind="fx").delete()
        for (source, target), rate in RATES.items():
            Rate.objects.create(
                kind="fx", source_currency=source, target_currency=target, date=DAYS[0],
                rate=Decimal(rate),
            )  # fmt: skip

    @classmethod
    def book(cls) -> Book:
        """Return the model of it."""
        nodes = [Node(name, customer=False, parent=up, mode="unlimited")
                 for name, up in GROUPS.items()]  # fmt: skip
        nodes += [Node(name, currency="USD" if name == "U" else "CNY", parent=group)
                  for name, group in CUSTOMERS.items()]  # fmt: skip
        book = Book(nodes)
        book.rates = {pair: {DAYS[0]: Decimal(rate)} for pair, rate in RATES.items()}
        return book


class Ledger(RuleBasedStateMachine):
    """Five customers, three groups, two of them one below the other."""

    @initialize(limit=st.integers(500, 3_000), above=st.integers(500, 5_000))
    def open(self, limit: int, above: int) -> None:
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.book = World.book()
        self.entries: dict[str, int] = {}
        self.calls: list[Callable[[], None]] = []
        self.acts: list[tuple[Move, dict[str, Any]]] = []
        for name in CUSTOMERS:
            self._set_limit(name, "limited", limit)
        self._set_limit("M", "limited", above)

    def teardown(self) -> None:
        if not hasattr(self, "atomic"):
            return
        try:
            assert [check for check in verification.verify(by=make.CLERK) if not check.ok] == []
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    # Rules.

    @rule(name=customers, amount=amounts, currency=currencies, on=days, ship=some_day,
          expires=st.sampled_from(("never", "past", "future")))  # fmt: skip
    def reserve(self, name: str, amount: int, currency: str, on: date, ship: Any, expires: str):
        self._reserve(self._key(), name, Paper(amount, currency, on, ship), expires)

    @rule(name=customers, amount=amounts, excess=st.integers(1, 500))
    def reserve_beyond(self, name: str, amount: int, excess: int) -> None:
        self._reserve(self._key(), name, Paper(amount, "CNY", DAYS[1]), "never", excess)

    @rule(name=customers, amount=amounts, currency=currencies, on=days, due=some_day, to=recorded)
    def record(self, name: str, amount: int, currency: str, on: date, due: Any, to: Any) -> None:
        self._record(self._key(), name, Paper(amount, currency, on, None, due), to, 1)

    @rule(name=customers, amount=amounts, currency=currencies, on=days, due=some_day, of=recorded)
    def settle(self, name: str, amount: int, currency: str, on: date, due: Any, of: Any) -> None:
        self._record(self._key(), name, Paper(amount, currency, on, None, due), of, -1)

    @precondition(lambda self: self.book.held)
    @rule(at=index, share=st.sampled_from((1, 1, 1, 2, 3, 1_000)), more=st.sampled_from((0, 0, 1)),
          other=st.sampled_from((False, False, True)), due=some_day, keeps=st.booleans(),
          to=st.sampled_from(("receivable", "receivable", "delivered", "bills")))  # fmt: skip
    def post(
        self, at: int, share: int, more: int, other: bool, due: Any, keeps: bool, to: Any
    ) -> None:
        of, held = self._pick(at)
        currency = ("USD" if held.currency == "CNY" else "CNY") if other else held.currency
        paper = Paper(held.document // share + more, currency, DAYS[1], None, due)
        self._post(self._key(), of, paper, to, self._key() if keeps else None)
        if self.calls and at % 2:
            self.calls[-1]()

    @precondition(lambda self: self.book.held)
    @rule(at=index, on=days)
    def void(self, at: int, on: date) -> None:
        self._release(self._key(), self._pick(at)[0], "void", on)

    @precondition(lambda self: self.book.held)
    @rule(at=index, on=days)
    def expire(self, at: int, on: date) -> None:
        self._release(self._key(), self._pick(at)[0], "expire", on)

    @rule(on=days, late=st.booleans())
    def sweep(self, on: date, late: bool) -> None:
        gone = self.book.overdue()
        if gone and late:
            of = next(key for key, held in self.book.held.items() if held is gone[-1])
            paper = Paper(gone[-1].document, gone[-1].currency, on)
            self._post(self._key(), of, paper, "receivable", None)
        gone = self.book.overdue()

        def real() -> None:
            assert len(exposure.sweep(by=make.CLERK, on=on)) == len(gone)

        self._both("sweep", lambda: self.book.run_out(gone), real)

    @precondition(lambda self: self.calls)
    @rule(at=index)
    def repeat(self, at: int) -> None:
        self.calls[-1 - at % len(self.calls)]()

    @precondition(lambda self: self.entries)
    @rule(at=index, name=customers, amount=st.integers(1, 400))
    def reuse(self, at: int, name: str, amount: int) -> None:
        key = list(self.entries)[-1 - at % len(self.entries)]
        self._record(key, name, Paper(amount, "CNY", DAYS[1], None, None), "receivable", 1)

    @precondition(lambda self: self.book.held)
    @rule(at=index, more=st.sampled_from((True, False)))
    def overdo(self, at: int, more: bool) -> None:
        of, held = self._pick(at)
        paper = Paper(held.document + 1 if more else 0, held.currency, DAYS[1])
        self._post(self._key(), of, paper, "receivable", None)

    @rule(what=st.sampled_from(("reservation", "account", "limit", "parent", "circle")))
    def name_nothing(self, what: str) -> None:
        if what == "reservation":
            self._release(self._key(), "nothing", "void", DAYS[1])
        elif what == "account":
            self._reserve(self._key(), "nobody", Paper(1, "CNY", DAYS[1]), "never")
        elif what == "limit":
            self._set_limit("nobody", "none", None)
        elif what == "circle":
            self._place("T", in_group=True)
            self._place("T", parent="M")
        else:
            self._place("D", in_group=True)
            self._place("D", parent="nobody")

    @precondition(lambda self: self.book.held)
    @rule(verb=st.sampled_from(("reserve", "settle", "void", "set_limit", "regroup")), at=index)
    def trespass(self, verb: str, at: int) -> None:
        reached["rule trespass"] += 1
        held, account = self._pick(at)[0], World.ids["A"]
        document = make.document(1, "order:trespass", DAYS[1])
        attempts: dict[str, Callable[[], object]] = {
            "reserve": lambda: exposure.reserve(
                by=STRANGER, account_id=account, document=document, key="t"),
            "settle": lambda: exposure.settle(
                by=STRANGER, account_id=account, document=document, key="t"),
            "void": lambda: exposure.void(
                by=STRANGER, reservation_id=self.entries[held], on=DAYS[1], key="t"),
            "set_limit": lambda: exposure.set_limit(
                by=STRANGER, account_id=account, mode="unlimited"),
            "regroup": lambda: exposure.regroup(
                by=STRANGER, account_id=account, parent_id=None, on=DAYS[1]),
        }  # fmt: skip
        assert self._answer(attempts[verb]) == "forbidden"
        self.compare()

    @rule(name=anyone, mode=st.sampled_from(("limited", "limited", "limited", "none", "unlimited")),
          limit=st.integers(0, 3_000))  # fmt: skip
    def change_limit(self, name: str, mode: str, limit: int) -> None:
        self._set_limit(name, mode, limit if mode == "limited" else None)

    @rule(name=anyone | st.just("U"), parent=st.sampled_from((None, *GROUPS)))
    def regroup(self, name: str, parent: str | None) -> None:
        self._place(name, parent=parent)

    @rule(name=anyone, in_group=st.sampled_from((True, True, False)))
    def change_in_group(self, name: str, in_group: bool) -> None:
        self._place(name, in_group=in_group)

    @rule(pair=st.sampled_from(tuple(RATES)), on=st.sampled_from(DAYS[1:]),
          rate=st.integers(10**7, 10**12))  # fmt: skip
    def change_rate(self, pair: tuple[str, str], on: date, rate: int) -> None:
        reached["rule change_rate"] += 1
        found = Decimal(rate).scaleb(-10)
        Rate.objects.update_or_create(
            kind="fx", source_currency=pair[0], target_currency=pair[1], date=on,
            defaults={"rate": found},
        )  # fmt: skip
        self.book.rates[pair][on] = found

    @rule(source=customers, into=customers, back=st.sampled_from((False, False, True)))
    def merge(self, source: str, into: str, back: bool) -> None:
        nodes = self.book.nodes
        if back and self.book.merges:
            self._undo_merge()
        elif source != into and not nodes[source].merged_into and not nodes[into].merged_into:
            self._merge(source, into)

    # Each act on both sides.

    def _reserve(self, key: str, name: str, paper: Paper, expires: str, excess: int = 0) -> None:
        authority = Authority("tolerance", excess, 1) if excess else Authority()
        self._act(
            "reserve", key,
            lambda: self.book.reserve(key, name, paper, expires, excess),
            lambda: exposure.reserve(
                by=make.CLERK, account_id=self._id(name), key=key, authority=authority,
                document=self._document(key, paper), expires_at=EXPIRES[expires],
            ),
            lambda: self._reserve(key, name, paper, expires, excess),
        )  # fmt: skip

    def _record(self, key: str, name: str, paper: Paper, counter: Any, sign: int) -> None:
        document = self._document(key, paper)
        to = {"by": make.CLERK, "account_id": self._id(name), "document": document, "key": key}
        self._act(
            "post_unreserved" if sign > 0 else "settle", key,
            lambda: self.book.record(key, name, paper, counter, sign),
            lambda: (exposure.post_unreserved(**to, to=counter) if sign > 0
                     else exposure.settle(**to, counter=counter)),
            lambda: self._record(key, name, paper, counter, sign),
        )  # fmt: skip

    def _post(self, key: str, of: str, paper: Paper, to: Any, rest: str | None) -> None:
        self._act(
            "post", key,
            lambda: self.book.post(key, of, paper, to, rest),
            lambda: exposure.post(
                by=make.CLERK, reservation_id=self._entry(of), key=key, at=AT, to=to,
                document=self._document(key, paper), rest_key=rest,
            ),
            lambda: self._post(key, of, paper, to, rest),
        )  # fmt: skip
        if rest in self.book.held and rest not in self.entries:
            self.entries[rest] = Entry.objects.values_list("pk", flat=True).get(key=rest)

    def _release(self, key: str, of: str, kind: str, on: date) -> None:
        to = {"by": make.CLERK, "reservation_id": self._entry(of), "on": on, "key": key}
        self._act(
            kind, key,
            lambda: self.book.release(key, of, kind, on),
            lambda: exposure.void(**to) if kind == "void" else exposure.expire(**to, at=AT),
            lambda: self._release(key, of, kind, on),
        )  # fmt: skip

    def _set_limit(self, name: str, mode: str, limit: int | None) -> None:
        self._both(
            "set_limit",
            lambda: self.book.set_limit(name, mode, limit),
            lambda: exposure.set_limit(
                by=make.CLERK, account_id=self._id(name), mode=mode, limit_minor=limit
            ),
        )

    def _place(self, name: str, **to: Any) -> None:
        if "parent" in to:
            above = None if to["parent"] is None else self._id(to["parent"])
            real = lambda: exposure.regroup(  # noqa: E731
                by=make.CLERK, account_id=self._id(name), parent_id=above, on=DAYS[1]
            )
        else:
            real = lambda: exposure.set_in_group(  # noqa: E731
                by=make.CLERK, account_id=self._id(name), in_group=to["in_group"], on=DAYS[1]
            )
        if to.get("parent") == "nobody" and not self.book.nodes[name].in_group:
            return
        verb = "regroup" if "parent" in to else "set_in_group"
        self._both(verb, lambda: self.book.place(name, **to), real)

    def _merge(self, source: str, into: str) -> None:
        ids = [Account.objects.get(pk=World.ids[name]).customer_id for name in (source, into)]
        move = Move(uuid4(), *ids)

        def real() -> None:
            self.acts.append((move, merging.empty_accounts(by=make.CLERK, move=move)))

        self._both("merge", lambda: self.book.merge(source, into), real)

    def _undo_merge(self) -> None:
        move, carried = self.acts.pop()
        self._both(
            "undo_merge", self.book.undo_merge,
            lambda: merging.refill_accounts(by=make.CLERK, move=move, carried=carried),
        )  # fmt: skip

    def _act(
        self, verb: str, key: str, model: Callable[[], bool], real: Callable[[], Any],
        again: Callable[[], None],
    ) -> None:  # fmt: skip
        """Do an act that has a key, and remember how to repeat it."""

        def booked() -> bool:
            found = real()
            if not found.is_replay:
                assert key not in self.entries
                self.entries[key] = found.entry_id
                self.calls.append(again)
            assert self.entries[key] == found.entry_id
            return bool(found.is_replay)

        self._both(verb, model, booked)

    def _both(self, verb: str, model: Callable[[], Any], real: Callable[[], Any]) -> None:
        """Expect the same answer, or the same refusal, and the same books afterwards."""
        try:
            wanted = model()
        except Refused as refused:
            wanted = refused.code
        found = self._answer(real)
        assert found == wanted, f"{verb}: the ledger says {found!r}, the model {wanted!r}"
        reached["rule repeat" if wanted is True else f"rule {verb}"] += 1
        self.compare()

    def _answer(self, real: Callable[[], Any]) -> Any:
        try:
            with transaction.atomic():
                return real()
        except Refusal as refusal:
            reached[refusal.code] += 1
            return refusal.code

    def compare(self) -> None:
        """Compare every account: counters, path, limit, ladder."""
        names = {pk: name for name, pk in World.ids.items()}
        with connection.cursor() as cursor:
            cursor.execute(SEE, [list(names)])
            rows = cursor.fetchall()
        for pk, sums, ancestors, mode, limit, in_group, merged_into, rungs in rows:
            node = self.book.nodes[names[pk]]
            assert tuple(sums) == self.book.sums(node.name)
            assert [names[pk], *(names[up] for up in ancestors)] == self.book.path(node.name)
            assert (mode, limit, in_group) == (node.mode, node.limit, node.in_group)
            assert names.get(merged_into) == node.merged_into
            rungs = json.loads(rungs) if isinstance(rungs, str) else rungs or []
            ladder = {(c, date.fromisoformat(d) if d else None): minor for c, d, minor in rungs}
            assert ladder == {rung: minor for rung, minor in node.ladder.items() if minor}

    def _key(self) -> str:
        self.count = getattr(self, "count", 0) + 1
        return f"act {self.count}"

    def _id(self, name: str) -> int:
        return World.ids.get(name, 2**40)

    def _entry(self, key: str) -> int:
        return self.entries.get(key, 2**40)

    def _pick(self, at: int) -> tuple[str, Held]:
        """Return a reservation: usually one of the latest that are open."""
        keys = [key for key, held in self.book.held.items() if held.open or at % 3 == 0]
        keys = keys or list(self.book.held)
        key = keys[-1 - at % len(keys)]
        return key, self.book.held[key]

    @staticmethod
    def _document(key: str, paper: Paper) -> Document:
        money = Money(paper.minor, paper.currency)
        return Document(f"order:{key}", money, paper.on, paper.ship, paper.due)


def run(examples: int, steps: int) -> None:
    """Let random acts run; then, a tenth more at a time, until each thing was reached often."""
    reached.clear()
    World.build()
    go(SEED, examples, steps)
    for more in range(1, 6):
        if not rare():
            break
        go(SEED + more, examples // 10, steps)
    acts = sum(count for name, count in reached.items() if name.startswith("rule"))
    print(f"seed {SEED}, {acts} acts", json.dumps(dict(sorted(reached.items())), indent=1))
    assert rare() == {}


def go(chosen: int, examples: int, steps: int) -> None:
    run_state_machine_as_test(
        seed(chosen)(Ledger),
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, print_blob=True,
            database=None, report_multiple_bugs=False, phases=PHASES,
            suppress_health_check=list(HealthCheck),
        ),
        _min_steps=steps,
    )  # fmt: skip


def rare() -> dict[str, int]:
    """Return the refusals and rules that were reached less often than the least."""
    rules = {name for name in reached if name.startswith("rule")}
    return {name: reached[name] for name in (*CODES, *rules) if reached[name] < LEAST}


@pytest.mark.django_db(transaction=True)
def test_any_order_of_acts_agrees_with_the_model():
    run(examples=300, steps=50)


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
def test_very_many_acts_agree_with_the_model():
    run(examples=5_000, steps=100)
