"""外部报告: what courts and the company registry have on record."""

from collections.abc import Callable
from typing import Any

from xinheng.factors.factor import LOWER, Factor
from xinheng.factors.sources import Measures


def _external(
    code: str, zh: str, en: str, formula_zh: str, formula_en: str, value: Callable[[Measures], Any]
) -> Factor:
    return Factor(code, zh, en, "count", LOWER, "external", "events", formula_zh, formula_en, value)


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
)  # fmt: skip
