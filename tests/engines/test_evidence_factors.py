"""Factors of evidence over plain rows: what each is, said once more without Ibis."""

from datetime import timedelta
from typing import Any

import pytest

from tests.engines.histories import DAY, History, before, tables
from xinheng import engines
from xinheng.factors import catalogue

CODES = tuple(
    it.code
    for it in catalogue.CATALOGUE
    if it.facts in ("bureau", "questionnaires", "tax_invoices", "interactions", "disputes")
)


def factors(**facts: Any) -> dict[str, Any]:
    """Return the factors of one customer as of DAY."""
    given = {name: tuple(rows) for name, rows in facts.items()}
    with engines.open("duckdb", tables([History(**given)]), threads=1) as engine:
        (row,) = engine.run(catalogue.compile(CODES), as_of=DAY).to_pylist()
    return row


def report(days: int, **changed: Any) -> dict[str, Any]:
    plain = {
        "report_date": before(days), "agency": "甲", "score_micro": None, "pd_micro": None,
        "recommended_limit_minor": None, "currency": "CNY",
    }  # fmt: skip
    return plain | changed


def sale(days: int, minor: int, counterparty: str | None = "甲", **changed: Any) -> dict[str, Any]:
    plain = {
        "direction": "sale", "date": before(days), "counterparty": counterparty,
        "amount_minor": minor, "status": "valid",
    }  # fmt: skip
    return plain | changed


def test_there_are_more_than_forty_factors_over_six_dimensions() -> None:
    assert len(catalogue.CATALOGUE) >= 40
    assert len({it.dimension for it in catalogue.CATALOGUE}) == 6


def test_the_latest_bureau_report_speaks_and_the_worse_of_one_day() -> None:
    found = factors(
        bureau=[
            report(40, score_micro=700_000_000),
            report(10, score_micro=650_500_000, pd_micro=12_000, recommended_limit_minor=9_00),
            report(10, score_micro=640_000_000, pd_micro=30_000, agency="乙",
                   recommended_limit_minor=8_00),
            report(-1, score_micro=1_000_000),
        ]
    )  # fmt: skip
    assert found["f_bureau_score"] == 640.0
    assert found["f_bureau_pd"] == 0.03
    assert found["f_bureau_limit"] == 8_00
    assert found["f_bureau_age"] == 10


def test_a_limit_in_another_currency_is_no_limit() -> None:
    found = factors(bureau=[report(1, recommended_limit_minor=9_00, currency="USD")])
    assert found["f_bureau_limit"] is None


@pytest.mark.parametrize(("days", "age"), [(729, 729), (730, None)])
def test_a_bureau_report_is_forgotten_after_two_years(days: int, age: int | None) -> None:
    assert factors(bureau=[report(days)])["f_bureau_age"] == age


def test_forms_give_their_score_and_how_much_they_know() -> None:
    form = {"date": before(5), "weighed": 80, "weight": 100}
    found = factors(
        questionnaires=[
            {**form, "form": "5c", "earned": 162, "possible": 190},
            {**form, "form": "features", "earned": 560, "possible": 800},
            {**form, "form": "features", "earned": 1, "possible": 800, "date": before(6)},
        ]
    )
    assert found["f_five_c"] == 162 / 190
    assert (found["f_features"], found["f_features_coverage"]) == (0.7, 0.8)


def test_a_form_with_too_few_answers_gives_its_coverage_only() -> None:
    form = {"date": before(5), "form": "features", "earned": 0, "possible": 0}
    found = factors(questionnaires=[{**form, "weighed": 30, "weight": 100}])
    assert (found["f_features"], found["f_features_coverage"]) == (None, 0.3)


def test_own_trade_counts_valid_sales_with_red_letters_taken_off() -> None:
    found = factors(
        tax_invoices=[
            sale(0, 600), sale(100, 300, "乙"), sale(120, -200), sale(364, 100, None),
            sale(365, 5_000), sale(10, 900, status="void"),
            sale(10, 700, direction="purchase"),
        ]
    )  # fmt: skip
    assert found["f_own_sales_12m"] == 600 + 300 - 200 + 100
    assert found["f_own_red_share"] == 200 / 1000
    assert found["f_own_void_share"] == 1 / 5
    assert found["f_top_buyer_share"] == 400 / 700


def test_the_trend_compares_the_same_half_year() -> None:
    """364 days earlier: a half year of 182 days starts on the same weekday."""
    found = factors(tax_invoices=[sale(0, 90), sale(181, 60), sale(364, 50), sale(545, 50),
                                  sale(546, 999), sale(363, 999), sale(182, 999)])  # fmt: skip
    assert found["f_own_sales_trend"] == 0.5


def test_a_refused_buyer_does_not_make_the_others_smaller() -> None:
    """A buyer with more red letters than sales counts as none."""
    found = factors(tax_invoices=[sale(1, 300), sale(1, 100, "乙"), sale(1, -500, "丙")])
    assert found["f_top_buyer_share"] == 0.75


def test_dealings_are_counted_back_from_the_day() -> None:
    rows = [
        *({"date": before(d), "kind": "complaint"} for d in (0, 179, 180, -1)),
        *({"date": before(d), "kind": "delivery_breach"} for d in (364, 365)),
        *({"date": before(d), "kind": "visit"} for d in (33, 90)),
    ]
    found = factors(interactions=rows)
    assert (found["f_complaints_6m"], found["f_breaches_12m"]) == (2, 1)
    assert found["f_days_since_visit"] == 33


def test_a_dispute_counts_from_its_opening_and_is_open_until_it_is_closed() -> None:
    from tests.engines.histories import Item

    due = DAY + timedelta(days=30)
    items = [Item("invoice", before(400), due, None, 1_000)]
    disputes = [
        {"item": 0, "opened_date": before(364), "closed_date": before(0), "amount_minor": 400},
        {"item": 0, "opened_date": before(365), "closed_date": None, "amount_minor": 250},
        {"item": 0, "opened_date": before(3), "closed_date": before(-1), "amount_minor": 50},
        {"item": 0, "opened_date": before(-1), "closed_date": None, "amount_minor": 90},
    ]
    found = factors(items=items, disputes=disputes)
    assert (found["f_disputes_12m"], found["f_disputed_share"]) == (2, 0.3)
