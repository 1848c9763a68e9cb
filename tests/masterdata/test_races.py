"""Two merges at once, and a merge while facts are written: nothing is lost, nothing is torn."""

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection, connections, transaction

from tests import make
from tests.masterdata import books
from xinheng import access
from xinheng.masterdata import operations as masterdata
from xinheng.masterdata.models import Merge
from xinheng.parties import operations as parties
from xinheng.parties.models import Customer
from xinheng.receivables.models import Invoice, Receipt

JAN = date(2026, 1, 1)
pytestmark = pytest.mark.django_db(transaction=True)


def merge(survivor: str, merged: str) -> None:
    masterdata.merge(by=make.CLERK, survivor=survivor, merged=merged, choices={}, limits={},
                     note="", on=JAN)  # fmt: skip


def at_once(*acts: Callable[[], Any]) -> list[BaseException]:
    """Do all at once, each over its own connection, and return what they raised."""
    raised: list[BaseException] = []
    gate = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> None:
        try:
            gate.wait(20)
            act()
        except Exception as error:
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return raised


def test_of_two_merges_of_one_pair_one_wins_and_the_other_is_refused():
    for code in ("A", "B"):
        make.invoice(f"I{code}", make.customer(code), 1_000, JAN)
    raised = at_once(lambda: merge("A", "B"), lambda: merge("B", "A"))
    assert [getattr(one, "code", repr(one)) for one in raised] == ["already-merged"]
    assert Merge.objects.count() == 1
    assert books.wrong() == []


def test_facts_recorded_while_customers_merge_end_with_the_survivor():
    left, right = make.customer("A"), make.customer("B")
    for number, customer in enumerate((left, right)):
        make.invoice(f"S{number}", customer, 1_000, JAN)

    def record(tag: str) -> Callable[[], None]:
        def run() -> None:
            for number in range(5):
                # As an import does: merges are held, then the customer is looked up.
                with transaction.atomic():
                    parties.hold_merges(by=access.system("test"))
                    found = Customer.every.get(code="B")
                    customer = found.merged_into or found
                    make.invoice(f"{tag}{number}", customer, 100, JAN)
                    make.receipt(f"{tag}R{number}", customer, 30, JAN)

        return run

    raised = at_once(record("x"), record("y"), lambda: merge("A", "B"))
    assert raised == []
    assert set(Invoice.objects.values_list("customer__code", flat=True)) == {"A"}
    assert set(Receipt.objects.values_list("customer__code", flat=True)) == {"A"}
    assert Invoice.objects.count() == 12
    assert books.wrong() == []


def test_a_merge_waits_for_whoever_holds_merges():
    make.customer("A"), make.customer("B")
    order: list[str] = []
    held = threading.Event()

    def hold() -> None:
        with transaction.atomic():
            parties.hold_merges(by=access.system("test"))
            held.set()
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.6)")
            order.append("written")

    def join() -> None:
        held.wait(20)
        merge("A", "B")
        order.append("merged")

    assert at_once(hold, join) == []
    assert order == ["written", "merged"]


def test_who_writes_to_a_merged_customer_without_looking_is_stopped_by_the_ledger():
    left, right = make.customer("A"), make.customer("B")
    make.invoice("I1", left, 1_000, JAN)
    make.invoice("I2", right, 1_000, JAN)
    merge("A", "B")
    with pytest.raises(Exception, match="needs an account that is open"):
        make.invoice("I3", right, 500, JAN)
    assert not Invoice.objects.filter(number="I3").exists()
    assert books.wrong() == []
