"""Values of custom fields: canonical, typed, and the same after every way through text."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.fields import rules
from xinheng.fields.schema import Choice, Field

CHOICES = (
    Choice(code="a", zh="甲", en="First"),
    Choice(code="b", zh="乙", en="Second"),
    Choice(code="gone", zh="停用的", retired=True),
)


def field(type_: str, **more):
    return Field(name="x", zh="某项", type=type_, **more)


TEXT, FLAG, DAY = field("text", longest=20), field("flag"), field("date")
NUMBER, WHOLE = field("number", digits=6), field("number")
AMOUNT, YEN = field("amount"), field("amount", currency="JPY")
CHOICE, SEVERAL = field("choice", choices=CHOICES), field("choices", choices=CHOICES)


def refused(about: Field, text: str) -> str:
    with pytest.raises(rules.BadValue) as caught:
        rules.read(about, text)
    assert caught.value.params["why_en"]
    return str(caught.value.params["why_zh"])


@pytest.mark.parametrize(
    ("about", "text", "stored"),
    [
        (TEXT, "二号仓", "二号仓"),
        (NUMBER, "12.500", "12.5"),
        (NUMBER, "-0.0", "0"),
        (NUMBER, "+7", "7"),
        (NUMBER, "1200", "1200"),
        (WHOLE, "007", "7"),
        (AMOUNT, "1234.5", 123450),
        (YEN, "1200", 1200),
        (DAY, "2024-02-29", "2024-02-29"),
        (FLAG, "true", True),
        (CHOICE, "甲", "a"),
        (CHOICE, "first", "a"),
        (SEVERAL, "乙、甲;b", ["a", "b"]),
    ],
)
def test_a_value_is_stored_in_one_form(about, text, stored):
    assert rules.read(about, text) == stored
    assert rules.read(about, rules.text(about, stored)) == stored


@pytest.mark.parametrize(
    ("about", "text"),
    [
        *(
            (NUMBER, one)
            for one in ("NaN", "inf", "1e5", "１２", "0x1f", "1,2", "--1", "1.2.3", "")
        ),
        (NUMBER, "0.1234567"),
        (NUMBER, "1234567890123456"),
        (WHOLE, "1.5"),
        (AMOUNT, "1.234"),
        (AMOUNT, "99999999999999999999"),
        (AMOUNT, "NaN"),
        (YEN, "1.5"),
        *(
            (DAY, one)
            for one in ("2023-02-29", "20240101", "01/02/2024", "0001-01-01", "9999-12-31")
        ),
        *((FLAG, one) for one in ("maybe", "True", "1")),
        *((CHOICE, one) for one in ("c", "停用的", "gone", "a;b")),
        (SEVERAL, "a;c"),
        *((TEXT, one) for one in ("x" * 21, "a\x00b", "a\nb", "a\u202eb")),
    ],
)
def test_what_is_no_value_is_refused_in_two_languages(about, text):
    assert refused(about, text)


def test_bounds_are_closed_on_both_ends():
    age = field("number", minimum="18", maximum="65")
    assert [rules.read(age, one) for one in ("18", "65")] == ["18", "65"]
    assert "17" not in refused(age, "17") and "18" in refused(age, "17")
    refused(age, "66")
    span = field("date", minimum="2020-01-01", maximum="2020-12-31")
    rules.read(span, "2020-01-01")
    refused(span, "2021-01-01")
    capital = field("amount", minimum="0.01")
    assert rules.read(capital, "0.01") == 1
    refused(capital, "0")


@pytest.mark.parametrize("pattern", sorted(rules.PATTERNS))
def test_a_pattern_reads_a_hostile_text_once(pattern):
    # Texts that make a backtracking expression explode; each must be answered at once.
    about = field("text", longest=1_000, pattern=pattern)
    for text in ("a" * 999 + "!", "1 " * 499 + "!", "@" * 1_000, "http://" + "a" * 980 + " "):
        refused(about, text)


def test_patterns_take_what_they_say():
    for pattern, good, bad in (
        ("digits", "0120", "012a"), ("letters", "Abc", "Ab1"), ("letters_digits", "A1", "A-1"),
        ("phone", "+86 21-5555 0000", "12"), ("email", "a@b.cn", "a@"),
        ("postcode", "200000", "20000"), ("url", "https://x.cn/a", "javascript:alert(1)"),
    ):  # fmt: skip
        about = field("text", pattern=pattern)
        assert rules.read(about, good) == good
        refused(about, bad)


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=6, min_value=-(10**8), max_value=10**8
    )
)
def test_a_number_comes_back_from_its_text(value):
    stored = rules.read(NUMBER, format(value, "f"))
    assert Decimal(stored) == value
    assert stored == rules.read(NUMBER, stored)
    assert "E" not in stored and not (("." in stored) and stored.endswith("0"))
    # What an engine reads as a binary float is still this number and no other.
    assert Decimal(repr(float(stored))) == value


@given(st.integers(-(10**15), 10**15))
def test_an_amount_comes_back_from_its_text(minor):
    assert rules.read(AMOUNT, rules.text(AMOUNT, minor)) == minor


@given(st.dates(rules.EARLIEST, rules.LATEST))
def test_a_day_comes_back_from_its_text(day):
    assert rules.read(DAY, day.isoformat()) == day.isoformat()


@given(st.text(max_size=30))
def test_any_text_is_a_value_or_is_refused(text):
    for about in (TEXT, NUMBER, WHOLE, AMOUNT, DAY, FLAG, CHOICE, SEVERAL):
        try:
            stored = rules.read(about, text)
        except rules.BadValue:
            continue
        assert rules.read(about, rules.text(about, stored)) == stored


def test_values_are_said_in_two_languages():
    assert rules.say(SEVERAL, ["a", "gone"], "zh") == "甲、停用的"
    assert rules.say(SEVERAL, ["a", "left"], "en") == "First, left"
    assert [rules.say(FLAG, one, "zh") for one in (True, False, None)] == ["是", "否", ""]
    assert rules.say(AMOUNT, 123450, "en") == "1234.50"
    assert rules.cell(AMOUNT, 123450, "zh") == Decimal("1234.50")
