"""The ageing and the figures as pages, commands and REST get them."""

import argparse
import json
from datetime import date

import pytest

from tests import make
from xinheng.access.models import Department, User
from xinheng.config.commands import ageing as ageing_command
from xinheng.config.commands import kpi as kpi_command
from xinheng.insight import kpi
from xinheng.insight.ageing import GROUPINGS, ageing
from xinheng.kernel.refusals import Refusal
from xinheng.receivables import queries as receivables
from xinheng.receivables.rules import BucketsUnreadable

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 3, 31)


@pytest.fixture
def portfolio(db):
    """Two customers of two departments: 100 not due, 40 + 7 overdue 30 and 31 days, 9 nowhere."""
    north = Department.objects.create(code="N", name="华北")
    south = Department.objects.create(code="S", name="华南")
    seller = User.objects.create(username="zhang", name="张三", department=north)
    group = make.group("G1")
    first = make.customer("P1", department=north, owner=seller, region="北京", industry="C13")
    second = make.customer("P2", department=south, region="广东", industry="F51", group=group)
    make.invoice("I1", first, 10000, date(2026, 3, 1), due_date=date(2026, 4, 1))
    make.invoice("I2", first, 4000, date(2026, 1, 1), due_date=date(2026, 3, 1))
    make.invoice("I3", second, 700, date(2026, 1, 1), due_date=date(2026, 2, 28))
    make.invoice("I4", second, 900, date(2026, 1, 1), due_date=None)
    make.receipt("R1", second, 5, date(2026, 3, 1), invoice_number="nobody knows")
    return seller


def test_the_whole_is_the_sum_of_its_parts(portfolio):
    line = ageing(by=make.CLERK, as_of=AS_OF).currencies["CNY"]
    assert (line.total, line.not_due, line.no_due_date) == (15600, 10000, 900)
    assert line.buckets == (4000, 700, 0, 0)
    assert line.unallocated == 5


@pytest.mark.parametrize(
    ("grouping", "keys"),
    [
        ("customer", ["P1", "P2"]),
        ("owner", ["zhang", ""]),
        ("department", ["N", "S"]),
        ("region", ["北京", "广东"]),
        ("industry", ["C13", "F51"]),
        ("group", ["", "G1"]),
    ],
)
def test_each_grouping_adds_up_and_the_most_overdue_comes_first(portfolio, grouping, keys):
    found = ageing(by=make.CLERK, as_of=AS_OF, group_by=grouping)
    assert [line.key for line in found.groups] == keys
    assert sum(line.total for line in found.groups) == found.currencies["CNY"].total
    assert grouping in GROUPINGS


def test_drilling_down_gives_the_items_of_a_cell(portfolio):
    found = receivables.open_items(by=make.CLERK, as_of=AS_OF, bucket=2, narrow={"region": "广东"})
    assert [(item.number, item.open_minor, item.days) for item in found.rows] == [("I3", 700, 31)]
    nowhere = receivables.open_items(
        by=make.CLERK, as_of=AS_OF, bucket=receivables.NO_DUE_DATE, limit=1
    )
    assert ([item.number for item in nowhere.rows], nowhere.totals) == (["I4"], {"CNY": 900})


@pytest.mark.parametrize("basis", ["due", "issue"])
def test_the_items_of_every_cell_add_up_to_it(portfolio, basis):
    found = ageing(by=make.CLERK, as_of=AS_OF, basis=basis, edges=(30, 60)).currencies["CNY"]
    cells = [found.not_due, *found.buckets]
    for bucket, minor in enumerate(cells):
        items = receivables.open_items(
            by=make.CLERK, as_of=AS_OF, basis=basis, edges=(30, 60), bucket=bucket
        )
        assert items.totals.get("CNY", 0) == minor


def test_a_seller_sees_the_own_customers_only(portfolio, actor):
    from xinheng import access

    portfolio.roles = ["sales"]
    portfolio.save()
    seller = access.actor_of(portfolio)
    assert ageing(by=seller, as_of=AS_OF).currencies["CNY"].total == 14000
    assert receivables.open_items(by=seller, as_of=AS_OF).count == 2
    assert kpi.kpi(by=seller, as_of=AS_OF).indicators[0].inputs["receivable"] == 14000


def test_without_the_permission_there_is_nothing_to_see(portfolio, actor):
    nobody = actor(role="administrator")
    for question in (
        lambda: ageing(by=nobody, as_of=AS_OF),
        lambda: kpi.kpi(by=nobody, as_of=AS_OF),
        lambda: receivables.open_items(by=nobody, as_of=AS_OF),
    ):
        with pytest.raises(Refusal):
            question()


