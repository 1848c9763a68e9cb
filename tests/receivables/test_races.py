"""Two clerks at one invoice: it is never paid more than once."""

import threading
from datetime import date

import pytest
from django.db import connections

from tests import make
from xinheng.exposure import verification as exposure
from xinheng.receivables import verification
from xinheng.receivables.models import Invoice, Receipt

JAN = date(2026, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_receipts_recorded_at_the_same_time_share_what_is_open():
    buyer = make.customer()
    make.invoice("A", buyer, 1_000, JAN)
    failures: list[str] = []

    def clerk(number: int) -> None:
        try:
            for attempt in range(3):
                named = {"invoice_number": "A"} if number % 2 else {}
                make.receipt(f"R{number}-{attempt}", buyer, 150, JAN, **named)
        except Exception as error:
            failures.append(repr(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=clerk, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert Invoice.objects.get().open_minor == 0
    assert sum(Receipt.objects.values_list("unallocated_minor", flat=True)) == 12 * 150 - 1_000
    checks = [*verification.verify(by=make.CLERK), *exposure.verify(by=make.CLERK)]
    assert [check.name for check in checks if not check.ok] == []
