"""Pure rules of receivables against published figures."""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from xinheng.receivables import rules
from xinheng.receivables.rules import Cash, Item, Payment

AS_OF = date(2026, 3, 31)


def paid(minor: int, late: int) -> Payment:
    return Payment(minor, AS_OF, AS_OF + timedelta(days=late))


def test_days_beyond_terms_is_the_amount_weighted_lateness():
    # calculator7 "days beyond terms": 4000 on time, 6000 six days late, 2000 eight days → 4.33.
    found = rules.days_beyond_terms([paid(4000, 0), paid(6000, 6), paid(2000, 8)], AS_OF)
    assert found == Fraction(52_000, 12_000)
    assert f"{float(found):.2f}" == "4.33"


def test_early_payments_count_as_on_time_unless_asked_for():
    payments = [paid(100, -10), paid(100, 10)]
    assert rules.days_beyond_terms(payments, AS_OF) == 5
    assert rules.days_beyond_terms(payments, AS_OF, floor_at_zero=False) == 0


def test_what_is_open_is_late_as_of_today_unless_left_out():
    payments = [Payment(100, AS_OF - timedelta(days=20), None), paid(100, 0)]
    assert rules.days_beyond_terms(payments, AS_OF) == 10
    assert rules.days_beyond_terms(payments, AS_OF, include_open=False) == 0
    assert rules.days_beyond_terms([], AS_OF) is None


@pytest.mark.parametrize(
    ("late", "index"),
    [
        # D&B's published PAYDEX chart: 100 = 30 days early, 90 = 20 early, 80 = on terms,
        # 50 = 30 late, 49 = 33, 45 = 45; the anchors 70 = 15 and 60 = 22 days late.
        (-30, 100), (-20, 90), (-10, 85), (0, 80), (15, 70), (22, 60), (30, 50), (33, 49),
        (45, 45), (60, 40), (90, 30), (120, 20), (-60, 100), (1000, 1),
    ],
)  # fmt: skip
def test_the_payment_index_follows_the_published_chart(late, index):
    assert rules.payment_index(late) == index


def test_the_payment_index_between_two_anchors_is_a_straight_line():
    assert rules.payment_index(23) == Fraction("58.75")  # the chart rounds it to 59


def test_the_index_of_a_customer_is_the_mean_of_indices_not_the_index_of_the_mean():
    # 50 on terms, 30 thirty days late, 20 sixty days late → 63.0, not 61.43.
    assert rules.payment_index_of([paid(50, 0), paid(30, 30), paid(20, 60)], AS_OF) == 63


@pytest.mark.parametrize(
    ("days", "bucket"),
    [(-400, 0), (0, 0), (1, 1), (30, 1), (31, 2), (60, 2), (61, 3), (90, 3), (91, 4), (999, 4)],
)
def test_buckets_are_closed_on_both_ends(days, bucket):
    assert rules.bucket_of(days, (30, 60, 90)) == bucket


def test_buckets_name_themselves():
    labels = [bucket.label for bucket in rules.buckets((30, 60, 90))]
    assert labels == ["1-30", "31-60", "61-90", ">90"]


def test_edges_are_rising_whole_days():
    assert rules.edges("30,60,90,180") == (30, 60, 90, 180)
    for text in ("", "a", "60,30", "0,30", "30,30", "-5", "1.5"):
        with pytest.raises(rules.BucketsUnreadable):
            rules.edges(text)


def day(number: int) -> date:
    return date(2026, 1, number)


def test_money_without_a_name_pays_the_oldest_due_that_was_issued_by_its_day():
    items = [
        Item(1, "A", day(1), day(20), 100),
        Item(2, "B", day(3), day(10), 100),  # due before A, issued after the first receipt
        Item(3, "C", day(1), None, 100),  # without a due date: last
    ]
    receipts = [Cash(7, "R1", day(2), 150), Cash(8, "R2", day(4), 120)]
    assert list(rules.allocate(receipts, items)) == [
        (7, 1, 100),
        (7, 3, 50),
        (8, 2, 100),
        (8, 3, 20),
    ]


def test_money_that_comes_before_everything_stays_unallocated():
    assert list(rules.allocate([Cash(7, "R1", day(1), 5)], [Item(1, "A", day(2), None, 9)])) == []


def test_equal_due_dates_go_by_number():
    items = [Item(1, "B", day(1), day(9), 10), Item(2, "A", day(1), day(9), 10)]
    assert list(rules.allocate([Cash(7, "R", day(2), 15)], items)) == [(7, 2, 10), (7, 1, 5)]
