"""A narrow scope imports about its own customers only, whatever key a row brings."""

import pytest
from django.utils import timezone

from tests.access import world as worlds
from xinheng.evidence.models import Event, Statement
from xinheng.exchange import operations as exchange
from xinheng.parties.models import Customer
from xinheng.receivables.models import Invoice, Receipt

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    return worlds.build()


def brought(by, kind, row, *, partial=True):
    batch = exchange.submit(by=by, kind=kind, rows=[row], partial=partial)
    return exchange.apply(by=by, batch_id=batch.uuid, today=timezone.localdate(), at=timezone.now())


def event(customer):
    return {
        "event_date": "2026-02-01",
        "kind": "lawsuit",
        "title": "买卖合同纠纷",
        "customer_code": customer,
        "source": "court",
        "reference": "2026-1",
    }


def test_an_event_of_a_foreign_customer_cannot_be_taken_over_by_its_reference(world):
    assert brought(worlds.CLI, "events", event("C-OUT")).created == 1
    batch = brought(world.actor("credit_manager"), "events", event("C-IN"))
    assert (batch.created, batch.updated, batch.refused) == (0, 0, 1)
    assert Event.objects.get().customer.code == "C-OUT"


@pytest.mark.parametrize(
    ("kind", "row", "model"),
    [
        ("events", event("C-OUT"), Event),
        ("statements", {"customer_code": "C-OUT", "period_end": "2025-12-31"}, Statement),
    ],
)
def test_nothing_is_recorded_about_a_foreign_customer(world, kind, row, model):
    batch = brought(world.actor("credit_manager"), kind, row)
    assert (batch.created, batch.refused) == (0, 1)
    assert not model.objects.exists()


def test_a_foreign_customer_and_a_foreign_invoice_are_left_as_they_are(world):
    by = world.actor("credit_manager")
    batch = brought(by, "customers", {"code": "C-OUT", "name": "改名"})
    assert (batch.updated, batch.refused) == (0, 1)
    assert Customer.objects.get(code="C-OUT").name == worlds.FOREIGN_NAME
    row = {
        "number": "I-C-OUT",
        "customer_code": "C-IN",
        "issue_date": "2026-01-05",
        "amount": "1.00",
    }
    batch = brought(by, "invoices", row)
    assert (batch.created, batch.updated, batch.refused) == (0, 0, 1)
    assert Invoice.objects.get(number="I-C-OUT").customer.code == "C-OUT"


def test_a_foreign_receipt_is_left_as_it_is(world):
    row = {
        "number": "R1",
        "customer_code": "C-OUT",
        "received_date": "2026-02-01",
        "amount": "10.00",
    }
    assert brought(worlds.CLI, "receipts", row).created == 1
    batch = brought(
        world.actor("credit_manager"), "receipts", {**row, "customer_code": "C-IN", "amount": "9"}
    )
    assert (batch.created, batch.updated, batch.refused) == (0, 0, 1)
    found = Receipt.objects.get(number="R1")
    assert (found.customer.code, found.amount_minor) == ("C-OUT", 1_000)


def test_a_receipt_does_not_pay_a_foreign_invoice(world):
    row = {
        "number": "R1",
        "customer_code": "C-IN",
        "received_date": "2026-02-01",
        "amount": "1000.00",
        "invoice_number": "I-C-OUT",
    }
    brought(world.actor("credit_manager"), "receipts", row)
    assert Invoice.objects.get(number="I-C-OUT").open_minor == 100_000
