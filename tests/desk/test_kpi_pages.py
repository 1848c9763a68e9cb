"""The pages of the figures: every card leads to how it was computed and to what lies behind."""

import csv
import io
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from xinheng import access
from xinheng.desk.kpi import question, shown
from xinheng.insight import kpi

pytestmark = pytest.mark.django_db
FRAGMENT = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def desk(company: None, signed_in: Any) -> Any:
    """The filled company, seen by a credit manager."""
    return signed_in


def text_of(response: Any) -> str:
    return response.content.decode()


def test_every_figure_has_a_card_and_every_card_a_page(desk):
    page = desk.get("/kpi/")
    cards = [card for family in page.context["families"] for card in family["cards"]]
    assert [card["name"] for card in cards] == kpi.names()
    for card in cards:
        found = text_of(desk.get(card["link"]))
        definition = kpi.BY_NAME[card["name"]]
        assert definition.formula_zh in found and card["number"] in found, card["name"]


def test_the_documents_behind_sales_and_payments_add_up_to_the_input(desk):
    for name, kind, wanted in (
        ("dso_simple", "sales", "sales"), ("collection_rate", "paid", "paid"),
    ):  # fmt: skip
        page = desk.get(f"/kpi/{name}/", {"papers": kind})
        figure = page.context["figure"]
        assert page.context["papers"].total == figure.inputs[wanted]
        assert page.context["papers"].count > 50
        second = desk.get(f"/kpi/{name}/", {"papers": kind, "page": "2"}, **FRAGMENT)
        assert "<html" not in text_of(second) and 'id="papers"' in text_of(second)


def test_the_items_behind_an_input_add_up_to_it(desk):
    page = desk.get("/kpi/severe_overdue_rate/")
    for row, wanted in zip(page.context["inputs"], ("severe", "receivable"), strict=True):
        items = desk.get(row["link"])
        assert sum(items.context["found"].totals.values()) == page.context["figure"].inputs[wanted]


def test_the_period_before_is_what_the_figures_were_then(desk):
    page = desk.get("/kpi/", {"days": "30"})
    found = page.context["found"]
    day_before = found.as_of - timedelta(days=30)
    then = kpi.kpi(by=access.system("test"), as_of=day_before, days=30)
    assert {row.name: row.previous for row in found.indicators} == {
        row.name: row.value for row in then.indicators
    }


def test_groups_are_compared_and_lead_to_their_ageing(desk):
    page = desk.get("/kpi/", {"by": "region"})
    rows = page.context["groups"]["rows"]
    receivable = next(one for one in page.context["found"].indicators if one.name == "dso_simple")
    assert sum(row["receivable"] for row in rows) == receivable.inputs["receivable"]
    region = rows[0]["key"]
    aged = desk.get("/ageing/", {"region": region}).context["line"]
    assert aged.total == rows[0]["receivable"]


def test_the_trend_ends_with_the_value_of_the_card(desk):
    page = desk.get("/kpi/")
    cards = {c["name"]: c for family in page.context["families"] for c in family["cards"]}
    for name in ("dso_countback", "overdue_rate", "payment_index"):
        part = desk.get("/kpi/trend/", {"show": name}, **FRAGMENT)
        rows = part.context["trend"]["rows"]
        assert len(rows) == 12 and cards[name]["number"] in rows[-1][1]
        assert "<html" not in text_of(part)


def test_figures_cost_few_queries_whatever_the_months_and_groups(desk):
    for address, most in (("/kpi/", 8), ("/kpi/?by=owner", 12), ("/kpi/trend/", 7)):
        desk.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert desk.get(address).status_code == 200
        assert len(captured) <= most, (address, [one["sql"][:90] for one in captured])


def test_the_file_holds_every_figure(desk):
    body = b"".join(desk.get("/kpi/file.csv").streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(body)))[1:]
    assert [row[1] for row in rows] == kpi.names()


def test_nonsense_in_the_address_counts_as_not_asked(desk):
    for nonsense in ("?days=0", "?days=x", "?by=planet", "?currency=yuan", "?as_of=x", "?show=no"):
        assert desk.get(f"/kpi/{nonsense}").status_code == 200
    assert desk.get("/kpi/nothing/").status_code == 404


def test_a_change_is_good_or_bad_by_what_the_figure_means():
    def mood(name, value, previous):
        one = replace(
            kpi.indicators(kpi.Sums(90))[0], name=name, unit=kpi.BY_NAME[name].unit,
            value=Fraction(value, 10), previous=Fraction(previous, 10),
        )  # fmt: skip
        return shown.card(one, asked)["mood"]

    asked = question.Question(date(2026, 1, 31), 90, "", "", "cei")
    assert mood("overdue_rate", 2, 1) == "is-late"
    assert mood("cei", 2, 1) == "is-ok"
    assert mood("cei", 1, 1) == "faint"
