"""The same act sent five times at once happens once, and everybody gets the same answer."""

import os
import random
import threading
from collections import Counter, defaultdict
from typing import Any

import pytest
from django.db import connections

from tests import make
from xinheng.exposure import operations as exposure
from xinheng.exposure import verification
from xinheng.exposure.models import Entry
from xinheng.exposure.refusals import KeyReused

SEED = int(os.environ.get("XINHENG_SEED", "20260301"))
KEYS, SENDERS = 2_000, 5
PATIENCE = 120.0  # seconds a sender waits for the others at a key


class Sender(threading.Thread):
    """Sends every key in the same order as the others, each at the same moment as they do.

    For a tenth of the keys the last sender sends other content.
    """

    def __init__(self, number: int, account_id: int, start: threading.Barrier) -> None:
        super().__init__()
        self.number, self.account_id, self.together = number, account_id, start
        self.answers: dict[str, Any] = {}
        self.broke: list[str] = []

    def run(self) -> None:
        chance = random.Random(SEED)
        try:
            for number in range(KEYS):
                minor, verb = chance.randint(1, 500), chance.choice(("reserve", "record", "settle"))
                if number % 10 == 0 and self.number == SENDERS - 1:
                    minor += 1_000
                self.together.wait(PATIENCE)
                self.answers[f"key {number}"] = self.send(verb, minor, f"key {number}")
        except Exception as error:
            self.broke.append(repr(error))
            self.together.abort()
        finally:
            connections.close_all()

    def send(self, verb: str, minor: int, key: str) -> Any:
        document = make.document(minor, f"order:{key}")
        act = {"by": make.CLERK, "account_id": self.account_id, "document": document, "key": key}
        try:
            if verb == "reserve":
                booked = exposure.reserve(**act)
            elif verb == "record":
                booked = exposure.post_unreserved(**act)
            else:
                booked = exposure.settle(**act)
        except KeyReused as refusal:
            return refusal.code
        return booked.entry_id, booked.kind, booked.moves


@pytest.mark.django_db(transaction=True)
def test_two_thousand_keys_sent_five_times_at_once_have_two_thousand_effects():
    account = make.limited(make.account(), 10**12)
    together = threading.Barrier(SENDERS)
    senders = [Sender(number, account.pk, together) for number in range(SENDERS)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert [broke for sender in senders for broke in sender.broke] == []
    answers: dict[str, Counter[Any]] = defaultdict(Counter)
    for sender in senders:
        for key, answer in sender.answers.items():
            answers[key][answer] += 1
    entries = dict(Entry.objects.filter(account=account).values_list("key", "pk"))
    assert set(entries) == set(answers) and len(entries) == KEYS
    for number in range(KEYS):
        found = answers[f"key {number}"]
        refused = found.pop("key-reused", 0)
        # One answer; whoever sent other content than was booked first is told so.
        assert len(found) == 1, f"seed {SEED}: key {number} was answered {found}"
        ((entry_id, *_), count), *_ = found.items()
        assert entry_id == entries[f"key {number}"]
        assert count + refused == SENDERS
        assert refused in ({1, SENDERS - 1} if number % 10 == 0 else {0})
    assert all(check.ok for check in verification.verify(by=make.CLERK))


@pytest.mark.django_db
def test_a_second_step_that_is_sent_again_answers_the_same():
    account = make.account(1_000)
    document = make.document(600, "order:1")
    held = exposure.reserve(by=make.CLERK, account_id=account.pk, document=document, key="r")
    part = make.document(200, "invoice:1")
    post = {
        "by": make.CLERK, "reservation_id": held.entry_id, "document": part, "key": "p",
        "rest_key": "rest",
    }  # fmt: skip
    first, again = exposure.post(**post), exposure.post(**post)
    assert (again.entry_id, again.moves, again.is_replay) == (first.entry_id, first.moves, True)
    with pytest.raises(KeyReused):
        exposure.post(**{**post, "document": make.document(201, "invoice:1")})
    rest = Entry.objects.get(key="rest")
    void = {"by": make.CLERK, "reservation_id": rest.pk, "on": document.on, "key": "v"}
    first, again = exposure.void(**void), exposure.void(**void)
    assert (again.entry_id, again.is_replay) == (first.entry_id, True)
    with pytest.raises(KeyReused):
        exposure.void(**{**void, "reservation_id": held.entry_id})


@pytest.mark.django_db
def test_a_rate_that_comes_in_between_does_not_make_a_repeated_act_another_one():
    from decimal import Decimal

    from xinheng.reference.models import Rate

    account = make.account(10_000)
    document = make.document(100, "order:1", currency="USD")
    act = {"by": make.CLERK, "account_id": account.pk, "document": document, "key": "usd"}
    Rate.objects.filter(kind="fx").delete()
    rate = {"kind": "fx", "source_currency": "USD", "target_currency": "CNY"}
    Rate.objects.create(**rate, date=document.on.replace(day=1), rate=Decimal("7.1"))
    first = exposure.reserve(**act)
    Rate.objects.update(rate=Decimal("7.3"))
    again = exposure.reserve(**act)
    assert again.is_replay
    assert (again.entry_id, again.moves) == (first.entry_id, (("reserved", 710),))
