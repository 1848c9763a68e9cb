"""口碑与舆情: who sues the customer, for how much, what the trade and the press report."""

from typing import Any

from xinheng.factors import primitives as p
from xinheng.factors.factor import LOWER, Factor
from xinheng.factors.sources import Measures
from xinheng.factors.statements import item


def _claims_to_equity(row: Measures) -> Any:
    alike = (row.claims_currency_first == row.statement_currency) & (
        row.claims_currency_last == row.statement_currency
    )
    claims = p.only(alike | (row.claims_365 == 0), row.claims_365)
    return p.div_positive(claims, item(row, "equity"))


def _reputation(code: str, zh: str, en: str, unit: str, *rest: Any) -> Factor:
    return Factor(code, zh, en, unit, LOWER, "reputation", "events", *rest)


FACTORS = (
    _reputation(
        "f_lawsuits_12m", "被诉次数", "Lawsuits as defendant", "count",
        "近 365 天作为被告的诉讼数", "lawsuits as defendant in the last 365 days",
        lambda row: row.lawsuits_365,
    ),
    _reputation(
        "f_claims_to_equity", "涉诉金额占净资产", "Claims to equity", "share",
        "近 365 天被诉与被执行金额 ÷ 净资产",
        "amounts claimed in lawsuits and enforcements of the last 365 days / equity",
        _claims_to_equity,
    ),
    _reputation(
        "f_bills_overdue_12m", "票据逾期次数", "Bills overdue", "count",
        "近 365 天票据逾期事件数", "bills reported overdue in the last 365 days",
        lambda row: row.bills_overdue_365,
    ),
    _reputation(
        "f_adverse_news_12m", "负面新闻条数", "Adverse news", "count",
        "近 365 天标题含不利事项且未同时澄清或了结的新闻数",
        "news of the last 365 days whose title reports harm that is neither denied nor over",
        lambda row: row.adverse_news_365,
    ),
)  # fmt: skip
