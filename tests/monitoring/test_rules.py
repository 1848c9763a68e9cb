"""The rule of a warning: every edge ±1, hysteresis, several signs together, an alert's life."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.monitoring.shipped import INTEGERS, QUIET, indicator, parts, shipped
from xinheng.monitoring import rules
from xinheng.monitoring.indicators import COMBINED
from xinheng.monitoring.rules import Alert

# 预警指标默认阈值（黄/橙/红）: the published or customary edges the shipped definition must carry.
# Each row: indicator, factor, which side is worse, yellow, orange, red.
DEFAULTS = [
    ("overdue_days", "f_dpd_max", "higher", 7, 15, 30),
    ("overdue_share", "f_overdue_share", "higher", 0.1, 0.2, 0.3),
    ("severe_overdue", "f_severe_overdue_share", "higher", 0.02, 0.05, 0.1),
    ("slower_payment", "f_delay_trend", "higher", 5, 10, 20),
    ("dso_worse", "f_dso_to_usual", "higher", 1.2, 1.35, 1.5),
    ("dispute_share", "f_disputed_share", "higher", 0.05, 0.1, 0.2),
    ("concentration", "ar_share", "higher", 0.1, 0.2, 0.3),
    ("limit_use", "limit_use", "higher", 0.8, 0.9, 1),
    ("sales_surge", "f_sales_to_usual", "higher", 1.5, 2, 3),
    ("sales_drop", "f_sales_to_usual", "lower", 0.6, 0.4, 0.2),
    ("sales_drop", "f_sale_gap", "higher", 3, None, None),
    ("grade_drop", "grade_drop", "higher", 1, 2, 3),
    ("lawsuits", "f_claims_6m_to_equity", "higher", 0.01, 0.05, 0.1),
    ("lawsuits", "f_lawsuits_6m", "higher", 2, 5, 10),
    ("court_lists", "f_dishonest_debtor", "higher", None, None, 1),
    ("court_lists", "f_bankruptcy", "higher", None, None, 1),
    ("court_lists", "f_enforcements_24m", "higher", None, 1, None),
    ("registry", "f_equity_freezes_12m", "higher", None, 1, None),
    ("registry", "f_registry_12m", "higher", 1, None, None),
    ("registry", "f_penalties_24m", "higher", 1, None, None),
    ("bills_overdue", "f_bills_overdue_6m", "higher", 1, 3, None),
    ("financial", "f_altman_z", "lower", 2.6, 1.1, None),
    ("financial", "f_debt_ratio", "higher", 0.7, 0.8, 0.9),
]


def test_the_shipped_edges_are_the_documented_ones():
    found = [
        (one.code, part.of, part.worse, part.thresholds.yellow, part.thresholds.orange,
         part.thresholds.red)
        for one, part in parts()
    ]  # fmt: skip
    assert found == DEFAULTS
    assert set(shipped().codes()) == set(QUIET)


@pytest.mark.parametrize("row", DEFAULTS, ids=lambda row: f"{row[0]}-{row[1]}")
def test_each_level_begins_at_its_edge_and_not_one_step_before(row):
    code, factor, worse, *edges = row
    step = 1 if factor in INTEGERS else 1e-6
    back = -step if worse == "higher" else step
    below = 0
    for level, edge in enumerate(edges, start=1):
        if edge is None:
            continue
        at = rules.finding(indicator(code), {**QUIET, factor: edge}, 0)
        assert (at.level, at.value, at.threshold) == (level, edge, edge)
        beyond = rules.finding(indicator(code), {**QUIET, factor: edge - back}, 0)
        assert beyond.level >= level
        before = rules.finding(indicator(code), {**QUIET, factor: edge + back}, 0)
        assert before.level == below, (factor, edge)
        below = level


def test_nothing_fires_where_all_is_well_or_nothing_is_known():
    for values in (QUIET, dict.fromkeys(QUIET)):
        assert all(not one.level for one in rules.findings(shipped(), values, {}).values())


def test_a_level_is_left_only_behind_its_hysteresis():
    share = indicator("overdue_share")
    level = [
        rules.finding(share, {**QUIET, "f_overdue_share": value}, before).level
        for value, before in [(0.2, 0), (0.19, 2), (0.18, 2), (0.1799, 2), (0.085, 1), (0.079, 1)]
    ]
    assert level == [2, 2, 2, 1, 1, 0]


def test_a_value_that_is_gone_clears_at_once():
    days = indicator("overdue_days")
    assert rules.finding(days, {**QUIET, "f_dpd_max": None}, 3).level == 0


def test_the_worst_of_several_lists_decides_and_is_shown():
    hits = {**QUIET, "f_enforcements_24m": 4, "f_dishonest_debtor": 1}
    found = rules.finding(indicator("court_lists"), hits, 0)
    assert (found.level, found.part, found.value, found.threshold) == (3, 0, 1, 1)
    only = rules.finding(indicator("court_lists"), {**hits, "f_dishonest_debtor": 0}, 0)
    assert (only.level, only.part, only.value) == (2, 2, 4)


def test_trade_of_a_customer_we_hardly_know_says_nothing():
    new = {**QUIET, "f_months_active": 3, "f_sales_to_usual": 9.0, "f_sale_gap": 9.0}
    assert rules.finding(indicator("sales_surge"), new, 0).level == 0
    assert rules.finding(indicator("sales_drop"), new, 0).level == 0
    known = {**new, "f_months_active": 4}
    assert rules.finding(indicator("sales_surge"), known, 0).level == 3


@pytest.mark.parametrize(
    ("values", "level"),
    [
        # 周转天数恶化: +20/+35/+50% against the usual of twelve months, and at least 7 days.
        ({"f_dso_to_usual": 1.5, "f_dso_change": 7.0}, 3),
        ({"f_dso_to_usual": 1.5, "f_dso_change": 6.999}, 0),
        ({"f_dso_to_usual": 9.0, "f_dso_change": None}, 0),
        ({"f_dso_to_usual": 9.0, "f_months_active": 3}, 0),
    ],
)
def test_days_outstanding_grow_by_a_share_and_by_days(values, level):
    assert rules.finding(indicator("dso_worse"), {**QUIET, **values}, 0).level == level


@pytest.mark.parametrize(("debtors", "level"), [(9, 0), (10, 3), (11, 3), (None, 0)])
def test_a_share_of_few_is_no_concentration(debtors, level):
    found = rules.finding(indicator("concentration"), {**QUIET, "ar_share": 0.9,
                                                       "debtors": debtors}, 0)  # fmt: skip
    assert found.level == level


def test_two_yellow_signs_of_different_groups_are_orange_together():
    late, used = {"f_dpd_max": 7}, {"limit_use": 0.8}
    share = {"f_overdue_share": 0.1}

    def together(values):
        return rules.findings(shipped(), {**QUIET, **values}, {})[COMBINED].level

    assert together(late) == 0
    assert together({**late, **share}) == 0, "two signs of one group are one opinion"
    assert together({**late, **used}) == rules.ORANGE
    assert together({**late, "limit_use": 0.9}) == 0, "an orange one speaks for itself"


numbers = st.none() | st.floats(-5, 60) | st.integers(-5, 60)


@settings(deadline=None, max_examples=60)
@given(value=numbers, before=st.integers(0, 3))
@pytest.mark.parametrize("code", ["overdue_days", "sales_drop", "financial", "limit_use"])
def test_asking_again_changes_nothing(code, value, before):
    one = indicator(code)
    values = {**QUIET, **dict.fromkeys(one.parts[0].codes(), value)}
    first = rules.finding(one, values, before).level
    assert rules.finding(one, values, first).level == first


# --- the life of one alert ----------------------------------------------------------------------

DAY = date(2026, 5, 1)


def later(days):
    return DAY + timedelta(days=days)


def test_an_alert_opens_rises_falls_and_clears():
    step = rules.step(None, 1, DAY)
    assert (step.action, step.after.state) == ("opened", "open")
    step = rules.step(step.after, 3, DAY)
    assert (step.action, step.after.level) == ("raised", 3)
    step = rules.step(step.after, 2, DAY)
    assert step.action == "lowered"
    assert rules.step(step.after, 2, DAY) is None
    step = rules.step(step.after, 0, DAY)
    assert (step.action, step.after.state) == ("cleared", "closed")
    assert rules.step(step.after, 0, DAY) is None
    assert rules.step(step.after, 1, DAY).action == "reopened"


def test_a_closed_alert_is_quiet_for_its_days_unless_it_gets_worse():
    closed = Alert("closed", 1, quiet_until=later(7), quiet_level=1)
    assert rules.step(closed, 1, later(6)) is None
    assert rules.step(closed, 1, later(7)).action == "reopened"
    assert rules.step(closed, 2, later(1)).action == "reopened"
    cleared = rules.step(closed, 0, later(1))
    assert cleared.action == "cleared"
    again = rules.step(cleared.after, 1, later(2))
    assert (again.action, again.after.state) == ("raised", "closed"), "still quiet"
    assert rules.step(again.after, 1, later(7)).action == "reopened"


def test_a_snoozed_alert_wakes_on_its_day_or_when_it_gets_worse():
    snoozed = Alert("snoozed", 2, True, quiet_until=later(5), quiet_level=2)
    assert rules.step(snoozed, 2, later(4)) is None
    woken = rules.step(snoozed, 2, later(5))
    assert (woken.action, woken.after.state) == ("woken", "assigned")
    assert rules.step(snoozed, 3, later(1)).action == "woken"
    fell = rules.step(snoozed, 1, later(1))
    assert (fell.action, fell.after.state) == ("lowered", "snoozed")
    assert rules.step(snoozed, 0, later(1)).after.state == "closed"
