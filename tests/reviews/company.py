"""A company of a few customers, each with one thing to say about it."""

from datetime import date, timedelta
from uuid import uuid4

from django.db import connection, transaction

from tests import make
from xinheng.evidence.models import Event, Statement
from xinheng.receivables import operations as receivables

AS_OF = date(2026, 3, 31)
AMOUNT = 1_000_000
_INVOICES = """
CREATE TEMP TABLE made_invoices (
    row int, number text, line int, customer_id bigint, issue_date date, due_date date,
    terms text, amount_minor bigint, currency text, tax_minor bigint, kind text,
    applies_to text, status text, voided_date date, order_number text, salesperson text
) ON COMMIT DROP
"""
_RECEIPTS = """
CREATE TEMP TABLE made_receipts (
    row int, number text, customer_id bigint, received_date date, amount_minor bigint,
    currency text, method text, invoice_number text, payer text
) ON COMMIT DROP
"""


def trade(*customers, months=14, late=0, unpaid=0, known=AS_OF):
    """Sell once a month on 30 days; paid `late` days after it is due, the last ones never.

    Only what is dated up to `known` is recorded.
    """
    invoices, receipts = [], []
    for customer in customers:
        for month in range(months, 0, -1):
            issue = AS_OF - timedelta(days=30 * month)
            due = issue + timedelta(days=30)
            if issue > known:
                continue
            number, owed = f"{customer.code}-{month}", (AMOUNT, customer.currency)
            invoices.append(
                [len(invoices), number, 1, customer.pk, issue, due, "", *owed, None, "invoice",
                 "", "valid", None, "", ""]
            )  # fmt: skip
            paid = due + timedelta(days=late)
            if month > unpaid and paid <= known:
                receipts.append(
                    [len(receipts), f"R-{number}", customer.pk, paid, *owed, "transfer", number, ""]
                )
    _record(_INVOICES, "made_invoices", invoices, receivables.record_staged_invoices)
    _record(_RECEIPTS, "made_receipts", receipts, receivables.record_staged_receipts)


def _record(table, name, rows, operation):
    if not rows:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(table)
        cursor.executemany(f"INSERT INTO {name} VALUES ({', '.join(['%s'] * len(rows[0]))})", rows)
        assert not operation(by=make.CLERK, batch_id=uuid4(), relation=name).refused
        cursor.execute(f"DROP TABLE {name}")


def statement(customer, *, available=date(2026, 3, 1), assets=100_000_000, debt=30):
    """Give a healthy balance sheet with liabilities of `debt` percent of the assets."""
    liabilities = assets * debt // 100
    return Statement.objects.create(
        customer=customer,
        period_end=date(2025, 12, 31),
        available_date=available,
        currency=customer.currency,
        total_assets_minor=assets,
        current_assets_minor=assets * 6 // 10,
        inventory_minor=assets * 2 // 10,
        current_liabilities_minor=liabilities * 7 // 10,
        total_liabilities_minor=liabilities,
        equity_minor=assets - liabilities,
        retained_earnings_minor=(assets - liabilities) // 3,
        sales_minor=assets * 2,
        ebit_minor=assets // 10,
        interest_expense_minor=assets // 100,
        net_profit_minor=assets // 15,
        operating_cash_flow_minor=assets // 8,
    )


def event(customer, kind, *, on=date(2026, 1, 15)):
    return Event.objects.create(
        customer=customer, event_date=on, kind=kind, title=kind, source="court",
        reference=f"{customer.code}-{kind}-{on}",
    )  # fmt: skip


def build(known=AS_OF):
    """Return customers by what is to be known about them, with the facts dated up to `known`."""
    since = date(2018, 1, 1)
    found = {
        "good": make.customer("GOOD", since=since),
        "late": make.customer("LATE", since=since),
        "unpaid": make.customer("UNPAID", since=since),
        "listed": make.customer("LISTED", since=since),
        "silent": make.customer("SILENT"),
        "dollar": make.customer("DOLLAR", since=since, currency="USD"),
    }
    trade(found["good"], found["listed"], found["dollar"], known=known)
    trade(found["late"], late=25, known=known)
    trade(found["unpaid"], unpaid=9, known=known)
    if known >= date(2026, 3, 1):
        statement(found["good"])
    if known >= date(2026, 1, 15):
        event(found["listed"], "dishonest_debtor")
    return found
