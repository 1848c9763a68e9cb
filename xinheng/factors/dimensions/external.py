"""外部报告: what courts, the company registry and credit bureaus have on record."""

from collections.abc import Callable
from typing import Any

from xinheng.factors import primitives as p
from xinheng.factors.appraisals import MICRO
from xinheng.factors.factor import HIGHER, LOWER, Factor
from xinheng.factors.sources import Measures


def _external(
    code: str, zh: str, en: str, formula_zh: str, formula_en: str, value: Callable[[Measures], Any]
) -> Factor:
    return Factor(code, zh, en, "count", LOWER, "external", "events", formula_zh, formula_en, value)


def _bureau(code: str, zh: str, en: str, unit: str, better: str, *rest: Any) -> Factor:
    return Factor(code, zh, en, unit, better, "external", "bureau", *rest)


def _bureau_limit(row: Measures) -> Any:
    """Return the recommended limit where every report of the day is in the customer's currency."""
    alike = (row.bureau_currency_first == row.currency) & (row.bureau_currency_last == row.currency)
    return p.only(alike, row.bureau_limit)


FACTORS = (
    _external(
        "f_dishonest_debtor", "失信与限高", "Dishonest debtor lists",
        "近 730 天列入失信被执行人或限制高消费的次数",
        "listings as dishonest debtor or under consumption limits in the last 730 days",
        lambda row: row.dishonest_730,
    ),
    _external(
        "f_enforcements_24m", "被执行次数", "Enforcements",
        "近 730 天被执行案件数", "enforcement cases in the last 730 days",
        lambda row: row.enforcements_730,
    ),
    _external(
        "f_registry_12m", "经营异常与股权冻结", "Registry warnings",
        "近 365 天经营异常与股权冻结次数",
        "abnormal operation listings and equity freezes in the last 365 days",
        lambda row: row.registry_365,
    ),
    _external(
        "f_penalties_24m", "处罚与欠税", "Penalties and tax arrears",
        "近 730 天行政处罚与欠税公告次数",
        "administrative penalties and tax arrears notices in the last 730 days",
        lambda row: row.penalties_730,
    ),
    _external(
        "f_bankruptcy", "破产重整", "Insolvency",
        "近 1826 天破产、重整或清算事件数", "insolvency events in the last 1826 days",
        lambda row: row.bankruptcies_1826,
    ),
    _bureau(
        "f_bureau_score", "征信评分", "Bureau score", "index", HIGHER,
        "730 天内最近一日征信报告的评分，同日多份取最低",
        "score of the latest bureau report within 730 days, the lowest of one day",
        lambda row: p.div(row.bureau_score, MICRO),
    ),
    _bureau(
        "f_bureau_pd", "征信违约概率", "Bureau PD", "share", LOWER,
        "730 天内最近一日征信报告的违约概率，同日多份取最高",
        "probability of default in the latest bureau report within 730 days, the highest of one "
        "day",
        lambda row: p.div(row.bureau_pd, MICRO),
    ),
    _bureau(
        "f_bureau_limit", "征信建议额度", "Bureau limit", "money", HIGHER,
        "730 天内最近一日征信报告的建议额度，同日多份取最低，币种须与客户一致",
        "limit recommended by the latest bureau report within 730 days, the lowest of one day, in "
        "the customer's currency",
        _bureau_limit,
    ),
    _bureau(
        "f_bureau_age", "征信报告天数", "Days since bureau report", "days", LOWER,
        "截止日 − 730 天内最近一份征信报告的日期",
        "as-of date - date of the latest bureau report within 730 days",
        lambda row: p.days_between(row.as_of, row.bureau_date),
    ),
)  # fmt: skip
