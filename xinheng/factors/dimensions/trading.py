"""交易: how much we sell to the customer, how steadily, and how much of it comes back."""

from typing import Any

from xinheng.factors import primitives as p
from xinheng.factors.factor import HIGHER, LOWER, Factor
from xinheng.factors.sources import Measures
from xinheng.factors.trade import QUARTERS


def _trend(row: Measures) -> Any:
    before = row.sales_quarter_last_year
    return p.div_positive(row.sales_quarter_0 - before, before)


def _volatility(row: Measures) -> Any:
    return p.spread([row[name] for name in QUARTERS], row.quarter_mean)


def _trading(code: str, zh: str, en: str, unit: str, better: str, *rest: Any) -> Factor:
    return Factor(code, zh, en, unit, better, "trading", "invoices", *rest)


FACTORS = (
    _trading(
        "f_sales_12m", "近一年销售额", "Sales, 12 months", "money", HIGHER,
        "近 365 天发票金额合计", "sum of invoices issued in the last 365 days",
        lambda row: row.sales_365,
    ),
    _trading(
        "f_sales_trend", "销售趋势", "Sales trend", "share", HIGHER,
        "近 91 天销售额 ÷ 上年同期（早 364 天）− 1",
        "sales of the last 91 days / of the same days 364 days earlier - 1",
        _trend,
    ),
    _trading(
        "f_sales_volatility", "销售波动", "Sales volatility", "times", LOWER,
        "近四个 91 天销售额的标准差 ÷ 均值",
        "standard deviation / mean of the sales of the last four 91-day windows",
        _volatility,
    ),
    _trading(
        "f_largest_invoice_share", "最大单笔占比", "Largest invoice share", "share", LOWER,
        "近 365 天最大一张发票 ÷ 同期销售额",
        "largest invoice of the last 365 days / sales of these days",
        lambda row: p.div_positive(row.largest_365, row.sales_365),
    ),
    _trading(
        "f_credit_note_share", "退货折让率", "Credit note share", "share", LOWER,
        "近 365 天红字金额 ÷ 同期销售额",
        "credit notes of the last 365 days / sales of these days",
        lambda row: p.div_positive(row.credit_notes_365, row.sales_365),
    ),
    _trading(
        "f_void_share", "作废率", "Voided share", "share", LOWER,
        "近 365 天作废发票张数 ÷（有效 + 作废张数）",
        "invoices voided in the last 365 days / those issued and standing plus those voided",
        lambda row: p.div_positive(
            p.coalesce(row.voided_365, 0),
            p.coalesce(row.invoices_365, 0) + p.coalesce(row.voided_365, 0),
        ),
    ),
)  # fmt: skip
