"""The figures against slow and plain computations over the documents themselves."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import make
from xinheng.access.models import User
from xinheng.insight import kpi, rules
from xinheng.receivables import queries as receivables
from xinheng.receivables import rules as trade
from xinheng.receivables.models import Allocation, Invoice

pytestmark = pytest.mark.django_db
AS_OF, DAYS = date(2026, 3, 31), 60
FIRST = AS_OF - timedelta(days=DAYS - 1)


@pytest.fixture
def book(db):
    """Five customers of two sellers over five months: early, late, in parts, credited, voided."""
    sellers = [User.objects.create(username=name) for name in ("li", "wang")]
    buyers = [make.customer(f"K{n}", owner=sellers[n % 2]) for n in range(5)]
    day = date(2025, 11, 3)
    for number in range(21):
        buyer, minor = buyers[number * number % 5], 1000 + 137 * number
        issued = day + timedelta(days=(number * 19) % 140)
        due = None if number % 17 == 0 else issued + timedelta(days=15 + number % 3 * 15)
        make.invoice(f"I{number}", buyer, minor, issued, due_date=due)
        if number % 4 == 0:
            continue
        for part in range(1 + number % 2):
            paid = issued + timedelta(days=2 + (number * 5) % 60 + part * 11)
            make.receipt(f"R{number}-{part}", buyer, minor // (2 + part), paid,
                         invoice_number=f"I{number}")  # fmt: skip
    make.credit_note("N1", buyers[1], 900, date(2026, 3, 2), applies_to="I4")
    make.credit_note("N2", buyers[2], 300, date(2026, 3, 3))
    make.invoice("V1", buyers[0], 5000, date(2026, 2, 10), status="void",
                 voided_date=date(2026, 3, 1))  # fmt: skip
    make.receipt("X1", buyers[3], 77, date(2026, 3, 30), invoice_number="nobody")
    return buyers


def items(as_of=AS_OF, **more):
    return receivables.open_items(by=make.CLERK, as_of=as_of, limit=1000, **more).rows


def paid_in_period():
    return [
        (one.credit_minor, one.invoice, one.effective_date)
        for one in Allocation.objects.filter(
            receipt__isnull=False, effective_date__range=(FIRST, AS_OF), ended_date=None
        ).select_related("invoice")
    ]


def figures(**more):
    found = kpi.kpi(by=make.CLERK, as_of=AS_OF, days=DAYS, **more)
    return {one.name: one for one in found.indicators}


def rates_by_amount_and_by_count():
    rows, found = items(), figures()
    total = sum(row.open_credit_minor for row in rows)
    invoices = [row for row in rows if row.kind == "invoice"]
    for name, days in (("overdue_rate", 1), ("severe_overdue_rate", 91)):
        late = [row for row in rows if row.days is not None and row.days >= days]
        assert found[name].value == Fraction(sum(row.open_credit_minor for row in late), total)
        counted = [row for row in late if row.kind == "invoice"]
        assert found[f"{name}_items"].value == Fraction(len(counted), len(invoices))
    late = [row for row in rows if row.days is not None and row.days >= 1]
    assert found["weighted_days_overdue"].value == Fraction(
        sum(row.open_credit_minor * row.days for row in late),
        sum(row.open_credit_minor for row in late),
    )


def how_customers_paid():
    paid, found = paid_in_period(), figures()
    total = sum(minor for minor, _invoice, _day in paid)
    assert found["collection_rate"].inputs["paid"] == total > 0
    assert found["average_days_to_pay"].value == Fraction(
        sum(minor * (day - invoice.issue_date).days for minor, invoice, day in paid), total
    )
    dated = [
        trade.Payment(minor, invoice.due_date, day)
        for minor, invoice, day in paid
        if invoice.due_date
    ]
    still_open = [
        trade.Payment(row.open_credit_minor, row.due_date, None) for row in items() if row.due_date
    ]
    assert found["dbt_paid"].value == trade.days_beyond_terms(dated, AS_OF)
    assert found["dbt"].value == trade.days_beyond_terms([*dated, *still_open], AS_OF)
    assert found["payment_index"].value == trade.payment_index_of(dated, AS_OF)
    on_time = sum(one.minor for one in dated if one.paid <= one.due)
    assert found["paid_on_time_rate"].value == Fraction(on_time, sum(one.minor for one in dated))


def dso_by_invoice_takes_each_month_of_issue():
    sold = {}
    for one in Invoice.objects.exclude(status="void").filter(issue_date__lte=AS_OF):
        month = one.issue_date.replace(day=1)
        sign = -1 if one.kind == "credit_note" else 1
        sold[month] = sold.get(month, 0) + sign * one.credit_minor
    wanted = sum(
        Fraction(row.open_credit_minor * (AS_OF - row.issue_date).days,
                 sold[row.issue_date.replace(day=1)])
        for row in items()
    )  # fmt: skip
    assert figures()["dso_true"].value == wanted


def roll_rates_compare_two_month_ends():
    def balance(as_of, first, last):
        return sum(
            row.open_credit_minor
            for row in items(as_of)
            if row.days is not None and first <= row.days <= last
        )

    found, ago = figures(), date(2026, 2, 28)
    for name, now, before in (
        ("roll_current_30", (1, 30), (-999, 0)), ("roll_30_60", (31, 60), (1, 30)),
        ("roll_60_90", (61, 90), (31, 60)), ("roll_90_120", (91, 120), (61, 90)),
    ):  # fmt: skip
        assert found[name].value == rules.roll_rate(balance(AS_OF, *now), balance(ago, *before))


def concentration_by_what_each_customer_owes():
    owed = {}
    for row in items():
        owed[row.customer_code] = owed.get(row.customer_code, 0) + row.open_credit_minor
    debts = sorted((minor for minor in owed.values() if minor > 0), reverse=True)
    found = figures()
    assert found["top1_share"].value == Fraction(debts[0], sum(debts))
    assert found["top5_share"].value == Fraction(sum(debts[:5]), sum(debts))
    assert found["hhi"].value == sum(Fraction(one, sum(debts)) ** 2 for one in debts)


def the_period_before_and_the_trend_are_the_figures_of_their_day():
    before = AS_OF - timedelta(days=DAYS)
    then = {
        one.name: one.value for one in kpi.kpi(by=make.CLERK, as_of=before, days=DAYS).indicators
    }
    assert {name: one.previous for name, one in figures(compare=True).items()} == then
    months = kpi.trend(by=make.CLERK, as_of=AS_OF, days=DAYS, currency="CNY", months=4)
    assert list(months) == [date(2025, 12, 31), date(2026, 1, 31), date(2026, 2, 28), AS_OF]
    assert months[AS_OF] == {name: one.value for name, one in figures().items()}
    february = kpi.kpi(by=make.CLERK, as_of=date(2026, 2, 28), days=DAYS)
    assert months[date(2026, 2, 28)] == {one.name: one.value for one in february.indicators}


def a_group_has_the_figures_its_own_customers_have():
    from xinheng import access

    found = kpi.kpi(by=make.CLERK, as_of=AS_OF, days=DAYS, group_by="owner")
    assert {group.key for group in found.groups} == {"li", "wang"}
    for group in found.groups:
        seller = User.objects.get(username=group.key)
        seller.roles, seller.scope = ["sales"], "own"
        seller.save()
        own = kpi.kpi(by=access.actor_of(seller), as_of=AS_OF, days=DAYS)
        assert group.values == {one.name: one.value for one in own.indicators}


def figures_of_any_day_cost_two_queries():
    for ask in (
        lambda: kpi.kpi(by=make.CLERK, as_of=AS_OF, compare=True),
        lambda: kpi.trend(by=make.CLERK, as_of=AS_OF, days=90, currency="CNY"),
    ):
        with CaptureQueriesContext(connection) as captured:
            ask()
        assert len(captured) == 2


def test_every_figure_is_what_the_documents_say(book):
    """One book, asked in every way: making it costs more than asking."""
    rates_by_amount_and_by_count()
    how_customers_paid()
    dso_by_invoice_takes_each_month_of_issue()
    roll_rates_compare_two_month_ends()
    concentration_by_what_each_customer_owes()
    figures_of_any_day_cost_two_queries()
    the_period_before_and_the_trend_are_the_figures_of_their_day()
    a_group_has_the_figures_its_own_customers_have()
