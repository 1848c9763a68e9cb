"""付款行为: how late the customer pays, what is late now, and which way it goes."""

from collections.abc import Callable
from typing import Any

from xinheng.factors import primitives as p
from xinheng.factors.factor import HIGHER, LOWER, Factor
from xinheng.factors.receivables import INDEX_SCALE, bucket_number
from xinheng.factors.sources import Measures


def _experience(row: Measures) -> Any:
    """Return the amount with a payment experience: paid within the year, or open and overdue."""
    return p.coalesce(row.paid_365, 0) + p.coalesce(row.overdue_invoices, 0)


def _days_beyond_terms(row: Measures) -> Any:
    late = p.coalesce(row.late_365, 0) + p.coalesce(row.overdue_late, 0)
    return p.div_positive(late, _experience(row))


def _payment_index(row: Measures) -> Any:
    scaled = p.coalesce(row.index_365, 0) + p.coalesce(row.overdue_index, 0)
    return p.div(p.div_positive(scaled, _experience(row)), INDEX_SCALE)


# The longest delay among receipts of a year and open invoices; below 0 all came early.
DERIVED: dict[str, Callable[[Measures], Any]] = {
    "worst_late": lambda row: p.larger(row.worst_late_365, row.dpd_max)
}


def _delay_trend(row: Measures) -> Any:
    recent = p.div_positive(row.late_91, row.paid_91)
    earlier = p.div_positive(row.late_365 - row.late_91, row.paid_365 - row.paid_91)
    return recent - earlier


def dpd_max(row: Measures) -> Any:
    """Return the days overdue of the oldest open invoice; 0 is a fact once there are invoices."""
    return p.zero_where(row.first_invoice.notnull(), row.dpd_max)


def _payment(
    code: str, zh: str, en: str, unit: str, better: str, *rest: Any, **more: Any
) -> Factor:
    return Factor(code, zh, en, unit, better, "payment", "receipts", *rest, **more)


FACTORS = (
    _payment(
        "f_dbt", "加权逾期天数", "Days beyond terms", "mean_days", LOWER,
        "Σ 金额 × max(0, 付款日 − 到期日) ÷ Σ 金额：近 365 天收款，及截止日仍逾期的未清发票",
        "sum of amount x max(0, paid - due) / sum of amount: receipts of the last 365 days, and "
        "open invoices overdue on the as-of date",
        _days_beyond_terms,
        reference="Days beyond terms (DBT)",
    ),
    _payment(
        "f_payment_index", "付款指数", "Payment index", "index", HIGHER,
        "按金额加权的 1–100 指数，80 为按期付款；口径同加权逾期天数",
        "amount-weighted index of 1-100, 80 = on terms; the same items as days beyond terms",
        _payment_index,
        reference="published chart of a PAYDEX-style index",
    ),
    _payment(
        "f_on_time_share", "按期付款率", "Paid on time", "share", HIGHER,
        "近 365 天到期日及以前收到的金额 ÷ 同期收款清账金额",
        "amount received by the due date / amount cleared by receipts, last 365 days",
        lambda row: p.div_positive(row.on_time_365, row.paid_365),
    ),
    _payment(
        "f_overdue_share", "逾期率", "Overdue share", "share", LOWER,
        "逾期未清发票金额 ÷ 未清发票金额", "open invoices overdue / open invoices",
        lambda row: p.div_positive(row.overdue_invoices, row.open_invoices),
    ),
    _payment(
        "f_severe_overdue_share", "严重逾期率", "Overdue beyond 90 days", "share", LOWER,
        "逾期 90 天以上的未清发票金额 ÷ 未清发票金额",
        "open invoices more than 90 days overdue / open invoices",
        lambda row: p.div_positive(row.severe_invoices, row.open_invoices),
    ),
    _payment(
        "f_dpd_max", "最长逾期天数", "Longest overdue", "days", LOWER,
        "未清发票中最长的逾期天数，无逾期为 0",
        "days overdue of the oldest open invoice, 0 if none is overdue",
        dpd_max,
    ),
    _payment(
        "f_worst_bucket", "近一年最差账龄段", "Worst bucket, 12 months", "step", LOWER,
        "近 365 天付款与当前未清中最长逾期所在账龄段，按期为 0",
        "bucket of the longest delay among receipts of 365 days and open invoices, 0 = on time",
        lambda row: bucket_number(row.worst_late),
    ),
    _payment(
        "f_delay_trend", "付款延迟变化", "Change in delay", "mean_days", LOWER,
        "近 91 天加权逾期天数 − 此前 274 天加权逾期天数（只计收款）",
        "days beyond terms of the last 91 days - of the 274 days before (receipts only)",
        _delay_trend,
    ),
)  # fmt: skip
