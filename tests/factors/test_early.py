"""Factors that tell a change early, against figures worked out by hand."""

from datetime import date, timedelta

import pyarrow as pa
import pytest

from xinheng import engines
from xinheng.factors import catalogue
from xinheng.factors.tables import SCHEMAS

DAY = date(2026, 6, 30)
KINDS = {"int64": pa.int64(), "string": pa.string(), "date": pa.date32()}


def before(days):
    return DAY - timedelta(days=days)


def table(name, rows):
    columns = {
        column: pa.array([row.get(column) for row in rows], KINDS[kind])
        for column, kind in SCHEMAS[name].items()
    }
    return pa.table(columns)


def factor(code, **rows):
    """Return a factor of customer 1, who has these rows of the declared tables."""
    given = {name: [{"customer_id": 1, **row} for row in found] for name, found in rows.items()}
    given["customers"] = [{"customer_id": 1, "code": "C", "currency": "CNY"}]
    tables = {name: table(name, found) for name, found in given.items()}
    with engines.open("duckdb", tables, threads=1) as engine:
        return engine.run(catalogue.compile((code,)), as_of=DAY).to_pylist()[0][code]


def sold(age, minor):
    return {"item_id": age, "kind": "invoice", "issue_date": before(age), "amount_minor": minor}


@pytest.mark.parametrize(
    ("quarters", "expected"),
    [
        # newest, then three before; the median of 300, 100, 200 is 200
        ((300, 300, 100, 200), 1.5),
        ((80, 100, 200, 300), 0.4),
        ((0, 100, 200, 300), 0.0),
        ((500, 0, 0, 300), None),
        ((500, 0, 100, 300), 5.0),
    ],
)
def test_trade_is_held_against_the_median_of_the_three_quarters_before(quarters, expected):
    rows = [sold(91 * n + 45, minor) for n, minor in enumerate(quarters) if minor]
    assert factor("f_sales_to_usual", invoices=rows) == expected


def owing(age, minor, *payments):
    """Return an invoice and what was paid of it: (age of the payment, amount)."""
    paid = sorted(payments, reverse=True)
    left = minor - sum(amount for _, amount in paid)
    invoice = {
        **sold(age, minor), "due_date": before(age - 30), "open_minor": left,
        "first_move": before(paid[0][0]) if paid else None,
        "last_move": before(paid[-1][0]) if paid else None,
        "settled_on": before(paid[-1][0]) if not left else None,
    }  # fmt: skip
    met = [
        {"item_id": age, "kind": "invoice", "source": "receipt", "amount_minor": amount,
         "effective_date": before(when), "due_date": before(age - 30)}
        for when, amount in paid
    ]  # fmt: skip
    return invoice, met


def test_days_outstanding_are_held_against_three_quarter_ends():
    """Oracle: DSO by the simple method (receivable / sales × days), worked out by hand.

    Sales of 910 in each quarter. Open at the ends: 100, 300, 200 (oldest last), now 400 of 910,
    so 40 days against a median of 20.
    """
    items = [
        owing(45, 910, (5, 510)),  # 400 open on the day
        owing(136, 910, (100, 810), (20, 100)),  # 100 open at the end of its quarter
        owing(227, 910, (190, 610), (150, 300)),  # 300
        owing(318, 910, (280, 710), (200, 200)),  # 200
    ]
    facts = {"invoices": [one for one, _ in items],
             "allocations": [part for _, met in items for part in met]}  # fmt: skip
    assert factor("f_dso", **facts) == 40.0
    assert factor("f_dso_to_usual", **facts) == 2.0
    assert factor("f_dso_change", **facts) == 20.0
    young = {"invoices": facts["invoices"][:2], "allocations": facts["allocations"][:3]}
    assert factor("f_dso", **young) == 40.0
    assert factor("f_dso_to_usual", **young) is None and factor("f_dso_change", **young) is None


def test_a_quarter_ends_with_its_ninety_first_day():
    rows = [sold(90, 100), sold(91, 50), sold(182, 50), sold(273, 50)]
    assert factor("f_sales_to_usual", invoices=rows) == 2.0


def test_silence_is_counted_in_usual_intervals():
    monthly = [sold(30 * n + 15, 100) for n in range(3, 12)]
    # 105 days since the last of nine active windows: 105 / (360 / 9)
    assert factor("f_sale_gap", invoices=monthly) == 105 * 9 / 360
    assert factor("f_sale_gap", invoices=[sold(0, 100)]) == 0.0
    assert factor("f_sale_gap") is None


def event(kind, age, **more):
    return {"kind": kind, "event_date": before(age), "role": "defendant", "title": "", **more}


def test_lawsuits_and_claims_of_half_a_year():
    events = [
        event("lawsuit", 179, amount_minor=400, currency="CNY"),
        event("lawsuit", 180, amount_minor=9_000, currency="CNY"),
        event("lawsuit", 5, role="plaintiff", amount_minor=9_000, currency="CNY"),
        event("enforcement", 0, amount_minor=100, currency="CNY"),
    ]
    statement = {
        "period_end": before(181), "available_date": before(60), "months": 12, "currency": "CNY",
        "equity_minor": 10_000,
    }  # fmt: skip
    assert factor("f_lawsuits_6m", events=events) == 1
    assert factor("f_claims_6m_to_equity", events=events, statements=[statement]) == 0.05
    dollars = [{**statement, "currency": "USD"}]
    assert factor("f_claims_6m_to_equity", events=events, statements=dollars) is None
    assert factor("f_claims_6m_to_equity", events=events) is None


def test_bills_and_freezes_are_counted_to_the_day():
    events = [
        event("bill_overdue", 181), event("bill_overdue", 182),
        event("equity_freeze", 364), event("equity_freeze", 365),
    ]  # fmt: skip
    assert factor("f_bills_overdue_6m", events=events) == 1
    assert factor("f_equity_freezes_12m", events=events) == 1
    assert factor("f_bills_overdue_6m") is None
