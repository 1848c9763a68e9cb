"""Money: exact, one rounding, mixed currencies refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.kernel import money
from xinheng.kernel.money import Money

minor_units = st.integers(-(10**15), 10**15)
currencies = st.sampled_from(["CNY", "USD", "JPY", "KWD"])


@given(minor_units, currencies)
def test_what_is_written_out_reads_back_the_same(minor, currency):
    assert money.parse(money.text(minor, currency), currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1234.50", "CNY", 123450),
        ("1,234.5", "CNY", 123450),
        (" ¥1，234.50 ", "CNY", 123450),
        ("-0.01", "CNY", -1),
        ("700", "JPY", 700),
        ("1.234", "KWD", 1234),
        ("1e3", "CNY", 100000),
        ("1.10", "CNY", 110),
    ],
)
def test_amounts_are_read_in_major_units(text, currency, minor):
    assert money.parse(text, currency) == Money(minor, currency)


@pytest.mark.parametrize("text", ["", "abc", "NaN", "Infinity", "-inf", "1.2.3", "12元", "=1+1"])
def test_what_is_not_a_number_is_refused(text):
    with pytest.raises(money.AmountUnreadable):
        money.parse(text, "CNY")


@pytest.mark.parametrize("text", ["1e30", "1e999999999", "100000000000000.01", "1e-400"])
def test_what_the_books_cannot_hold_exactly_is_refused(text):
    with pytest.raises((money.AmountTooBig, money.TooManyDigits)):
        money.parse(text, "CNY")


def test_surplus_digits_are_refused_unless_rounding_is_asked_for():
    with pytest.raises(money.TooManyDigits):
        money.parse("2309.7899999999995", "USD")
    assert money.parse("2309.7899999999995", "USD", rounding="half_up") == Money(230979, "USD")
    assert money.parse("0.005", "CNY", rounding="half_up") == Money(1, "CNY")
    assert money.parse("-0.005", "CNY", rounding="half_up") == Money(-1, "CNY")


def test_different_currencies_are_never_added():
    with pytest.raises(money.CurrencyMismatch) as refusal:
        Money(1, "CNY") + Money(1, "USD")
    assert "USD" in str(refusal.value)


def test_conversion_rounds_half_up_once():
    assert money.convert(Money(1050, "USD"), Decimal("7.1234"), "CNY") == Money(7480, "CNY")
    assert money.convert(Money(1, "CNY"), Decimal("0.5"), "USD") == Money(1, "USD")
    assert money.convert(Money(100, "USD"), Decimal("149.555"), "JPY") == Money(150, "JPY")


def test_a_percentage_rounds_half_up():
    assert money.percent_of(Money(5, "CNY"), Decimal("0.1")) == Money(1, "CNY")
    assert money.percent_of(Money(-5, "CNY"), Decimal("0.1")) == Money(-1, "CNY")


def test_a_limit_is_rounded_down_to_its_step():
    assert money.floor_to_step(Money(123_456, "CNY"), 10_000) == Money(120_000, "CNY")


@given(minor_units, st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any))
def test_shares_add_up_to_the_last_unit_and_stay_within_one_of_their_weight(minor, weights):
    parts = money.share(Money(minor, "CNY"), weights)
    assert sum(part.minor for part in parts) == minor
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.minor * sum(weights) - minor * weight) < sum(weights)


@given(minor_units, minor_units)
def test_adding_and_taking_away_again_changes_nothing(left, right):
    assert Money(left, "CNY") + Money(right, "CNY") - Money(right, "CNY") == Money(left, "CNY")
