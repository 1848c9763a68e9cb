"""Calendar and rates without a database."""

from datetime import date, timedelta
from decimal import Decimal

from xinheng.reference import rules, shipped_rows
from xinheng.reference.rules import Calendar, Quote


def test_the_spring_festival_of_2026_is_nine_days_off_with_two_saturdays_worked():
    """Notice of 2025-11-04: 2 月 15 日至 23 日放假，2 月 14 日、2 月 28 日上班."""
    calendar = shipped_rows.calendar()
    days_off = [date(2026, 2, day) for day in range(15, 24)]
    assert not any(calendar.is_working(day) for day in days_off)
    assert calendar.is_working(date(2026, 2, 14))
    assert calendar.is_working(date(2026, 2, 28))
    assert not calendar.is_working(date(2026, 2, 21))


def test_working_days_of_a_year_match_the_notices():
    """365 or 366 days less weekends less holidays on weekdays plus make-up days."""
    calendar = shipped_rows.calendar()

    def worked(year):
        first = date(year, 1, 1)
        length = (date(year + 1, 1, 1) - first).days
        return sum(calendar.is_working(first + timedelta(days=n)) for n in range(length))

    assert {year: worked(year) for year in (2023, 2024, 2025, 2026)} == {
        2023: 249, 2024: 251, 2025: 248, 2026: 248,
    }  # fmt: skip


def test_a_due_date_on_a_holiday_moves_to_the_next_or_the_previous_worked_day():
    calendar = shipped_rows.calendar()
    assert calendar.following(date(2025, 10, 1)) == date(2025, 10, 9)
    assert calendar.preceding(date(2025, 10, 8)) == date(2025, 9, 30)
    assert calendar.following(date(2025, 9, 28)) == date(2025, 9, 28)  # a Sunday, worked


def test_a_year_without_a_notice_follows_weekdays_and_says_so():
    calendar = shipped_rows.calendar()
    assert calendar.knows(2026)
    assert not calendar.knows(2027)
    assert calendar.is_working(date(2027, 1, 1))  # a Friday: New Year is not on record yet
    assert not calendar.is_working(date(2027, 1, 2))


def test_a_lone_new_years_eve_does_not_make_its_year_known():
    assert not Calendar({date(2022, 12, 31): False}).knows(2022)


def test_a_cross_rate_is_as_old_as_its_older_leg():
    usd = Quote(Decimal("7.2"), date(2024, 12, 2))
    eur = Quote(Decimal("7.5"), date(2023, 12, 29))
    assert rules.combine(eur, usd) == Quote(Decimal("1.0416666667"), date(2023, 12, 29))
    assert rules.combine(None, usd) is None


def test_a_rate_must_be_positive_and_name_its_currencies():
    assert rules.rate_is_usable("fx", "USD", "CNY", Decimal("7.1"))
    assert rules.rate_is_usable("lpr_1y", "", "", Decimal("0.03"))
    assert not rules.rate_is_usable("fx", "USD", "USD", Decimal(1))
    assert not rules.rate_is_usable("fx", "USD", "CNY", Decimal(0))
    assert not rules.rate_is_usable("fx", "USD", "CNY", Decimal("NaN"))
    assert not rules.rate_is_usable("fx", "", "", Decimal(7))
    assert not rules.rate_is_usable("lpr_1y", "USD", "CNY", Decimal("0.03"))


def test_shipped_industries_are_the_20_sections_and_97_divisions_of_gb_t_4754():
    rows = shipped_rows.industries()
    sections = {row.code for row in rows if not row.parent}
    divisions = [row for row in rows if row.parent]
    assert sections == set("ABCDEFGHIJKLMNOPQRST")
    assert sorted(int(row.code[1:]) for row in divisions) == list(range(1, 98))
    assert all(row.parent == row.code[0] for row in divisions)
    assert all(row.name and row.name_en for row in rows)


def test_shipped_regions_are_the_34_province_level_divisions():
    rows = shipped_rows.regions()
    assert len(rows) == len({row.code for row in rows}) == 34
    assert all(len(row.code) == 6 and row.code.endswith("0000") for row in rows)
