"""Distress models against published or recomputed figures; every model says when it has none."""

import pytest

from xinheng.factors import rules
from xinheng.factors.rules import NotComputable

# S1, a small statement recomputed by hand for all models (amounts in thousands).
S1 = {
    "total_assets": 1000, "current_assets": 500, "inventory": 180, "current_liabilities": 300,
    "total_liabilities": 550, "equity": 450, "retained_earnings": 200, "ebit": 120, "sales": 1500,
    "profit_before_tax": 110, "interest_expense": 10, "depreciation": 30, "amortisation": 5,
    "intangible_assets": 20, "market_equity": 800,
}  # fmt: skip


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (rules.altman_z, 3.287227),  # Altman 1968
        (rules.altman_z_private, 2.526276),  # Altman 1983, Z'
        (rules.altman_z_service, 3.629491),  # Altman, Hartzell & Peck 1995, Z''
        (rules.em_score, 6.879491),
        (rules.bathory, 3.548485),  # 巴萨利模型
    ],
)
def test_models_give_their_published_form(model, expected):
    assert model(S1) == pytest.approx(expected, abs=5e-7)


def test_working_assets_give_index_share_and_line():
    """营运资产分析模型: E 0.844444 allows 20 % of (200 + 450) / 2."""
    found = rules.working_assets(S1)
    assert found.index == pytest.approx(0.844444, abs=5e-7)
    assert (found.share, found.line_minor) == (200, 65)


@pytest.mark.parametrize(
    ("index", "share"),
    [
        (-9.0, 0), (-4.6, 0), (-4.59, 25), (-3.9, 25), (-3.2, 50), (-2.5, 75), (-1.8, 100),
        (-1.1, 125), (-0.4, 150), (-0.39, 175), (0.3, 175), (0.31, 200), (0.8, 200), (0.99, 200),
        (1.0, 250), (7.0, 250),
    ],
)  # fmt: skip
def test_the_share_of_working_assets_follows_its_table(index, share):
    assert rules.working_assets_share(index) == share


def test_a_missing_item_is_named_and_never_zero():
    given = {name: value for name, value in S1.items() if name != "retained_earnings"}
    assert rules.altman_z_service(given) == NotComputable(missing=("retained_earnings",))
    assert rules.em_score({}) == NotComputable(
        missing=("working_capital", "total_assets", "retained_earnings", "ebit", "equity",
                 "total_liabilities")
    )  # fmt: skip


def test_what_adds_up_is_derived():
    """EBIT = 利润总额 + 利息支出; equity = assets - liabilities."""
    given = {name: value for name, value in S1.items() if name not in ("ebit", "equity")}
    assert rules.altman_z_service(given) == rules.altman_z_service(S1)


def test_a_base_that_is_not_positive_is_named():
    negative = {**S1, "equity": -50, "total_liabilities": 1050}
    assert rules.working_assets(negative) == NotComputable(not_positive=("equity",))
    assert isinstance(rules.altman_z_service(negative), float), "negative equity is a fact there"
    no_capital = {**S1, "current_liabilities": 500}
    assert rules.bathory(no_capital) == NotComputable(not_positive=("working_capital",))


def test_flows_of_half_a_year_count_twice():
    half = {**S1, "ebit": 60, "sales": 750}
    assert rules.altman_z_private(half, months=6) == pytest.approx(rules.altman_z_private(S1))


@pytest.mark.parametrize(
    ("name", "score", "zone"),
    [
        ("altman_z", 3.0, "safe"), ("altman_z", 2.99, "grey"), ("altman_z", 1.8, "distress"),
        ("altman_z_private", 1.23, "grey"), ("altman_z_service", 2.61, "safe"),
        ("em_score", 4.34, "distress"), ("em_score", 5.86, "safe"),
    ],
)  # fmt: skip
def test_zones_are_open_at_their_edges(name, score, zone):
    assert rules.zone(name, score) == zone


@pytest.mark.parametrize(
    ("title", "is_adverse"),
    [
        ("甲公司被列入失信被执行人名单", True),
        ("甲公司商业承兑汇票逾期未兑付", True),
        ("甲公司被移出失信被执行人名单", False),
        ("甲公司澄清：不存在债务违约", False),
        ("甲公司中标城市轨道项目", False),
        ("", False),
    ],
)
def test_headlines_report_harm_unless_it_is_over(title, is_adverse):
    assert rules.is_adverse(title) is is_adverse