def arguments(**given):
    options = {
        "json": True, "as_of": AS_OF, "basis": "due", "by": None, "buckets": "30,60,90",
        "days": 90, "currency": None, "where": [],
    }  # fmt: skip
    return argparse.Namespace(**{**options, **given})


def test_the_ageing_command_speaks_the_contract(portfolio, capsys):
    assert ageing_command.run(arguments(by="customer")) == 0
    found = json.loads(capsys.readouterr().out)
    assert {"as_of", "basis", "currencies", "groups"} <= set(found)
    line = found["currencies"]["CNY"]
    assert (line["total"], line["not_due"], line["no_due_date"]) == ("156.00", "100.00", "9.00")
    assert line["unallocated"] == "0.05"
    assert line["buckets"][0] == {"label": "1-30", "from": 1, "to": 30, "amount": "40.00"}
    assert line["buckets"][3] == {"label": ">90", "from": 91, "to": None, "amount": "0.00"}
    assert [group["key"] for group in found["groups"]] == ["P1", "P2"]


def test_the_ageing_command_draws_a_table(portfolio, capsys):
    assert ageing_command.run(arguments(json=False, by="owner")) == 0
    printed = capsys.readouterr().out
    assert "156.00" in printed and "张三" in printed


def test_buckets_that_make_no_sense_are_refused(portfolio):
    with pytest.raises(BucketsUnreadable):
        ageing_command.run(arguments(buckets="60,30"))


def test_the_kpi_command_shows_each_figure_with_formula_and_inputs(portfolio, capsys):
    assert kpi_command.run(arguments()) == 0
    found = json.loads(capsys.readouterr().out)
    names = {
        "dso_simple", "dso_countback", "best_possible_dso", "average_days_delinquent", "cei",
        "turnover", "overdue_rate",
    }  # fmt: skip
    assert names <= set(found)
    for name in names:
        assert {"value", "unit", "formula", "inputs"} <= set(found[name])
    # 90 days end on 31 March and begin on 1 January: all four invoices are sales of the period.
    assert found["dso_simple"]["inputs"] == {
        "receivable": "156.00", "sales": "156.00", "days": 90,
    }  # fmt: skip
    assert float(found["dso_simple"]["value"]) == 90
    assert float(found["overdue_rate"]["value"]) == pytest.approx(47 / 156, abs=1e-4)
    assert found["best_possible_dso"]["inputs"]["not_due"] == "109.00"


def test_an_empty_portfolio_has_no_figures_but_says_so(db, capsys):
    assert kpi_command.run(arguments()) == 0
    assert json.loads(capsys.readouterr().out)["dso_simple"]["value"] is None


def test_sales_leave_out_what_was_void_by_the_day_and_what_was_credited(db):
    buyer = make.customer()
    make.invoice("A", buyer, 1000, date(2026, 3, 1))
    make.invoice("B", buyer, 500, date(2026, 3, 1), status="void", voided_date=date(2026, 3, 2))
    make.invoice("C", buyer, 300, date(2026, 3, 1), status="void", voided_date=date(2026, 4, 2))
    make.credit_note("N", buyer, 100, date(2026, 3, 5))
    simple = kpi.kpi(by=make.CLERK, as_of=AS_OF, days=31).indicators[0]
    assert simple.inputs == {"receivable": 1200, "sales": 1200, "days": 31}


def test_figures_hold_the_same_ageing(portfolio):
    found = kpi.kpi(by=make.CLERK, as_of=AS_OF).aged
    told = ageing(by=make.CLERK, as_of=AS_OF)
    assert found == told


def test_a_page_of_groups_is_cut_from_all_of_them(portfolio):
    whole = ageing(by=make.CLERK, as_of=AS_OF, group_by="customer")
    pages = [
        ageing(by=make.CLERK, as_of=AS_OF, group_by="customer", limit=1, offset=at)
        for at in range(3)
    ]
    assert tuple(line for page in pages for line in page.groups) == whole.groups
    assert all(page.currencies == whole.currencies for page in pages)
    assert pages[0].counts == {"CNY": 2}


def test_narrowing_goes_down_group_by_group(portfolio):
    found = ageing(
        by=make.CLERK,
        as_of=AS_OF,
        group_by="customer",
        narrow={"department": "N", "owner": "zhang"},
    )
    assert [line.key for line in found.groups] == ["P1"]
    assert found.currencies["CNY"].total == 14000
    for key, value in (("owner", "zhang"), ("department", "N"), ("region", "北京")):
        items = receivables.open_items(by=make.CLERK, as_of=AS_OF, narrow={key: value})
        assert items.totals == {"CNY": 14000}, key
    nobody = ageing(by=make.CLERK, as_of=AS_OF, narrow={"owner": ""})
    assert nobody.currencies["CNY"].total == 1600
