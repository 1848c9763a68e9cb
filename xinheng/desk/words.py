"""Names that the pages give to codes of the trade: one table per idea, Chinese first.

Texts are marked for translation where they are declared and translated where they are shown.
"""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

GRADES = ("AAA", "AA", "A", "BBB", "BB", "B", "CCC", "CC", "C", "D")
_RANKS = (1, 1, 2, 2, 3, 4, 5, 5, 6, 6)
TIERS = ("A", "B", "C")
TIER_COLOURS = {"A": "tier-a", "B": "tier-b", "C": "tier-c"}

SIZES = {"large": _("大型"), "medium": _("中型"), "small": _("小型"), "micro": _("微型")}

EVENT_KINDS = {
    "lawsuit": _("诉讼"),
    "enforcement": _("被执行"),
    "dishonest_debtor": _("失信被执行"),
    "consumption_limit": _("限制高消费"),
    "abnormal_operation": _("经营异常"),
    "penalty": _("行政处罚"),
    "tax_arrears": _("欠税"),
    "equity_freeze": _("股权冻结"),
    "equity_pledge": _("股权质押"),
    "bankruptcy": _("破产"),
    "bill_overdue": _("票据逾期"),
    "news": _("新闻"),
}

STATEMENT_ITEMS = {
    "total_assets": _("资产总计"),
    "current_assets": _("流动资产"),
    "inventory": _("存货"),
    "receivables": _("应收账款"),
    "cash": _("货币资金"),
    "intangible_assets": _("无形资产"),
    "current_liabilities": _("流动负债"),
    "total_liabilities": _("负债合计"),
    "equity": _("所有者权益"),
    "retained_earnings": _("留存收益"),
    "sales": _("营业收入"),
    "cost_of_sales": _("营业成本"),
    "gross_profit": _("毛利"),
    "ebit": _("息税前利润"),
    "interest_expense": _("利息支出"),
    "profit_before_tax": _("利润总额"),
    "net_profit": _("净利润"),
    "depreciation": _("折旧"),
    "amortisation": _("摊销"),
    "operating_cash_flow": _("经营活动现金流净额"),
}

SCREENS = {
    "desk:home": _("工作台"),
    "desk:customers": _("客户"),
    "desk:ageing": _("账龄分析"),
    "desk:open-items": _("应收明细"),
    "desk:reviews": _("信用评审"),
    "desk:imports": _("数据导入"),
}


def grade_rank(grade: str) -> int:
    """Return 1 (best) to 6 (worst): the colour a grade is shown in."""
    return _RANKS[GRADES.index(grade)] if grade in GRADES else 6


def grade_colour(grade: str) -> str:
    """Return the token of a grade's colour."""
    return f"grade-{grade_rank(grade)}"


def unit(currency: str) -> str:
    """Return the unit that heads a column of amounts."""
    return gettext("元") if currency == "CNY" else currency
