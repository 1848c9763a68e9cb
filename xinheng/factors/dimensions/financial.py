"""财务: what the latest statement (flows over twelve months) and own tax invoices say."""

from typing import Any

import ibis

from xinheng.factors import primitives as p
from xinheng.factors import rules
from xinheng.factors.factor import HIGHER, LOWER, Factor
from xinheng.factors.own_trade import CURRENCY
from xinheng.factors.sources import Measures
from xinheng.factors.statements import item, model, ratio

# Interest cover is a scale of comfort, not of size: beyond this it says nothing more.
COVER_LIMIT = 100.0


def _interest_cover(row: Measures) -> Any:
    ebit, interest = item(row, "ebit"), item(row, "interest_expense")
    free = (interest <= 0) & (ebit >= 0)
    cover = p.clip(p.div_positive(ebit, interest), -COVER_LIMIT, COVER_LIMIT)
    return ibis.cases((free, COVER_LIMIT), else_=cover)


def _sales_growth(row: Measures) -> Any:
    now = row.sales * row.months_year_before
    before = row.sales_year_before * row.statement_months
    return p.div_positive(now - before, before)


def _financial(
    code: str, zh: str, en: str, unit: str, better: str, *rest: Any, **more: Any
) -> Factor:
    return Factor(code, zh, en, unit, better, "financial", "statements", *rest, **more)


def _own_trend(row: Measures) -> Any:
    before = row.own_sales_half_2
    return p.div_positive(row.own_sales_half_0 - before, before)


def _own_trade(code: str, zh: str, en: str, unit: str, better: str, *rest: Any) -> Factor:
    return Factor(code, zh, en, unit, better, "financial", "tax_invoices", *rest)


FACTORS = (
    _financial(
        "f_debt_ratio", "资产负债率", "Debt ratio", "share", LOWER,
        "负债总额 ÷ 资产总额", "total liabilities / total assets",
        lambda row: ratio(row, "total_liabilities", "total_assets"),
    ),
    _financial(
        "f_current_ratio", "流动比率", "Current ratio", "times", HIGHER,
        "流动资产 ÷ 流动负债", "current assets / current liabilities",
        lambda row: ratio(row, "current_assets", "current_liabilities"),
    ),
    _financial(
        "f_quick_ratio", "速动比率", "Quick ratio", "times", HIGHER,
        "（流动资产 − 存货）÷ 流动负债", "(current assets - inventory) / current liabilities",
        lambda row: ratio(row, "quick_assets", "current_liabilities"),
    ),
    _financial(
        "f_net_margin", "销售净利率", "Net margin", "share", HIGHER,
        "净利润 ÷ 营业收入", "net profit / sales",
        lambda row: ratio(row, "net_profit", "sales"),
    ),
    _financial(
        "f_return_on_assets", "总资产净利率", "Return on assets", "share", HIGHER,
        "净利润（年化）÷ 资产总额", "net profit over twelve months / total assets",
        lambda row: ratio(row, "net_profit", "total_assets"),
    ),
    _financial(
        "f_interest_cover", "利息保障倍数", "Interest cover", "times", HIGHER,
        "息税前利润 ÷ 利息费用，限于 ±100；无利息且不亏损为 100",
        "EBIT / interest expense within ±100; 100 without interest and without a loss",
        _interest_cover,
    ),
    _financial(
        "f_cash_flow_cover", "现金流动负债比", "Cash flow cover", "times", HIGHER,
        "经营活动现金流净额（年化）÷ 流动负债",
        "operating cash flow over twelve months / current liabilities",
        lambda row: ratio(row, "operating_cash_flow", "current_liabilities"),
    ),
    _financial(
        "f_sales_growth", "营业收入增长率", "Sales growth", "share", HIGHER,
        "营业收入（年化）÷ 一年前同口径 − 1", "sales over twelve months / a year before - 1",
        _sales_growth,
    ),
    _financial(
        "f_altman_z", "Z'' 计分", "Altman Z''", "index", HIGHER,
        "6.56 营运资本/资产 + 3.26 留存收益/资产 + 6.72 息税前利润/资产 + 1.05 净资产/负债",
        "6.56 WC/TA + 3.26 RE/TA + 6.72 EBIT/TA + 1.05 BVE/TL",
        lambda row: model(row, rules.ALTMAN_Z_SERVICE),
        reference="Altman, Hartzell & Peck 1995",
    ),
    _financial(
        "f_working_assets", "营运资产评估值", "Working assets index", "index", HIGHER,
        "流动比率 + 速动比率 − 流动负债/净资产 − 负债总额/净资产",
        "current ratio + quick ratio - current liabilities/equity - liabilities/equity",
        lambda row: row.working_assets_index,
        reference="营运资产分析模型",
    ),
    _own_trade(
        "f_own_sales_12m", "开票销售额", "Own sales by tax invoices", "money", HIGHER,
        "客户近 365 天有效销项发票金额（红字抵减），人民币客户",
        "valid sales invoices of the customer, last 365 days, red letters taken off; customers "
        "in renminbi",
        lambda row: p.only(row.currency == CURRENCY, row.own_sales_365),
    ),
    _own_trade(
        "f_own_sales_trend", "开票销售趋势", "Own sales trend", "share", HIGHER,
        "客户近 182 天开票销售额 ÷ 上年同期（早 364 天）− 1",
        "own sales of the last 182 days / of the same days 364 days earlier - 1",
        _own_trend,
    ),
    _own_trade(
        "f_own_void_share", "开票作废率", "Own voided share", "share", LOWER,
        "客户近 365 天作废销项发票张数 ÷ 销项发票张数",
        "voided sales invoices / sales invoices of the customer, last 365 days",
        lambda row: p.div_positive(row.own_void_365, row.own_invoices_365),
    ),
    _own_trade(
        "f_own_red_share", "开票红字率", "Own red-letter share", "share", LOWER,
        "客户近 365 天有效销项红字金额 ÷ 蓝字金额",
        "red-letter amounts / positive amounts of valid sales invoices, last 365 days",
        lambda row: p.div_positive(-row.own_red_365, row.own_sold_365),
    ),
    _own_trade(
        "f_top_buyer_share", "第一大买方占比", "Largest buyer share", "share", LOWER,
        "近 365 天最大买方净开票额 ÷ 净额为正的买方合计（只计有名称的买方）",
        "net sales to the largest buyer / to all buyers with net sales, named ones, last 365 days",
        lambda row: p.div_positive(row.buyer_largest, row.buyer_total),
    ),
)  # fmt: skip
