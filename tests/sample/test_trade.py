"""What is sold and how it is paid, against the real data it was fitted to."""

import numpy as np
import pandas as pd
import pytest

from tests.sample.conftest import UNTIL
from xinheng.kernel import terms
from xinheng.sample import figures

RANKS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def late_shares(days):
    """Share of late invoices of every customer with five and more paid ones, at RANKS."""
    by = days.groupby("customer").days
    return by.agg(lambda v: (v > 0).mean())[by.size() >= 5].quantile(RANKS).to_numpy()


def mean_days(days):
    by = days.groupby("customer").days
    return by.mean()[by.size() >= 5].quantile(RANKS).to_numpy()


def month_shares(rows):
    """Share of each month in full calendar years, averaged over the years."""
    sums = rows.groupby([rows.issue_date.dt.year, rows.issue_date.dt.month]).amount.sum()
    years = sums.unstack()
    full = years.loc[[UNTIL.year - 2, UNTIL.year - 1]]
    return full.div(full.sum(axis=1), axis=0).mean().to_numpy()


def test_the_largest_tenth_of_customers_holds_55_to_75_percent_of_sales(books, demo):
    for company in (books, demo):
        sales = company.sales.groupby("customer_code").amount.sum()
        whole = sales.sort_values(ascending=False)
        share = whole.head(len(company.customers) // 10).sum() / whole.sum()
        assert 0.55 <= share <= 0.75


@pytest.mark.parametrize("name", ["books", "demo"])
def test_lateness_per_customer_is_within_5_points_of_the_fitted_figures(name, request):
    days = request.getfixturevalue(name).days_late
    shares = np.interp(RANKS, figures.LATE_SHARE_RANKS, figures.LATE_SHARES)
    assert np.abs(late_shares(days) - shares).max() <= 0.05
    means = np.interp(RANKS, figures.MEAN_DAYS_RANKS, figures.MEAN_DAYS_LATE)
    assert np.abs(mean_days(days) - means).max() <= 5


@pytest.mark.data
def test_lateness_per_customer_is_within_5_points_of_b2b_invoices(books, data):
    """HighRadius b2b_invoices, paid invoices: per customer, five and more of them."""
    rows = pd.read_csv(data / "b2b_invoices" / "closed_to_2019-12.csv.gz")
    real = pd.DataFrame({"customer": rows.cust_number, "days": rows.days_late})
    assert np.abs(late_shares(books.days_late) - late_shares(real)).max() <= 0.05
    assert np.abs(mean_days(books.days_late) - mean_days(real)).max() <= 5


@pytest.mark.data
def test_the_fitted_figures_are_those_of_b2b_invoices(data):
    rows = pd.read_csv(data / "b2b_invoices" / "closed_to_2019-12.csv.gz")
    real = pd.DataFrame({"customer": rows.cust_number, "days": rows.days_late})
    shares = np.interp(RANKS, figures.LATE_SHARE_RANKS, figures.LATE_SHARES)
    means = np.interp(RANKS, figures.MEAN_DAYS_RANKS, figures.MEAN_DAYS_LATE)
    assert np.abs(late_shares(real) - shares).max() < 0.001
    assert np.abs(mean_days(real) - means).max() < 0.01


def test_the_year_has_its_seasons(books):
    """Like the VAT invoices: a peak in December, a dip at the Spring Festival."""
    found = month_shares(books.sales)
    assert np.abs(found - np.array(figures.MONTH_SHARES)).max() <= 0.03
    assert np.corrcoef(found, figures.MONTH_SHARES)[0, 1] > 0.85
    assert found.argmax() == 11
    assert sorted(found)[:4].count(found[1]) == 1  # February among the weakest


@pytest.mark.data
def test_the_year_has_the_seasons_of_sme_vat_invoices(books, data):
    rows = pd.read_csv(
        data / "sme_vat_invoices" / "a1_output_invoices.csv.gz", parse_dates=["开票日期"]
    )
    rows = rows[(rows["发票状态"].str.strip() == "有效发票") & (rows["开票日期"] < "2020-01-01")]
    rows = rows[rows["开票日期"] >= "2017-01-01"]
    day = rows["开票日期"].dt
    sums = rows.groupby(["企业代号", day.year, day.month])["价税合计"].sum()
    firms = sums.clip(lower=0).unstack(fill_value=0)
    firms = firms[(firms > 0).sum(axis=1) >= 10]
    real = firms.div(firms.sum(axis=1), axis=0).mean().to_numpy()
    assert np.abs(real - np.array(figures.MONTH_SHARES)).max() < 0.0001
    assert np.abs(month_shares(books.sales) - real).max() <= 0.03


def test_the_spring_festival_stands_almost_still(books):
    sold = books.sales.groupby("issue_date").amount.size()
    ordinary = sold.mean()
    festival = sold.reindex(pd.date_range("2026-02-16", "2026-02-22"), fill_value=0)
    assert festival.mean() < 0.15 * ordinary


def test_sales_grow(books):
    years = books.sales.groupby(books.sales.issue_date.dt.year).amount.sum()
    assert 1.02 < years[UNTIL.year - 1] / years[UNTIL.year - 2] < 1.30


def test_rows_are_as_many_as_asked(books, demo):
    assert (len(books.customers), len(books.invoices)) == (1_000, 24_000)
    assert (len(demo.customers), len(demo.invoices)) == (300, 9_000)
    assert books.invoices.issue_date.max() <= pd.Timestamp(UNTIL)
    assert books.receipts.received_date.max() <= pd.Timestamp(UNTIL)
    assert (books.invoices.amount > 0).all()
    assert (books.receipts.amount > 0).all()


def test_due_dates_are_those_of_the_terms(books):
    rows = books.invoices.dropna(subset="terms").sample(2_000, random_state=1)
    for row in rows.itertuples():
        due = terms.due_date(terms.parse(row.terms), row.issue_date.date())
        assert row.due_date.date() == due, row.number


def test_customers_keep_to_their_terms(books):
    rows = books.invoices.dropna(subset="terms")
    usual = rows.groupby("customer_code").terms.agg(lambda v: v.value_counts().iloc[0] / len(v))
    assert usual[rows.groupby("customer_code").size() >= 10].mean() > 0.9
    assert rows.terms.nunique() >= 8


def test_credit_notes_voids_parts_early_and_unnamed_receipts_all_occur(books):
    kinds = books.invoices.kind.value_counts(normalize=True)
    assert 0.02 <= kinds["credit_note"] <= 0.04
    voids = books.invoices[books.invoices.status == "void"]
    assert 0.005 <= len(voids) / len(books.invoices) <= 0.02
    assert voids.voided_date.isna().any()
    assert (voids.voided_date >= voids.issue_date)[voids.voided_date.notna()].all()
    assert 0.08 <= (books.receipts.groupby("invoice_number").size() > 1).mean() <= 0.25
    unnamed = books.receipts.invoice_number.isna().mean()
    assert 0.02 <= unnamed <= 0.12
    assert 0.25 <= (books.days_late.days < 0).mean() <= 0.45


def test_receipts_pay_valid_invoices_of_the_same_customer_once(books):
    sales = books.sales
    assert (sales.open >= 0).all()
    named = books.receipts.dropna(subset="invoice_number")
    assert set(named.invoice_number) <= set(sales.number)
    joined = named.merge(sales, left_on="invoice_number", right_on="number")
    assert len(joined) == len(named)
    assert (joined.customer_code_x == joined.customer_code_y).all()
    assert (joined.received_date >= joined.issue_date).all()


def test_credit_notes_come_after_their_invoice_and_never_exceed_it(books):
    rows = books.invoices
    notes = rows[rows.kind == "credit_note"]
    joined = notes.dropna(subset="applies_to").merge(
        rows, left_on="applies_to", right_on="number", suffixes=("", "_of")
    )
    assert len(joined) == notes.applies_to.notna().sum()
    assert (joined.amount <= joined.amount_of).all()
    assert (joined.issue_date > joined.issue_date_of).all()
    assert (joined.customer_code == joined.customer_code_of).all()
    assert (joined.kind_of == "invoice").all()


def test_tax_is_the_13_percent_inside_the_amount(books):
    cents = (books.invoices.amount * 100).round().astype("int64")
    tax = (books.invoices.tax * 100).round().astype("int64")
    assert ((tax * 113 - cents * 13).abs() <= 57).all()  # half a cent, times 113


def test_most_of_what_is_open_is_not_due_and_some_is_old(books):
    named = set(books.receipts[books.receipts.invoice_number.isna()].customer_code)
    still = books.sales.query("open > 0")
    still = still[~still.customer_code.isin(named)]
    overdue = (pd.Timestamp(UNTIL) - still.due_date).dt.days
    whole = still.open.sum()
    assert 0.70 <= still[overdue <= 0].open.sum() / whole <= 0.97
    for low, high in ((1, 30), (31, 90), (91, 10_000)):
        assert still[(overdue >= low) & (overdue <= high)].open.sum() > 0
    yearly = books.sales[books.sales.issue_date > pd.Timestamp(UNTIL) - pd.Timedelta(days=365)]
    assert 0.06 <= whole / yearly.amount.sum() <= 0.25  # DSO between 22 and 90 days


def test_customers_without_any_sale_exist(books):
    silent = set(books.customers.code) - set(books.invoices.customer_code)
    assert 0.01 <= len(silent) / len(books.customers) <= 0.03
    assert set(books.receipts.customer_code) & silent  # some have paid in advance
