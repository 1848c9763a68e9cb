"""口碑与舆情: who sues the customer, what the press reports, how our own people appraise it."""

from collections.abc import Callable
from typing import Any

from xinheng.factors import primitives as p
from xinheng.factors.factor import HIGHER, LOWER, Factor
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


def _appraisal(
    code: str,
    zh: str,
    en: str,
    formula_zh: str,
    formula_en: str,
    value: Callable[[Measures], Any],
    *,
    reference: str,
) -> Factor:
    told = ("share", HIGHER, "reputation", "questionnaires", formula_zh, formula_en)
    return Factor(code, zh, en, *told, value, reference=reference)


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
    _appraisal(
        "f_five_c", "5C 得分", "Five C score",
        "730 天内最近一份 5C 问卷：Σ 权重 × 得分 ÷ Σ 权重 × 满分（只计有信息的题目）",
        "latest five C form within 730 days: sum of weight x points / sum of weight x most points, "
        "over what is answered",
        lambda row: p.div_positive(row.five_c_earned, row.five_c_possible),
        reference="5C: character, capacity, capital, collateral, conditions",
    ),
    _appraisal(
        "f_features", "特征分析得分", "Characteristic analysis",
        "730 天内最近一份特征分析：Σ 权重 × 得分 ÷（10 × Σ 权重），只计有信息的特征，"
        "不足 12 项无分",
        "latest characteristic analysis within 730 days: sum of weight x points / (10 x sum of "
        "weight) over what is known; none with fewer than 12 items",
        lambda row: p.div_positive(row.features_earned, row.features_possible),
        reference="特征分析模型",
    ),
    _appraisal(
        "f_features_coverage", "特征分析信息覆盖率", "Characteristic analysis coverage",
        "730 天内最近一份特征分析：有信息特征的权重 ÷ 全部权重",
        "latest characteristic analysis within 730 days: weight of what is known / whole weight",
        lambda row: p.div_positive(row.features_weighed, row.features_weight),
        reference="特征分析模型",
    ),
)  # fmt: skip
