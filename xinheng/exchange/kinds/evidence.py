"""What is known about customers: statements, events, bureau reports, answers, tax invoices."""

from collections.abc import Mapping, Sequence

from xinheng.exchange.kinds.columns import CellFault, Column, Kind

# Item → label, in the order of a balance sheet, an income statement and a cash flow statement.
ITEMS = {
    "total_assets": "资产总计", "current_assets": "流动资产", "inventory": "存货",
    "receivables": "应收账款", "cash": "货币资金", "intangible_assets": "无形资产",
    "current_liabilities": "流动负债", "total_liabilities": "负债合计", "equity": "所有者权益",
    "retained_earnings": "留存收益", "sales": "营业收入", "cost_of_sales": "营业成本",
    "gross_profit": "毛利", "ebit": "息税前利润", "interest_expense": "利息支出",
    "profit_before_tax": "利润总额", "net_profit": "净利润", "depreciation": "折旧",
    "amortisation": "摊销", "operating_cash_flow": "经营活动现金流量净额",
}  # fmt: skip
EVENT_KINDS = {
    "lawsuit": "诉讼", "enforcement": "被执行", "dishonest_debtor": "失信被执行人",
    "consumption_limit": "限制消费", "abnormal_operation": "经营异常", "penalty": "行政处罚",
    "tax_arrears": "欠税", "equity_freeze": "股权冻结", "equity_pledge": "股权出质",
    "bankruptcy": "破产", "bill_overdue": "票据逾期", "news": "新闻",
    "serious_violation": "严重违法", "tax_violation": "税收违法", "liquidation": "清算",
    "deregistration": "注销备案", "registration_change": "工商变更", "court_notice": "开庭公告",
    "mortgage": "动产抵押", "other": "其他",
}  # fmt: skip
ROLES = {"defendant": "被告", "plaintiff": "原告", "subject": "当事人"}

STATEMENTS = Kind(
    name="statements",
    zh="财务报表",
    en="Statements",
    permission="evidence.write",
    key=("customer_code", "period_end"),
    columns=(
        Column("customer_code", "客户编码", "code", required=True, longest=64),
        Column("period_end", "报表截止日", "date", required=True, past=True),
        Column("months", "月数", "integer", default="12", least=1, most=18),
        Column("available_date", "可得日期", "date"),
        Column("audited", "已审计", "flag"),
        Column("currency", "币种", "currency", default="CNY"),
        *(Column(name, zh, "money") for name, zh in ITEMS.items()),
    ),
)


def _complete(texts: list[str], at: Mapping[str, int]) -> Sequence[CellFault]:
    """Ask for at least one way to tell whom an event is about."""
    if any(texts[at[name]] for name in ("customer_code", "credit_code", "name")):
        return ()
    return (("customer_code", "nobody-named", {}),)


EVENTS = Kind(
    name="events",
    zh="外部事件",
    en="Events",
    permission="evidence.write",
    key=("source", "reference"),
    columns=(
        Column("event_date", "发生日期", "date", required=True, past=True),
        Column("kind", "事件类型", "choice", required=True, choices=EVENT_KINDS),
        Column("title", "标题", required=True, longest=300),
        Column("customer_code", "客户编码", "code", longest=64),
        Column("credit_code", "统一社会信用代码", "credit_code", longest=18),
        Column("name", "企业名称"),
        Column("role", "角色", "choice", default="subject", choices=ROLES),
        Column("amount", "涉及金额", "money", least=0),
        Column("currency", "币种", "currency", default="CNY"),
        Column("source", "来源", longest=120),
        Column("reference", "编号", longest=160),
        Column("url", "链接", longest=500),
        Column("text", "内容", longest=20_000),
    ),
    complete=_complete,
)


BUREAU = Kind(
    name="bureau",
    zh="征信报告",
    en="Bureau reports",
    permission="evidence.write",
    key=("agency", "reference"),
    columns=(
        Column("customer_code", "客户编码", "code", required=True, longest=64),
        Column("agency", "机构", required=True, longest=80),
        Column("report_date", "报告日期", "date", required=True, past=True),
        Column("reference", "报告编号", "code", required=True, longest=120),
        Column("score", "评分", "decimal", least=0),
        Column("grade", "等级", longest=20),
        Column("pd", "违约概率", "decimal", least=0, most=1),
        Column("recommended_limit", "建议额度", "money", least=0),
        Column("currency", "币种", "currency", default="CNY"),
    ),
)

QUESTIONNAIRES = Kind(
    name="questionnaires",
    zh="问卷",
    en="Questionnaires",
    permission="evidence.write",
    key=("customer_code", "form", "date", "item"),
    columns=(
        Column("customer_code", "客户编码", "code", required=True, longest=64),
        Column("form", "问卷", required=True, longest=80),
        Column("date", "日期", "date", required=True, past=True),
        Column("item", "题目", required=True, longest=120),
        Column("answer", "答案", required=True, longest=500),
    ),
)

DIRECTIONS = {"sale": "销项", "purchase": "进项"}
STATUSES = {"valid": "有效", "void": "作废"}

TAX_INVOICES = Kind(
    name="tax_invoices",
    zh="客户税务发票",
    en="Tax invoices of customers",
    permission="evidence.write",
    key=("customer_code", "direction", "number", "line"),
    columns=(
        Column("customer_code", "客户编码", "code", required=True, longest=64),
        Column("direction", "方向", "choice", required=True, choices=DIRECTIONS),
        Column("number", "发票号码", "code", required=True, longest=80),
        Column("line", "行号", "integer", default="1", least=1, most=1_000_000),
        Column("date", "开票日期", "date", required=True, past=True),
        Column("counterparty", "对方单位"),
        Column("amount", "金额", "money", required=True),
        Column("tax", "税额", "money"),
        Column("status", "状态", "choice", default="valid", choices=STATUSES),
    ),
)

INTERACTION_KINDS = {
    "complaint": "投诉", "feedback": "反馈", "visit": "拜访", "call": "电话",
    "delivery_breach": "交付违约",
}  # fmt: skip

INTERACTIONS = Kind(
    name="interactions",
    zh="往来记录",
    en="Interactions",
    permission="evidence.write",
    key=("reference",),
    columns=(
        Column("reference", "编号", "code", required=True, longest=120),
        Column("customer_code", "客户编码", "code", required=True, longest=64),
        Column("date", "日期", "date", required=True, past=True),
        Column("kind", "类型", "choice", required=True, choices=INTERACTION_KINDS),
        Column("outcome", "结果"),
        Column("text", "内容", longest=20_000),
    ),
)
