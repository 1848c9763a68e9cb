"""Names that the pages give to codes of the trade: one table per idea, Chinese first.

Texts are marked for translation where they are declared and translated where they are shown.
"""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# Grades of the shipped card, best first, with the rank whose colour they are shown in.
GRADES = ("AAA", "AA", "A", "BBB", "BB", "B", "C", "D", "NR")
_RANKS = (1, 1, 2, 3, 3, 4, 5, 6, 0)
TIERS = ("A", "B", "C")
TIER_COLOURS = {"A": "tier-a", "B": "tier-b", "C": "tier-c"}
TIER_FILLS = {"A": "fill-a", "B": "fill-b", "C": "fill-c"}

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

INTERACTION_KINDS = {
    "complaint": _("投诉"),
    "feedback": _("反馈"),
    "visit": _("拜访"),
    "call": _("电话"),
    "delivery_breach": _("交付违约"),
}

SCREENS = {
    "desk:home": _("工作台"),
    "desk:customers": _("客户"),
    "desk:ageing": _("账龄分析"),
    "desk:open-items": _("应收明细"),
    "desk:reviews": _("信用评审"),
    "desk:imports": _("数据导入"),
    "desk:settings": _("设置"),
}


def grade_rank(grade: str) -> int:
    """Return 1 (best) to 6 (worst), 0 for the unrated: the colour a grade is shown in."""
    return _RANKS[GRADES.index(grade)] if grade in GRADES else 0


def grade_colour(grade: str) -> str:
    """Return the token of a grade's colour."""
    return f"grade-fill-{grade_rank(grade)}"


def unit(currency: str) -> str:
    """Return the unit that heads a column of amounts."""
    return gettext("元") if currency == "CNY" else currency


RADAR_TITLE = _("六个维度的得分，满分 100")
RADAR_NAME = _("维度得分")
TREND_TITLE = _("历次评分")
SCORE = _("评分")

RATIOS = {
    "debt_ratio": _("资产负债率"),
    "current_ratio": _("流动比率"),
    "gross_margin": _("毛利率"),
    "net_margin": _("净利率"),
    "return_on_equity": _("净资产收益率"),
    "asset_turnover": _("总资产周转率"),
    "cash_flow_cover": _("经营现金流 ÷ 流动负债"),
}
RATIOS_IN_TIMES = {"current_ratio", "asset_turnover", "cash_flow_cover"}

TIMELINE = {
    "invoice": (_("开票"), "file-invoice", ""),
    "credit_note": (_("红字"), "file-invoice", "is-watch"),
    "receipt": (_("收款"), "wallet", ""),
    "statement": (_("财务报表"), "report-analytics", ""),
    "event": (_("公开事件"), "news", "is-danger"),
    "bureau": (_("征信报告"), "report-analytics", ""),
    "questionnaire": (_("问卷"), "clipboard-check", ""),
    "interaction": (_("往来"), "users", ""),
    "assessment": (_("信用评审"), "scale", "is-brand"),
}

METHODS = {
    "transfer": _("转账"),
    "cash": _("现金"),
    "bank_bill": _("银行承兑汇票"),
    "commercial_bill": _("商业承兑汇票"),
    "offset": _("抵销"),
}
