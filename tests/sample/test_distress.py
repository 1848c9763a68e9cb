"""Statements, events and defaults: they belong together."""

import pandas as pd
import pytest

from tests.sample.conftest import UNTIL

WINDOW = pd.Timedelta(days=60)
ADVERSE = {
    "lawsuit", "enforcement", "dishonest_debtor", "consumption_limit", "penalty", "bill_overdue",
    "equity_freeze", "bankruptcy",
}  # fmt: skip


def cents(column):
    return (column * 100).round().astype("int64")


def test_assets_are_liabilities_and_equity_to_the_cent(books):
    s = books.statements
    assert (cents(s.total_assets) == cents(s.total_liabilities) + cents(s.equity)).all()


def test_items_of_a_statement_are_consistent_with_each_other(books):
    s = books.statements
    assert (cents(s.gross_profit) == cents(s.sales) - cents(s.cost_of_sales)).all()
    assert (cents(s.profit_before_tax) == cents(s.ebit) - cents(s.interest_expense)).all()
    assert (s.cash + s.inventory + s.receivables <= s.current_assets + 0.001).all()
    assert (s.current_assets <= s.total_assets).all()
    assert (s.current_liabilities <= s.total_liabilities).all()
    assert (s.intangible_assets <= s.total_assets - s.current_assets + 0.001).all()
    assert (s.ebit <= s.gross_profit).all()
    assert (s.net_profit <= s.profit_before_tax.clip(lower=0)).all()
    for item in ("cash", "inventory", "receivables", "sales", "interest_expense", "depreciation"):
        assert (s[item] >= 0).all(), item


def test_customers_sell_more_than_they_buy_from_us(books):
    sales = books.sales
    bought = sales.groupby(["customer_code", sales.issue_date.dt.year]).amount.sum()
    for row in books.statements.itertuples():
        spent = bought.get((row.customer_code, row.period_end.year), 0)
        assert spent <= row.sales


def test_most_customers_file_two_or_three_years_and_small_ones_often_none(books):
    years = books.statements.groupby("customer_code").size().reindex(books.customers.code).fillna(0)
    size = books.customers.set_index("code")["size"]
    assert (years >= 2).mean() > 0.55
    assert years.max() <= 3
    assert (years[size == "micro"] == 0).mean() > 0.6
    assert (years[size == "large"] == 0).mean() < 0.1
    assert (books.statements.available_date > books.statements.period_end).all()
    assert (books.statements.available_date <= pd.Timestamp(UNTIL)).all()


def test_three_to_five_percent_default_inside_the_books(books, demo):
    for company in (books, demo):
        assert 0.03 <= len(company.truth) / len(company.customers) <= 0.05
        assert company.truth.customer_code.is_unique
        assert company.truth.default_date.between("2024-01-01", pd.Timestamp(UNTIL)).all()


def rising(company, code, day):
    """Return which indicators rise in the 60 days before a day, each against the time before."""
    sales, events = company.sales, company.events
    mine = sales[sales.customer_code == code]
    recent = mine[(mine.issue_date > day - WINDOW) & (mine.issue_date <= day)]
    before = mine[(mine.issue_date <= day - WINDOW) & (mine.issue_date > day - 7 * WINDOW)]
    expected = len(before) / 6
    orders = len(before) >= 3 and not 0.6 * expected < len(recent) < 1.6 * expected
    receipts = company.receipts[company.receipts.customer_code == code].merge(
        mine[["number", "due_date"]], left_on="invoice_number", right_on="number"
    )
    days = (receipts.received_date - receipts.due_date).dt.days
    late_now = days[(receipts.received_date > day - WINDOW) & (receipts.received_date <= day)]
    late_then = days[receipts.received_date <= day - 2 * WINDOW]
    lateness = late_now.mean() > late_then.mean() + 5 or (
        overdue(mine, receipts, day) > 1.2 * overdue(mine, receipts, day - WINDOW) + 1
    )
    about = company.customers.set_index("code").loc[code]
    told = events[
        (events.customer_code == code)
        | (events.credit_code == about.credit_code)
        | (events.name == about["name"])
    ]
    harm = told[told.kind.isin(ADVERSE) | told.title.str.contains("拖欠|亏损|逾期|欠薪")]
    adverse = harm.event_date.between(day - WINDOW, day).any()
    filed = company.statements[
        (company.statements.customer_code == code) & (company.statements.available_date <= day)
    ].sort_values("period_end")
    weak = len(filed) > 0 and filed.net_profit.iloc[-1] < 0
    return {"lateness": lateness, "orders": orders, "events": adverse, "statement": weak}


def overdue(invoices, receipts, day):
    """What was open and past due on a day, by this customer's own documents."""
    due = invoices[(invoices.due_date < day) & (invoices.issue_date <= day)]
    paid = receipts[receipts.received_date <= day].groupby("invoice_number").amount.sum()
    settled = due.number.map(paid).astype(float).fillna(0)
    return (due.amount - due.credited - settled).clip(lower=0).sum()


@pytest.mark.parametrize("name", ["books", "demo"])
def test_four_defaults_in_five_show_two_rising_indicators_in_the_60_days_before(name, request):
    company = request.getfixturevalue(name)
    found = [
        rising(company, row.customer_code, row.default_date) for row in company.truth.itertuples()
    ]
    warned = sum(sum(indicators.values()) >= 2 for indicators in found)
    assert warned / len(found) >= 0.8, found


def test_the_same_indicators_are_quiet_for_most_others(books):
    """A warning that everybody shows warns of nothing."""
    failed = set(books.truth.customer_code)
    active = books.sales.groupby("customer_code").size()
    others = [code for code in active[active >= 15].index if code not in failed][:150]
    day = pd.Timestamp("2025-11-30")
    loud = [code for code in others if sum(rising(books, code, day).values()) >= 2]
    assert len(loud) / len(others) < 0.25


def test_what_a_defaulter_owes_stays_open_and_nothing_is_sold_to_it_any_more(books):
    sales = books.sales.merge(books.truth, on="customer_code")
    assert (sales.issue_date <= sales.default_date + pd.Timedelta(days=30)).all()
    fresh = sales[sales.default_date > pd.Timestamp(UNTIL) - pd.Timedelta(days=380)]
    owing = fresh[fresh.open > 0].customer_code.nunique()
    assert owing == fresh.customer_code.nunique() > 0


def test_events_are_rare_for_most_and_crowd_around_defaults(books):
    events = books.events
    codes = books.customers.set_index("credit_code").code
    names = books.customers.set_index("name").code
    who = events.customer_code.fillna(events.credit_code.map(codes)).fillna(events.name.map(names))
    assert who.notna().all()
    harm = who[events.kind.isin(ADVERSE)].value_counts().reindex(books.customers.code).fillna(0)
    failed = harm.index.isin(books.truth.customer_code)
    assert (harm[~failed] == 0).mean() > 0.55
    assert harm[failed].mean() > 5 * harm[~failed].mean()
    listed = set(who[events.kind == "dishonest_debtor"])
    assert len(listed & set(books.truth.customer_code)) > 0.5 * len(listed)
    assert events.reference.is_unique
    assert set(events.role) == {"defendant", "plaintiff", "subject"}
    assert {"lawsuit", "enforcement", "penalty", "news", "dishonest_debtor"} <= set(events.kind)
