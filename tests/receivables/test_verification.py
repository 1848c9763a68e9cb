"""`verify` catches each kind of difference that could be planted, and says where it is."""

import argparse
import json
from datetime import date
from typing import Any

import psycopg
import pytest

from tests import make
from xinheng.config.commands import verify
from xinheng.evidence.models import Statement
from xinheng.exposure import operations as exposure
from xinheng.kernel.money import Money
from xinheng.masterdata import operations as masterdata
from xinheng.orders import operations as orders
from xinheng.orders.rules.placed import LineFacts, OrderFacts

JAN, FEB, MAR = (date(2026, month, 1) for month in (1, 2, 3))

# check → (statement that breaks it, statement that mends it); run as the owner.
PLANTS = {
    "journal: payloads = digests": (
        "UPDATE journal_payload SET after = '{\"created\": 999}' WHERE event_id ="
        " (SELECT min(event_id) FROM journal_payload)",
        None,
    ),
    "exposure: counters of customers = entries": (
        "UPDATE exposure_account SET delivered_minor = 1 WHERE customer_id IS NOT NULL",
        "UPDATE exposure_account SET delivered_minor = 0 WHERE customer_id IS NOT NULL",
    ),
    "exposure: counters of groups = their members": (
        "UPDATE exposure_account SET receivable_minor = receivable_minor + 1"
        " WHERE group_id IS NOT NULL",
        "UPDATE exposure_account SET receivable_minor = receivable_minor - 1"
        " WHERE group_id IS NOT NULL",
    ),
    "exposure: ladder = entries by day": (
        "UPDATE exposure_rung SET open_minor = open_minor + 1",
        "UPDATE exposure_rung SET open_minor = open_minor - 1",
    ),
    "exposure: every path is its parent's": (
        "UPDATE exposure_account SET ancestors = '{}' WHERE parent_id IS NOT NULL",
        "UPDATE exposure_account SET ancestors = ARRAY[parent_id] WHERE parent_id IS NOT NULL",
    ),
    "exposure: a reservation is resolved whole and on its own account": (
        "UPDATE exposure_entry SET reserved_minor = reserved_minor + 1 WHERE kind = 'POST'",
        "UPDATE exposure_entry SET reserved_minor = reserved_minor - 1 WHERE kind = 'POST'",
    ),
    "exposure: pending = reservations that nothing resolved, as revalued": (
        "UPDATE exposure_pending SET reserved_minor = reserved_minor + 1",
        "UPDATE exposure_pending SET reserved_minor = reserved_minor - 1",
    ),
    "orders: amount = lines, when there are any": (
        "UPDATE orders_orderline SET amount_minor = amount_minor + 1",
        "UPDATE orders_orderline SET amount_minor = amount_minor - 1",
    ),
    "orders: invoiced = the valid invoices that name it": (
        "UPDATE orders_order SET invoiced_minor = invoiced_minor + 1",
        "UPDATE orders_order SET invoiced_minor = invoiced_minor - 1",
    ),
    "orders: what is reserved = what is approved and not done": (
        "UPDATE orders_order SET approved_minor = approved_minor + 1",
        "UPDATE orders_order SET approved_minor = approved_minor - 1",
    ),
    "orders: a reservation named order: is an order's, and the only one": (
        "UPDATE orders_order SET reservation_id = NULL",
        "UPDATE orders_order SET reservation_id = (SELECT p.entry_id FROM exposure_pending p"
        " JOIN exposure_entry e ON e.id = p.entry_id AND e.source = 'order:SO-1')",
    ),
    "orders: what is delivered = shipped and not invoiced": (
        "UPDATE orders_order SET delivered_minor = delivered_minor + 1",
        "UPDATE orders_order SET delivered_minor = delivered_minor - 1",
    ),
    "orders: one hold is open exactly while an order is held": (
        "UPDATE orders_order SET credit = 'held', reservation_id = NULL",
        "UPDATE orders_order SET credit = 'approved', reservation_id = ("
        "SELECT p.entry_id FROM exposure_pending p"
        " JOIN exposure_entry e ON e.id = p.entry_id AND e.source = 'order:SO-1')",
    ),
    "orders: every reservation carries a decision that is on record": (
        "UPDATE exposure_entry SET decision_id = -decision_id WHERE source = 'order:SO-1'",
        "UPDATE exposure_entry SET decision_id = -decision_id WHERE source = 'order:SO-1'",
    ),
    "exposure: an account that was taken over holds nothing": (
        "UPDATE exposure_account SET delivered_minor = 1 WHERE merged_into_id IS NOT NULL",
        "UPDATE exposure_account SET delivered_minor = 0 WHERE merged_into_id IS NOT NULL",
    ),
    "books: invoices = their lines": (
        "UPDATE receivables_invoiceline SET amount_minor = amount_minor + 1",
        "UPDATE receivables_invoiceline SET amount_minor = amount_minor - 1",
    ),
    "books: nothing points at what is not there": (
        "UPDATE receivables_invoiceline SET invoice_id = invoice_id + 1000",
        "UPDATE receivables_invoiceline SET invoice_id = invoice_id - 1000",
    ),
    "books: what is open = amount − allocations": (
        "UPDATE receivables_invoice SET open_minor = open_minor - 1 WHERE number = 'B'",
        "UPDATE receivables_invoice SET open_minor = open_minor + 1 WHERE number = 'B'",
    ),
    "books: the days between which an item moved, and what was open between them": (
        "UPDATE receivables_invoice SET last_move = last_move + 1 WHERE number = 'A'",
        "UPDATE receivables_invoice SET last_move = last_move - 1 WHERE number = 'A'",
    ),
    "books: what is unallocated = receipt − allocations": (
        "UPDATE receivables_receipt SET unallocated_minor = unallocated_minor + 1",
        "UPDATE receivables_receipt SET unallocated_minor = unallocated_minor - 1",
    ),
    "books: allocations never exceed their document, on any day": (
        "UPDATE receivables_allocation SET amount_minor = amount_minor + 1000",
        "UPDATE receivables_allocation SET amount_minor = amount_minor - 1000",
    ),
    "books: allocations join one customer's documents of one currency, not before either": (
        "UPDATE receivables_allocation SET effective_date = effective_date - 900",
        "UPDATE receivables_allocation SET effective_date = effective_date + 900",
    ),
    "books: documents = ledger, by account, day and due date": (
        "UPDATE exposure_entry SET effective_date = effective_date + 1 WHERE kind = 'SETTLE'",
        "UPDATE exposure_entry SET effective_date = effective_date - 1 WHERE kind = 'SETTLE'",
    ),
    "books: every batch has its event": (
        "UPDATE receivables_receipt SET batch_id = gen_random_uuid()",
        "UPDATE receivables_receipt SET batch_id = NULL",
    ),
    "merges: who is merged points at a record of its own": (
        "UPDATE masterdata_merge SET pointed = '[]'",
        "UPDATE masterdata_merge SET pointed = jsonb_build_array(merged_id)",
    ),
    "merges: every standing merge holds its customer": (
        "UPDATE parties_customer SET merged_into_id = NULL",
        "UPDATE parties_customer c SET merged_into_id = m.survivor_id FROM masterdata_merge m"
        " WHERE m.merged_id = c.id",
    ),
    "merges: nothing but named rows stays with a merged customer": (
        "UPDATE evidence_statement SET period_end = period_end + 1 WHERE customer_id ="
        " (SELECT merged_id FROM masterdata_merge)",
        "UPDATE evidence_statement SET period_end = period_end - 1 WHERE customer_id ="
        " (SELECT merged_id FROM masterdata_merge)",
    ),
}


