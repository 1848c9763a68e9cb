"""合作历史: how long we know the customer, how steadily it has bought, how we get along."""

from typing import Any

from xinheng.factors import primitives as p
from xinheng.factors.factor import HIGHER, LOWER, Factor
from xinheng.factors.sources import Measures


def _years_known(row: Measures) -> Any:
    since = p.only(row.since <= row.as_of, row.since)
    first = p.smaller(since, row.first_invoice)
    return p.div(p.days_between(row.as_of, first) * 4, 1461)


def _dealings(code: str, zh: str, en: str, unit: str, *rest: Any) -> Factor:
    return Factor(code, zh, en, unit, LOWER, "cooperation", "interactions", *rest)


FACTORS = (
    Factor(
        "f_years_known", "合作年限", "Years known", "years", HIGHER, "cooperation", "customers",
        "自建档日或首张发票（取较早者）起的天数 ÷ 365.25",
        "days since the customer file or the first invoice, whichever is earlier, / 365.25",
        _years_known,
    ),
    Factor(
        "f_months_active", "活跃月数", "Months active", "months", HIGHER, "cooperation", "invoices",
        "最近十二个 30 天窗口中有发票的窗口数",
        "how many of the last twelve 30-day windows hold an invoice",
        lambda row: p.bits_set(row.months_seen, 12),
    ),
    Factor(
        "f_days_since_sale", "距上次交易天数", "Days since last sale", "days", LOWER, "cooperation",
        "invoices", "截止日 − 最近一张发票的开票日", "as-of date - issue date of the last invoice",
        lambda row: p.days_between(row.as_of, row.last_invoice),
    ),
    Factor(
        "f_invoices_12m", "近一年发票张数", "Invoices, 12 months", "count", HIGHER, "cooperation",
        "invoices", "近 365 天开出的发票张数", "number of invoices issued in the last 365 days",
        lambda row: row.invoices_365,
    ),
    _dealings(
        "f_complaints_6m", "近半年投诉次数", "Complaints, 6 months", "count",
        "近 180 天投诉次数", "complaints in the last 180 days",
        lambda row: row.complaints_180,
    ),
    _dealings(
        "f_breaches_12m", "近一年交付违约次数", "Delivery breaches, 12 months", "count",
        "近 365 天交付违约次数", "delivery breaches in the last 365 days",
        lambda row: row.breaches_365,
    ),
    _dealings(
        "f_days_since_visit", "距上次拜访天数", "Days since last visit", "days",
        "截止日 − 最近一次拜访的日期", "as-of date - date of the last visit",
        lambda row: p.days_between(row.as_of, row.last_visit),
    ),
    Factor(
        "f_disputes_12m", "近一年争议次数", "Disputes, 12 months", "count", LOWER, "cooperation",
        "disputes", "近 365 天提出的争议次数", "disputes opened in the last 365 days",
        lambda row: row.disputes_365,
    ),
    Factor(
        "f_disputed_share", "争议率", "Disputed share", "share", LOWER, "cooperation", "disputes",
        "未结争议金额 ÷ 未清发票金额", "amount in open disputes / open invoices",
        lambda row: p.div_positive(row.disputed_open, row.open_invoices),
    ),
)  # fmt: skip
