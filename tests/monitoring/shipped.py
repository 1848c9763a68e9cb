"""The shipped indicators, and values of one customer about whom there is nothing to say."""

from functools import cache
from pathlib import Path

from xinheng.definitions import rules as definitions
from xinheng.monitoring.indicators import Indicators

FILE = Path(__file__).resolve().parents[2] / "xinheng/monitoring/shipped/indicators.default.yaml"


@cache
def shipped() -> Indicators:
    return Indicators.model_validate(definitions.from_yaml(FILE.read_text("utf-8")).content)


def indicator(code):
    return next(one for one in shipped().indicators if one.code == code)


# Every value in the middle of what is fine: no indicator speaks.
QUIET = {
    "f_dpd_max": 0, "f_overdue_share": 0.0, "f_severe_overdue_share": 0.0, "f_delay_trend": 0.0,
    "f_dso_to_usual": 1.0, "f_dso_change": 20.0, "f_disputed_share": 0.0, "ar_share": 0.05,
    "debtors": 40, "limit_use": 0.4, "f_sales_to_usual": 1.0, "f_months_active": 12,
    "f_sale_gap": 0.5,
    "grade_drop": 0, "f_claims_6m_to_equity": 0.0, "f_lawsuits_6m": 0, "f_dishonest_debtor": 0,
    "f_bankruptcy": 0, "f_enforcements_24m": 0, "f_equity_freezes_12m": 0, "f_registry_12m": 0,
    "f_penalties_24m": 0, "f_bills_overdue_6m": 0, "f_altman_z": 5.0, "f_debt_ratio": 0.4,
}  # fmt: skip
INTEGERS = {
    "f_dpd_max", "debtors", "f_months_active", "grade_drop", "f_lawsuits_6m", "f_dishonest_debtor",
    "f_bankruptcy", "f_enforcements_24m", "f_equity_freezes_12m", "f_registry_12m",
    "f_penalties_24m", "f_bills_overdue_6m",
}  # fmt: skip


def parts():
    """Yield (indicator, part) of the shipped ones."""
    for one in shipped().indicators:
        for part in one.parts:
            yield one, part
