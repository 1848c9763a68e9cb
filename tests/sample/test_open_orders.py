"""Orders in hand of invented companies: as many as two weeks of trade, from those who still buy."""

import pandas as pd

from tests.sample.conftest import UNTIL

LAST = pd.Timestamp(UNTIL)


def test_orders_in_hand_are_about_two_weeks_of_trade(books):
    weeks = books.invoices[books.invoices.issue_date > LAST - pd.Timedelta(days=365)]
    usual = len(weeks[weeks.kind == "invoice"]) * 14 / 365
    assert 0.5 * usual <= len(books.orders) <= 1.6 * usual
    assert (books.orders.order_date <= LAST).all()
    assert (books.orders.order_date > LAST - pd.Timedelta(days=60)).all()
    assert not books.orders.duplicated("number").any()
    assert set(books.orders.number).isdisjoint(books.invoices.order_number.dropna())


def test_what_is_shipped_left_by_today_and_what_is_open_leaves_later(books):
    shipped = books.orders[books.orders.status == "shipped"]
    still = books.orders[books.orders.status == "open"]
    assert 0.05 <= len(shipped) / len(books.orders) <= 0.6
    assert (shipped.ship_date.dropna() <= LAST).all()
    dated = still.dropna(subset=["ship_date"])
    assert (dated.ship_date > dated.order_date).all()
    assert books.orders.ship_date.isna().any()


def test_who_stopped_paying_orders_nothing_and_a_few_order_far_above_their_habit(books):
    assert set(books.orders.customer_code).isdisjoint(books.truth.customer_code)
    usual = books.invoices.groupby("customer_code").amount.mean()
    times = books.orders.amount / books.orders.customer_code.map(usual)
    assert 0.005 <= (times > 4).mean() <= 0.12
    assert 0.6 <= times.median() <= 1.5
