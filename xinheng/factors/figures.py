"""Figures that policies, limits and result files need beside the factors.

Amounts owed are 0 for a customer that owes nothing; amounts of a statement are NULL without one,
and NULL where the statement is in another currency than the customer's.
"""

from typing import Any

from xinheng.factors import primitives as p
from xinheng.factors.dimensions.payment import dpd_max
from xinheng.factors.factor import Figure
from xinheng.factors.sources import Measures
from xinheng.factors.statements import in_currency, item, working_assets_line


def _owed(name: str) -> Any:
    return lambda row: p.coalesce(row[name], 0)


def _stated(name: str) -> Any:
    def value(row: Measures) -> Any:
        return in_currency(row, item(row, name))

    return value


FIGURES = (
    Figure("open_minor", "应收余额", "Receivable", "money", _owed("open_total")),
    Figure("overdue_minor", "逾期金额", "Overdue", "money", _owed("overdue_total")),
    Figure(
        "dpd_max", "最长逾期天数", "Longest overdue", "days",
        lambda row: p.coalesce(dpd_max(row), 0),
    ),
    Figure("sales_12m_minor", "近一年销售额", "Sales, 12 months", "money", _owed("sales_365")),
    Figure(
        "sales_91d_minor", "近 91 天销售额", "Sales, 91 days", "money", _owed("sales_quarter_0")
    ),
    Figure("equity_minor", "净资产", "Equity", "money", _stated("equity")),
    Figure(
        "working_capital_minor", "营运资本", "Working capital", "money", _stated("working_capital")
    ),
    Figure(
        "working_assets_line_minor", "营运资产测算额度", "Working assets line", "money",
        lambda row: in_currency(row, working_assets_line(row)),
    ),
    Figure("registered_capital_minor", "注册资本", "Registered capital", "money",
           lambda row: row.registered_capital_minor),
    Figure("industry", "行业", "Industry", "text", lambda row: row.industry),
    Figure("region", "地区", "Region", "text", lambda row: row.region),
    Figure("size", "规模", "Size", "text", lambda row: row.size),
)  # fmt: skip
