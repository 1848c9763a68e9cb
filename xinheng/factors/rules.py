"""Distress models and word lists as plain data and plain functions.

A model is a tuple of terms, weight × numerator / denominator. The functions here and the
expressions of `statements.py` read the same tuples, so they cannot drift apart. A model with a
missing input, or over a base that is not positive, answers `NotComputable` with its reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple


class Term(NamedTuple):
    """One summand; numerator and denominator name statement items or the `DERIVED` ones."""

    weight: float
    numerator: str
    denominator: str


class Zones(NamedTuple):
    """Above `safe` nothing stands out; below `distress` much does; grey between."""

    safe: float
    distress: float


@dataclass(frozen=True, slots=True)
class NotComputable:
    """Why a model has no result: inputs that are missing, or a base that is not above zero."""

    missing: tuple[str, ...] = ()
    not_positive: tuple[str, ...] = ()


Items = Mapping[str, int | None]

# item: (sign, other item) pairs that add up to it when the statement does not give it itself.
DERIVED: dict[str, tuple[tuple[int, str], ...]] = {
    "working_capital": ((1, "current_assets"), (-1, "current_liabilities")),
    "quick_assets": ((1, "current_assets"), (-1, "inventory")),
    "equity": ((1, "total_assets"), (-1, "total_liabilities")),
    "total_liabilities": ((1, "total_assets"), (-1, "equity")),
    # 利润总额 + 利息支出, the PRC form of EBIT.
    "ebit": ((1, "profit_before_tax"), (1, "interest_expense")),
    "tangible_equity": ((1, "equity"), (-1, "intangible_assets")),
    "cash_earnings": (
        (1, "profit_before_tax"),
        (1, "depreciation"),
        (1, "amortisation"),
        (1, "interest_expense"),
    ),
}

# Items measured over a period; all others are positions on its last day.
FLOWS = frozenset(
    {"sales", "cost_of_sales", "gross_profit", "ebit", "interest_expense", "profit_before_tax",
     "net_profit", "depreciation", "amortisation", "operating_cash_flow", "cash_earnings"}
)  # fmt: skip

# Altman 1968 (listed manufacturers), 1983 Z' (private), 1995 Z'' (non-manufacturers, emerging).
ALTMAN_Z = (
    Term(1.2, "working_capital", "total_assets"),
    Term(1.4, "retained_earnings", "total_assets"),
    Term(3.3, "ebit", "total_assets"),
    Term(0.6, "market_equity", "total_liabilities"),
    Term(0.999, "sales", "total_assets"),
)
ALTMAN_Z_PRIVATE = (
    Term(0.717, "working_capital", "total_assets"),
    Term(0.847, "retained_earnings", "total_assets"),
    Term(3.107, "ebit", "total_assets"),
    Term(0.420, "equity", "total_liabilities"),
    Term(0.998, "sales", "total_assets"),
)
ALTMAN_Z_SERVICE = (
    Term(6.56, "working_capital", "total_assets"),
    Term(3.26, "retained_earnings", "total_assets"),
    Term(6.72, "ebit", "total_assets"),
    Term(1.05, "equity", "total_liabilities"),
)
EM_CONSTANT = 3.25

ZONES = {
    "altman_z": Zones(2.99, 1.81),
    "altman_z_private": Zones(2.9, 1.23),
    "altman_z_service": Zones(2.6, 1.1),
    "em_score": Zones(2.6 + EM_CONSTANT, 1.1 + EM_CONSTANT),
}

# 巴萨利模型 (Bathory): the second term changes its meaning where working capital is not positive,
# so the model does not apply there.
BATHORY = (
    Term(1.0, "cash_earnings", "current_liabilities"),
    Term(1.0, "profit_before_tax", "working_capital"),
    Term(1.0, "equity", "current_liabilities"),
    Term(1.0, "tangible_equity", "total_liabilities"),
    Term(1.0, "working_capital", "total_assets"),
)

# 营运资产分析模型: the index E, and the share of working assets it allows, in thousandths.
WORKING_ASSETS = (
    Term(1.0, "current_assets", "current_liabilities"),
    Term(1.0, "quick_assets", "current_liabilities"),
    Term(-1.0, "current_liabilities", "equity"),
    Term(-1.0, "total_liabilities", "equity"),
)
# (greatest E, thousandths); above the last row FULL is allowed from E = 1, else the row before it.
WORKING_ASSETS_SHARES = (
    (-4.6, 0), (-3.9, 25), (-3.2, 50), (-2.5, 75), (-1.8, 100), (-1.1, 125), (-0.4, 150),
    (0.3, 175),
)  # fmt: skip
WORKING_ASSETS_NEARLY, WORKING_ASSETS_FULL = 200, (1.0, 250)


@dataclass(frozen=True, slots=True)
class WorkingAssets:
    """The index E, the share it allows in thousandths, and the credit line in minor units."""

    index: float
    share: int
    line_minor: int


def item(items: Items, name: str, months: int = 12) -> Fraction | None:
    """Return one item, a flow over 12 months; derived where the statement lacks it."""
    given = _given(items, name)
    if given is None:
        return None
    return Fraction(given * 12, months) if name in FLOWS else Fraction(given)


def _given(items: Items, name: str) -> int | None:
    value = items.get(name)
    if value is not None or name not in DERIVED:
        return value
    parts = [(sign, items.get(part)) for sign, part in DERIVED[name]]
    if name == "tangible_equity":
        parts[0] = (1, _given(items, "equity"))
    summed = 0
    for sign, part in parts:
        if part is None:
            return None
        summed += sign * part
    return summed


def model(terms: tuple[Term, ...], items: Items, months: int = 12) -> float | NotComputable:
    """Return the sum of the terms, or why there is none.

    items: minor units by name (`market_equity` beside the statement's items)
    """
    missing: list[str] = []
    not_positive: list[str] = []
    result = 0.0
    for weight, numerator, denominator in terms:
        above, below = item(items, numerator, months), item(items, denominator, months)
        missing += [name for name, it in ((numerator, above), (denominator, below)) if it is None]
        if above is None or below is None:
            continue
        if below <= 0:
            not_positive.append(denominator)
        else:
            result += weight * float(above / below)
    if missing or not_positive:
        return NotComputable(tuple(dict.fromkeys(missing)), tuple(dict.fromkeys(not_positive)))
    return result


def altman_z(items: Items, months: int = 12) -> float | NotComputable:
    """Return Altman's Z of 1968; needs `market_equity`, the market value of the shares."""
    return model(ALTMAN_Z, items, months)


def altman_z_private(items: Items, months: int = 12) -> float | NotComputable:
    """Return Altman's Z', with the book value of equity."""
    return model(ALTMAN_Z_PRIVATE, items, months)


def altman_z_service(items: Items, months: int = 12) -> float | NotComputable:
    """Return Altman's Z'', without the asset turnover that differs between industries."""
    return model(ALTMAN_Z_SERVICE, items, months)


def em_score(items: Items, months: int = 12) -> float | NotComputable:
    """Return Z'' moved by the constant that puts a defaulted firm near 0."""
    score = altman_z_service(items, months)
    return score if isinstance(score, NotComputable) else EM_CONSTANT + score


def bathory(items: Items, months: int = 12) -> float | NotComputable:
    """Return the 巴萨利 index; below 0 is bad. Not applicable without positive working capital."""
    return model(BATHORY, items, months)


def working_assets(items: Items) -> WorkingAssets | NotComputable:
    """Return the 营运资产 line: (working capital + equity) / 2, times the share that E allows.

    refuses: nothing; equity that is not above 0 is NotComputable and a matter for a person.
    source:  营运资产分析模型; the line is a reference value, to be adjusted to trade and policy
    """
    index = model(WORKING_ASSETS, items)
    capital, equity = _given(items, "working_capital"), _given(items, "equity")
    if isinstance(index, NotComputable):
        return index
    assert capital is not None and equity is not None, "the index needed both"
    share = working_assets_share(index)
    return WorkingAssets(index, share, max(0, (capital + equity) * share // 2000))


def working_assets_share(index: float) -> int:
    """Return the share of working assets, in thousandths, that the index E allows."""
    for greatest, share in WORKING_ASSETS_SHARES:
        if index <= greatest:
            return share
    least, full = WORKING_ASSETS_FULL
    return full if index >= least else WORKING_ASSETS_NEARLY


# --- news ---------------------------------------------------------------------------------------

# Phrases of Chinese headlines that report harm, by what they report; and the words that say it
# ended, was denied or hit somebody else. General sentiment is the wrong signal here.
ADVERSE_PHRASES = (
    "违约", "逾期", "失信", "被执行", "限制高消费", "限高", "破产", "重整", "清算", "资不抵债",
    "欠薪", "停产", "停工", "停业", "裁员", "欠税", "拖欠", "被诉", "被起诉", "立案", "调查",
    "处罚", "罚款", "警示函", "冻结", "查封", "评级下调", "下调评级", "亏损", "爆雷", "失联",
    "造假", "非标意见", "无法表示意见", "退市", "吊销", "事故", "污染", "召回",
)  # fmt: skip
CLOSING_PHRASES = (
    "移出", "撤销", "驳回", "解除", "撤诉", "不存在", "澄清", "扭亏", "解冻", "和解", "减亏",
    "恢复生产", "复产",
)  # fmt: skip


def is_adverse(title: str) -> bool:
    """Return whether a headline reports harm that has not ended in the same breath."""
    return any(phrase in title for phrase in ADVERSE_PHRASES) and not any(
        phrase in title for phrase in CLOSING_PHRASES
    )


def zone(name: str, score: float) -> str:
    """Return safe, grey or distress for a score of one of `ZONES`."""
    zones = ZONES[name]
    return "safe" if score > zones.safe else "distress" if score < zones.distress else "grey"