def run(capsys: pytest.CaptureFixture[str], **which: Any) -> tuple[int, dict]:
    flags: dict[str, Any] = {
        "all": False,
        "journal": False,
        "exposure": False,
        "books": False,
        **which,
    }
    flags.setdefault("resume", None)
    code = verify.run(argparse.Namespace(json=True, **flags))
    return code, json.loads(capsys.readouterr().out)


@pytest.fixture
def books(fresh_db):
    buyer = make.customer(group=make.group())
    account = make.account(of=buyer)
    make.invoice("A", buyer, 100, JAN)
    make.invoice("B", buyer, 100, JAN)
    make.credit_note("N", buyer, 10, FEB, applies_to="A")
    make.receipt("R", buyer, 50, FEB, invoice_number="A")
    exposure.set_limit(by=make.CLERK, account_id=account.pk, mode="unlimited")
    held = exposure.reserve(
        by=make.CLERK, account_id=account.pk, document=make.document(5), key="reserve"
    )
    exposure.void(by=make.CLERK, reservation_id=held.entry_id, on=MAR, key="void")
    held = exposure.reserve(
        by=make.CLERK, account_id=account.pk, document=make.document(5), key="again"
    )
    exposure.post(
        by=make.CLERK, reservation_id=held.entry_id, document=make.document(5), key="post",
        at=make.midnight(MAR),
    )  # fmt: skip
    lines = (LineFacts(7),)
    order = OrderFacts("SO-1", buyer.pk, MAR, Money(7, "CNY"), lines=lines)
    orders.place(by=make.CLERK, facts=order, today=MAR)
    twin = make.customer()
    make.invoice("T", twin, 100, JAN)
    for one in (buyer, twin):
        Statement.objects.create(customer=one, period_end=JAN, available_date=MAR)
    masterdata.merge(
        by=make.CLERK, survivor=buyer.code, merged=twin.code, choices={}, limits={}, note="", on=MAR
    )
    return fresh_db


@pytest.mark.django_db(transaction=True)
def test_each_check_catches_a_planted_difference(books, capsys):
    code, sound = run(capsys, all=True)
    assert (code, sound["ok"]) == (0, True)
    assert sorted(check["name"] for check in sound["checks"]) == sorted(PLANTS)
    assert all(check["rows"] > 0 for check in sound["checks"])
    with psycopg.connect(**books.parameters("owner"), autocommit=True) as owner:
        for name, (breaks, mends) in reversed(PLANTS.items()):
            owner.execute(breaks)
            code, found = run(capsys)
            broken = {check["name"]: check for check in found["checks"] if not check["ok"]}
            assert code == 1, name
            assert broken[name]["differences"][0]["key"], name
            if mends:
                owner.execute(mends)
                assert run(capsys)[0] == 0, f"{name} is not mended"


@pytest.mark.django_db
@pytest.mark.parametrize("which", ["journal", "exposure", "books"])
def test_one_part_of_the_books_can_be_verified_alone(which, capsys):
    code, found = run(capsys, **{which: True})
    assert code == 0
    rooms = {which, "merges", "orders"} if which == "books" else {which}
    assert {check["name"].split(":")[0] for check in found["checks"]} == rooms
