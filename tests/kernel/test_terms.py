"""Terms and due dates, against the dates of the trade's own worked examples."""

from datetime import date

import pytest

from xinheng.kernel import days, terms

JANUARY_15 = date(2026, 1, 15)


@pytest.mark.parametrize(
    ("text", "issue", "due"),
    [
        # Worked dates for 票到N天 and 月结: net 30, EOM + 30 days, EOM + 1 month, EOM + 60 days.
        ("net 30", JANUARY_15, date(2026, 2, 14)),
        ("eom 30", JANUARY_15, date(2026, 3, 2)),
        ("eom 1m", JANUARY_15, date(2026, 2, 28)),
        ("eom 60", JANUARY_15, date(2026, 4, 1)),
        # 31 January + 1 month clamps to 28 February.
        ("net 1m", date(2026, 1, 31), date(2026, 2, 28)),
        ("net 1m", date(2028, 1, 31), date(2028, 2, 29)),
        ("eom 1m", date(2026, 2, 10), date(2026, 3, 31)),
        ("eom", date(2026, 2, 10), date(2026, 2, 28)),
        ("net 0", JANUARY_15, JANUARY_15),
        ("cod", JANUARY_15, JANUARY_15),
        ("prepay", JANUARY_15, JANUARY_15),
        ("票到30天", JANUARY_15, date(2026, 2, 14)),
        ("月结", JANUARY_15, date(2026, 1, 31)),
        ("次月末", JANUARY_15, date(2026, 2, 28)),
        ("NET30", JANUARY_15, date(2026, 2, 14)),
        ("net 30d", JANUARY_15, date(2026, 2, 14)),
        ("net 12m", date(2027, 2, 28), date(2028, 2, 28)),
    ],
)
def test_terms_give_the_due_date_of_the_trade(text, issue, due):
    assert terms.due_date(terms.parse(text), issue) == due


def test_monthly_settlement_of_n_days_must_be_chosen():
    with pytest.raises(terms.TermsAmbiguous) as caught:
        terms.parse("月结30天")
    assert caught.value.params == {"text": "月结30天", "days": 30, "months": 1}


@pytest.mark.parametrize(
    "text", ["", "net", "30", "net -1", "eom m", "net 99999", "net 121m", "30天"]
)
def test_other_texts_are_refused(text):
    with pytest.raises(terms.TermsUnreadable):
        terms.parse(text)


@pytest.mark.parametrize("text", ["prepay", "cod", "net 30", "net 2m", "eom", "eom 45", "eom 1m"])
def test_terms_write_themselves_as_they_are_read(text):
    assert str(terms.parse(text)) == text


def test_no_terms_give_no_due_date():
    assert terms.due_date(None, JANUARY_15) is None


def test_the_due_date_itself_is_not_overdue():
    # Conventions: as of 2026-03-31, due 2026-03-01 is 30 days over, due 2026-02-28 is 31.
    as_of = date(2026, 3, 31)
    assert days.days_overdue(as_of, as_of) == 0
    assert days.days_overdue(date(2026, 4, 1), as_of) == 0
    assert days.days_overdue(date(2026, 3, 1), as_of) == 30
    assert days.days_overdue(date(2026, 2, 28), as_of) == 31
    assert days.days_past(date(2026, 4, 1), as_of) == -1
