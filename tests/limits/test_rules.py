"""The policy for one customer: tiers, bounds, the binding one, terms, review date."""

from datetime import date

import pytest

from tests.limits import policies
from xinheng.factors import rules as models
from xinheng.limits import rules

AS_OF = date(2026, 3, 31)
CNY = 100


def propose(policy=None, **facts):
    policy = policy or policies.small()
    return rules.propose(policy, policies.facts(**facts), policies.amounts(policy), AS_OF)


def test_need_is_purchases_times_terms_and_usual_delay_times_peak():
    # Sales-based limit: 3,650,000 / 365 × (60 + 10) × 1.2 = 840,000.
    tier = policies.small().tiers[0]
    need = rules.need_of(policies.small(), tier, policies.facts(annual_sales_minor=3_650_000 * CNY))
    assert need == 840_000 * CNY


def test_the_working_assets_line_is_the_capacity_where_a_statement_allows_one():
    # 营运资产分析模型, statement S1: WA (200 + 450) / 2 = 325, E 0.844444 → 20 % → line 65.0.
    items = {
        "current_assets": 500_00,
        "current_liabilities": 300_00,
        "inventory": 180_00,
        "total_liabilities": 550_00,
        "equity": 450_00,
    }
    line = models.working_assets(items)
    assert (round(line.index, 6), line.line_minor) == (0.844444, 65_00)
    facts = policies.facts(working_assets_line_minor=line.line_minor)
    assert rules.capacity_of(policies.small(), facts) == ("working_assets", 65_00)


def test_the_least_bound_is_the_limit_and_gives_its_name():
    # need 3,650,000/365 × 70 × 1.2 = 840,000 is below 10 % of equity × 1.2 and below the caps
    found = propose()
    assert (found.tier, found.limit_minor, found.binding) == ("A", 840_000 * CNY, "need")
    assert [(bound.code, bound.minor) for bound in found.bounds] == [
        ("need", 840_000 * CNY),
        ("capacity_net_worth", 12_000_000 * CNY),
        ("single_name_cap", 2_000_000 * CNY),
        ("policy_cap", 1_000_000 * CNY),
    ]


@pytest.mark.parametrize(
    ("facts", "limit", "binding"),
    [
        ({"annual_sales_minor": 10**12}, 1_000_000, "policy_cap"),
        ({"annual_sales_minor": 10**12, "grade": "B"}, 2_000_000, "single_name_cap"),
        ({"equity_minor": 100_000_000}, 120_000, "capacity_net_worth"),
        ({"equity_minor": None}, 360_000, "capacity_trade"),
        ({"working_assets_line_minor": 15_000_000}, 180_000, "capacity_working_assets"),
    ],
)
def test_each_bound_can_bind(facts, limit, binding):
    found = propose(**facts)
    assert (found.limit_minor, found.binding) == (limit * CNY, binding)


def test_without_a_statement_the_fallback_is_so_many_days_of_purchases():
    # 3,650,000 a year, 30 days → 300,000; × 1.2 for grade A
    found = propose(equity_minor=None)
    assert found.bounds[1] == rules.Bound("capacity_trade", 360_000 * CNY)


def test_negative_equity_bears_nothing_and_is_not_passed_over():
    found = propose(equity_minor=-1)
    assert (found.limit_minor, found.binding) == (0, "capacity_net_worth")


def test_nobody_known_gets_nothing_and_pays_in_advance():
    found = propose(annual_sales_minor=0, equity_minor=None)
    assert (found.limit_minor, found.binding) == (0, "no_data")
    assert (found.terms, found.terms_days, found.deposit_percent) == ("prepay", 0, 0)
    unknown = propose(annual_sales_minor=None)
    assert (unknown.limit_minor, unknown.binding) == (0, "no_data")


def test_who_buys_nothing_needs_nothing():
    assert propose(annual_sales_minor=0).binding == "need"


@pytest.mark.parametrize(
    ("facts", "binding"),
    [({"grade": "D"}, "no_credit.grade"), ({"late": 91}, "no_credit.overdue")],
)
def test_a_reason_for_no_credit_comes_before_every_bound_and_keeps_them_visible(facts, binding):
    found = propose(**facts)
    assert (found.limit_minor, found.binding, found.terms) == (0, binding, "prepay")
    assert found.bounds[0].minor > 0


@pytest.mark.parametrize(
    ("facts", "tier"),
    [
        ({"grade": "A", "late": 30}, "A"),
        ({"grade": "A", "late": 31}, "B"),
        ({"grade": "A", "late": None}, "A"),
        ({"grade": "B"}, "B"),
        ({"grade": "C"}, "C"),
        ({"grade": "unheard of"}, "C"),
    ],
)
def test_the_first_tier_that_fits_is_taken(facts, tier):
    assert propose(**facts).tier == tier


def test_terms_deposit_and_review_date_come_from_the_tier():
    found = propose(grade="C")
    assert (found.terms, found.terms_days, found.deposit_percent) == ("net 15", 15, 30)
    assert found.review_due == date(2026, 6, 29)
    assert propose().review_due == date(2027, 3, 31)


def test_a_limit_is_floored_to_the_step_and_a_small_one_is_none():
    # 30 days of 365,000 × 1.2 = 36,000.00; one fen less than 36,000 gives 35,000
    assert propose(equity_minor=None, annual_sales_minor=36_500_000).limit_minor == 36_000 * CNY
    assert propose(equity_minor=None, annual_sales_minor=36_499_999).limit_minor == 35_000 * CNY
    small = propose(equity_minor=None, annual_sales_minor=10_000_000)
    assert (small.limit_minor, small.binding, small.terms) == (0, "capacity_trade", "prepay")


def test_delay_counts_in_whole_days_up_to_what_the_policy_calls_need():
    policy = policies.small()
    delays = (None, -3.0, 0.99, 10.5, 30.0, 400.0)
    assert [rules.delay_of(policy, delay) for delay in delays] == [0, 0, 0, 10, 30, 30]


def test_absurd_amounts_do_not_leave_64_bits():
    found = propose(annual_sales_minor=2**62, equity_minor=2**62)
    assert all(bound.minor < 2**63 for bound in found.bounds)
    assert found.binding == "policy_cap"


def test_caps_are_converted_once_and_steps_stay_round_in_the_customers_currency():
    policy = policies.small()
    dollars = policies.amounts(policy, "USD", "0.14")
    assert (dollars.cap_minor["A"], dollars.single_name_minor) == (140_000_00, 280_000_00)
    assert (dollars.step_minor, dollars.minimum_minor) == (1_000_00, 10_000_00)
    yen = policies.amounts(policy, "JPY", "20.5")
    assert (yen.cap_minor["A"], yen.step_minor) == (20_500_000, 1_000)


def test_without_a_rate_there_is_no_limit_and_the_reason_says_so():
    policy = policies.small()
    assert policies.amounts(policy, "USD") is None
    found = rules.propose(policy, policies.facts(), None, AS_OF)
    assert (found.limit_minor, found.binding) == (0, "no_rate")
