"""预警: factors that tell a change early; scorecards may use them like any other."""

from typing import Any

from xinheng.factors import primitives as p
from xinheng.factors.factor import HIGHER, LOWER, Factor
from xinheng.factors.sources import Measures
from xinheng.factors.statements import item
from xinheng.factors.trade import QUARTERS


def _against_usual(row: Measures) -> Any:
    """Return the newest quarter over the median of the three before it."""
    return p.div_positive(row[QUARTERS[0]], _median([row[name] for name in QUARTERS[1:]]))


def _median(parts: list[Any]) -> Any:
    """Return the middle one of three values, missing where one is."""
    first, second, third = parts
    low, high = p.smaller(first, second), p.larger(first, second)
    return p.only(p.known(*parts), p.larger(low, p.smaller(high, third)))


def _usual_days(row: Measures) -> Any:
    return _median([row[f"dso_quarter_{count}"] for count in (1, 2, 3)])


def _days_to_usual(row: Measures) -> Any:
    return p.div_positive(row.dso_quarter_0, _usual_days(row))


def _gap(row: Measures) -> Any:
    silent = p.days_between(row.as_of, row.last_invoice)
    return p.div(silent * p.bits_set(row.months_seen, 12), 360)


def _claims_to_equity(row: Measures) -> Any:
    alike = (row.claims_180_currency_first == row.statement_currency) & (
        row.claims_180_currency_last == row.statement_currency
    )
    claims = p.only(alike | (row.claims_180 == 0), row.claims_180)
    return p.div_positive(claims, item(row, "equity"))


FACTORS = (
    Factor(
        "f_sales_to_usual", "近季交易额与常态之比", "Sales against the usual", "times", HIGHER,
        "trading", "invoices",
        "近 91 天销售额 ÷ 此前三个 91 天销售额的中位数",
        "sales of the last 91 days / median of the three 91-day windows before",
        _against_usual,
    ),
    Factor(
        "f_sale_gap", "停单间隔倍数", "Silence against the usual", "times", LOWER,
        "trading", "invoices",
        "距上次交易天数 ÷（360 ÷ 近十二个 30 天窗口的活跃窗口数）",
        "days since the last invoice / (360 / windows with an invoice among the last twelve "
        "30-day windows)",
        _gap,
    ),
    Factor(
        "f_dso", "应收周转天数（近季）", "Days sales outstanding, quarter", "mean_days", LOWER,
        "payment", "invoices",
        "应收余额 ÷ 近 91 天销售额 × 91", "receivable / sales of the last 91 days × 91",
        lambda row: row.dso_quarter_0,
    ),
    Factor(
        "f_dso_to_usual", "应收周转天数与常态之比", "Days outstanding against the usual", "times",
        LOWER, "payment", "invoices",
        "近季应收周转天数 ÷ 此前三个季末的中位数",
        "days sales outstanding / median of those at the ends of the three quarters before",
        _days_to_usual,
    ),
    Factor(
        "f_dso_change", "应收周转天数较常态的变化", "Days outstanding beyond the usual",
        "mean_days", LOWER, "payment", "invoices",
        "近季应收周转天数 − 此前三个季末的中位数",
        "days sales outstanding − median of those at the ends of the three quarters before",
        lambda row: row.dso_quarter_0 - _usual_days(row),
    ),
    Factor(
        "f_lawsuits_6m", "近半年被诉次数", "Lawsuits, 6 months", "count", LOWER,
        "reputation", "events",
        "近 180 天作为被告的诉讼数", "lawsuits as defendant in the last 180 days",
        lambda row: row.lawsuits_180,
    ),
    Factor(
        "f_claims_6m_to_equity", "近半年涉诉金额占净资产", "Claims to equity, 6 months", "share",
        LOWER, "reputation", "events",
        "近 180 天被诉与被执行金额 ÷ 净资产",
        "amounts claimed in lawsuits and enforcements of the last 180 days / equity",
        _claims_to_equity,
    ),
    Factor(
        "f_bills_overdue_6m", "近半年票据逾期次数", "Bills overdue, 6 months", "count", LOWER,
        "reputation", "events",
        "近 182 天票据逾期事件数", "bills reported overdue in the last 182 days",
        lambda row: row.bills_overdue_182,
    ),
    Factor(
        "f_equity_freezes_12m", "股权冻结次数", "Equity freezes", "count", LOWER,
        "external", "events",
        "近 365 天股权冻结次数", "equity freezes in the last 365 days",
        lambda row: row.freezes_365,
    ),
)  # fmt: skip
