"""Every indicator: its names, formula, source, the documents behind it, and how it is computed."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from xinheng.insight import rules
from xinheng.insight.kpi.sums import Sums

FAMILIES = {
    "dso": ("周转", "Turnover"),
    "collection": ("回款", "Collection"),
    "overdue": ("逾期", "Overdue"),
    "behaviour": ("付款表现", "Payment behaviour"),
    "migration": ("迁徙", "Migration"),
    "concentration": ("集中度", "Concentration"),
}

# input → (zh, en, kind): money in minor units, a number of days, or a count.
INPUTS: dict[str, tuple[str, str, str]] = {
    "receivable": ("应收合计", "receivable", "money"),
    "begin": ("期初应收", "receivable at the beginning", "money"),
    "end": ("期末应收", "receivable at the end", "money"),
    "not_due": ("未到期应收", "not due", "money"),
    "overdue": ("逾期金额", "overdue", "money"),
    "severe": ("逾期 90 天以上", "over 90 days overdue", "money"),
    "sales": ("本期赊销", "credit sales of the period", "money"),
    "paid": ("本期回款", "paid in the period", "money"),
    "days": ("期间天数", "days of the period", "days"),
    "months": ("期间月数", "months of the period", "count"),
    "items": ("未清发票数", "open invoices", "count"),
    "overdue_items": ("逾期发票数", "overdue invoices", "count"),
    "severe_items": ("逾期 90 天以上发票数", "invoices over 90 days overdue", "count"),
    "customers": ("有欠款的客户数", "customers that owe", "count"),
    "owed": ("正余额客户欠款合计", "owed by customers with a positive balance", "money"),
    "top": ("前列客户欠款", "owed by the largest", "money"),
    "balance": ("本月末该段余额", "balance of the bucket", "money"),
    "before": ("上月末前一段余额", "balance of the bucket before it, a month ago", "money"),
    "counted_months": ("有未清发票的月份数", "months with open invoices", "count"),
}


@dataclass(frozen=True, slots=True)
class Definition:
    """One indicator; `better` is low, high or "" where neither is, `documents` what lies behind."""

    name: str
    family: str
    zh: str
    en: str
    unit: str
    formula_zh: str
    formula: str
    work: Callable[[Sums], Fraction | None]
    inputs: Callable[[Sums], dict[str, int]]
    documents: tuple[str, ...]
    better: str
    source: str
    note: Callable[[Sums], tuple[str, str]] = lambda sums: ("", "")


def _period(sums: Sums, **more: int) -> dict[str, int]:
    return {**more, "sales": sums.sales, "days": sums.days}


def _back(sums: Sums) -> dict[str, int]:
    """Return the newest twelve months as inputs; older ones are looked at only if needed."""
    found = {"receivable": sums.end}
    for number, month in enumerate(sums.months[:12], 1):
        found[f"month_{number}_sales"] = month.sales_minor
        found[f"month_{number}_days"] = month.days
    return found


def _exhausted(sums: Sums) -> tuple[str, str]:
    if not sums.countback.is_exhausted:
        return "", ""
    return "应收还有余额，往前的月份已没有赊销", "sales ran out before the receivable"


def _shares(part: int, sums: Sums) -> dict[str, int]:
    return {"top": part, "owed": sums.owed, "customers": sums.customers}


_DSO = (
    Definition(
        "dso_simple", "dso", "应收周转天数", "DSO, simple", "days",
        "应收合计 ÷ 本期赊销 × 期间天数", "receivable / credit_sales × days",
        lambda s: rules.dso_simple(s.end, s.sales, s.days),
        lambda s: {"receivable": s.end, **_period(s)}, ("open", "sales"), "low",
        "Oracle JD Edwards; trymesha",
    ),
    Definition(
        "dso_countback", "dso", "应收周转天数（倒推法）", "DSO, count-back", "days",
        "从最近的月份起逐月扣减赊销，扣完为止；最后一月按比例折算",
        "days of the newest months whose sales the receivable holds, the last one pro rata",
        lambda s: s.countback.days, _back, ("open", "sales"), "low",
        "benjipays; Oracle Hyperion (stop at sales ≤ 0)", _exhausted,
    ),
    Definition(
        "dso_true", "dso", "应收周转天数（逐票法）", "DSO, by invoice", "days",
        "Σ 未清金额 × 开票至今天数 ÷ 开票当月赊销",
        "Σ open amount × days since its invoice / credit sales of its month",
        lambda s: rules.true_dso(s.aged_months),
        lambda s: {"receivable": s.end, "counted_months": len(s.aged_months)},
        ("open", "sales"), "low", "Oracle Support 4521441",
    ),
    Definition(
        "best_possible_dso", "dso", "最佳应收周转天数", "Best possible DSO", "days",
        "未到期应收 ÷ 本期赊销 × 期间天数", "not_due / credit_sales × days",
        lambda s: rules.best_possible_dso(s.not_due, s.sales, s.days),
        lambda s: {"not_due": s.not_due, **_period(s)}, ("not_due", "sales"), "low",
        "vcalc; apruve",
    ),
    Definition(
        "average_days_delinquent", "dso", "平均拖欠天数", "Average days delinquent", "days",
        "应收周转天数 − 最佳应收周转天数", "dso_simple − best_possible_dso",
        lambda s: rules.average_days_delinquent(s.end, s.not_due, s.sales, s.days),
        lambda s: {"receivable": s.end, "not_due": s.not_due, **_period(s)},
        ("overdue", "sales"), "low", "waycalculator",
    ),
    Definition(
        "turnover", "dso", "应收周转率", "Receivables turnover", "times",
        "本期赊销 ÷（期初应收与期末应收的平均）", "credit_sales / ((begin + end) / 2)",
        lambda s: rules.turnover(s.sales, s.begin, s.end),
        lambda s: {"begin": s.begin, "end": s.end, **_period(s)}, ("sales", "open"), "high",
        "methods of the trade",
    ),
)  # fmt: skip

_COLLECTION = (
    Definition(
        "cei", "collection", "回款效率指数", "Collection effectiveness index", "ratio",
        "（期初应收 + 本期赊销 − 期末应收）÷（期初应收 + 本期赊销 − 未到期应收）",
        "(begin + credit_sales − end) / (begin + credit_sales − not_due)",
        lambda s: rules.cei(s.begin, s.sales, s.end, s.not_due),
        lambda s: {"begin": s.begin, "end": s.end, "not_due": s.not_due, **_period(s)},
        ("paid", "sales", "overdue"), "high", "wizedu; gaviti",
    ),
    Definition(
        "cei_monthly", "collection", "回款效率指数（按月均赊销）", "CEI, by a month's sales",
        "ratio",
        "（期初应收 + 赊销 ÷ N − 期末应收）÷（期初应收 + 赊销 ÷ N − 未到期应收），N 为月数",
        "(begin + credit_sales / N − end) / (begin + credit_sales / N − not_due)",
        lambda s: rules.cei(s.begin, s.sales, s.end, s.not_due, rules.months_of(s.days)),
        lambda s: {
            "begin": s.begin, "end": s.end, "not_due": s.not_due, **_period(s),
            "months": rules.months_of(s.days),
        },
        ("paid", "sales", "overdue"), "high", "creditguru",
    ),
    Definition(
        "collection_rate", "collection", "回款率", "Collection rate", "ratio",
        "本期回款 ÷（期初应收 + 本期赊销）", "paid / (begin + credit_sales)",
        lambda s: rules.ratio(s.paid, s.begin + s.sales),
        lambda s: {"paid": s.paid, "begin": s.begin, **_period(s)}, ("paid", "sales"), "high",
        "methods of the trade",
    ),
)  # fmt: skip

_OVERDUE = (
    Definition(
        "overdue_rate", "overdue", "逾期率", "Overdue rate", "ratio",
        "逾期金额 ÷ 应收合计", "overdue / receivable",
        lambda s: rules.overdue_rate(s.overdue.minor, s.end),
        lambda s: {"overdue": s.overdue.minor, "receivable": s.end}, ("overdue",), "low",
        "methods of the trade",
    ),
    Definition(
        "overdue_rate_items", "overdue", "逾期率（按张数）", "Overdue rate, by invoices", "ratio",
        "逾期发票数 ÷ 未清发票数", "overdue_items / items",
        lambda s: rules.ratio(s.overdue.items, s.items),
        lambda s: {"overdue_items": s.overdue.items, "items": s.items}, ("overdue",), "low",
        "methods of the trade",
    ),
    Definition(
        "severe_overdue_rate", "overdue", "严重逾期率", "Over 90 days overdue", "ratio",
        "逾期 90 天以上金额 ÷ 应收合计", "severe / receivable",
        lambda s: rules.overdue_rate(s.severe.minor, s.end),
        lambda s: {"severe": s.severe.minor, "receivable": s.end}, ("severe",), "low",
        "methods of the trade",
    ),
    Definition(
        "severe_overdue_rate_items", "overdue", "严重逾期率（按张数）",
        "Over 90 days overdue, by invoices", "ratio",
        "逾期 90 天以上发票数 ÷ 未清发票数", "severe_items / items",
        lambda s: rules.ratio(s.severe.items, s.items),
        lambda s: {"severe_items": s.severe.items, "items": s.items}, ("severe",), "low",
        "methods of the trade",
    ),
    Definition(
        "weighted_days_overdue", "overdue", "加权逾期天数", "Days overdue, weighted", "days",
        "Σ 逾期金额 × 逾期天数 ÷ 逾期金额", "Σ overdue × days overdue / overdue",
        lambda s: rules.ratio(s.overdue.minor_days, s.overdue.minor),
        lambda s: {"overdue": s.overdue.minor, "overdue_items": s.overdue.items},
        ("overdue",), "low", "methods of the trade",
    ),
)  # fmt: skip

_BEHAVIOUR = (
    Definition(
        "average_days_to_pay", "behaviour", "平均付款天数", "Average days to pay", "days",
        "Σ 本期回款 ×（付款日 − 开票日）÷ 本期回款", "Σ paid × (paid on − issued on) / paid",
        lambda s: rules.average_days_to_pay(s.paid_age, s.paid),
        lambda s: {"paid": s.paid, "days": s.days}, ("paid",), "low", "scshubfrpdev",
    ),
    Definition(
        "dbt", "behaviour", "逾期天数加权", "Days beyond terms", "days",
        "Σ 金额 × 逾期天数 ÷ Σ 金额；含未清，提前付款按 0 天",
        "Σ amount × days late / Σ amount; what is open counts as of the day, early as on time",
        lambda s: rules.days_beyond_terms(s.paid_bands, s.open_bands),
        lambda s: {"paid": s.paid, "overdue": s.overdue.minor, "receivable": s.end,
                   "days": s.days},
        ("paid", "overdue"), "low", "calculator7",
    ),
    Definition(
        "dbt_paid", "behaviour", "逾期天数加权（仅已付）", "Days beyond terms, paid only", "days",
        "Σ 本期回款 × 逾期天数 ÷ 本期回款；提前付款按 0 天", "Σ paid × days late / paid",
        lambda s: rules.days_beyond_terms(s.paid_bands),
        lambda s: {"paid": s.paid, "days": s.days}, ("paid",), "low", "calculator7",
    ),
    Definition(
        "dbt_signed", "behaviour", "逾期天数加权（提前付款为负）",
        "Days beyond terms, early payments negative", "days",
        "Σ 金额 ×（付款日或今日 − 到期日）÷ Σ 金额，今日只算逾期",
        "Σ amount × (paid on − due) / Σ amount, with what is overdue as of the day",
        lambda s: rules.days_beyond_terms(
            s.paid_bands, _late(s), floor_at_zero=False
        ),
        lambda s: {"paid": s.paid, "overdue": s.overdue.minor, "days": s.days},
        ("paid", "overdue"), "low", "Upflow",
    ),
    Definition(
        "payment_index", "behaviour", "付款指数", "Payment index", "index",
        "按金额加权的付款指数：按期 80，提前 30 天 100，逾期 30 天 50",
        "mean index by amount: 80 on terms, 100 for 30 days early, 50 for 30 days late",
        lambda s: rules.payment_index(s.paid_bands),
        lambda s: {"paid": s.paid, "days": s.days}, ("paid",), "high", "D&B glossary (anchors)",
    ),
    Definition(
        "paid_on_time_rate", "behaviour", "按期付款率", "Paid on time", "ratio",
        "不晚于到期日的回款 ÷ 有到期日的回款", "paid by the due date / paid with a due date",
        lambda s: rules.ratio(_dated(s) - rules.between(s.paid_bands, 1).minor, _dated(s)),
        lambda s: {"paid": s.paid, "days": s.days}, ("paid",), "high", "methods of the trade",
    ),
)  # fmt: skip


def _late(sums: Sums) -> tuple[rules.Band, ...]:
    """Return the overdue bands alone."""
    firsts = [rules.band_days(at)[0] for at in range(len(sums.open_bands))]
    return tuple(band for first, band in zip(firsts, sums.open_bands, strict=True) if first >= 1)


def _dated(sums: Sums) -> int:
    return sum(band.minor for band in sums.paid_bands)


def _rolling(step: int, name: str, zh: str, en: str) -> Definition:
    return Definition(
        name, "migration", f"迁徙率：{zh}", f"Roll rate: {en}", "ratio",
        "本期末该段余额 ÷ 一个月前前一段余额",
        "balance / balance of the bucket before, a month ago",
        lambda s: rules.roll_rate(*s.roll(step)),
        lambda s: dict(zip(("balance", "before"), s.roll(step), strict=True)),
        ("open",), "low", "roll-rate practice, CAS 22",
    )  # fmt: skip


_MIGRATION = (
    _rolling(1, "roll_current_30", "未到期 → 1–30 天", "not due → 1–30"),
    _rolling(2, "roll_30_60", "1–30 → 31–60 天", "1–30 → 31–60"),
    _rolling(3, "roll_60_90", "31–60 → 61–90 天", "31–60 → 61–90"),
    _rolling(4, "roll_90_120", "61–90 → 91–120 天", "61–90 → 91–120"),
    Definition(
        "chain_loss", "migration", "未到期应收的迁徙损失率",
        "Loss of what is not due, by chain", "ratio", "各段迁徙率连乘，至逾期 91–120 天视为损失",
        "product of the roll rates; 91–120 days overdue counts as lost",
        lambda s: next(iter(s.losses()), None),
        lambda s: {"not_due": s.not_due}, ("open",), "low", "absorbing Markov chain",
    ),
)  # fmt: skip


def _largest(name: str, count: int, en: str) -> Definition:
    def part(sums: Sums) -> int:
        return {1: sums.top1, 5: sums.top5, 10: sums.top10}[count]

    return Definition(
        name, "concentration", f"前 {count} 大客户占比", en, "ratio",
        f"前 {count} 大客户欠款 ÷ 正余额客户欠款合计", "top / owed",
        lambda s: rules.ratio(part(s), s.owed), lambda s: _shares(part(s), s), ("customers",),
        "low", "methods of the trade",
    )  # fmt: skip


_CONCENTRATION = (
    _largest("top1_share", 1, "Share of the largest"),
    _largest("top5_share", 5, "Share of the 5 largest"),
    _largest("top10_share", 10, "Share of the 10 largest"),
    Definition(
        "hhi", "concentration", "集中度指数 HHI", "Concentration (HHI)", "ratio",
        "Σ（客户欠款 ÷ 正余额客户欠款合计）²", "Σ (owed by a customer / owed)²",
        lambda s: rules.concentration(s.squares, s.owed),
        lambda s: {"owed": s.owed, "customers": s.customers}, ("customers",), "low",
        "Herfindahl–Hirschman",
    ),
)  # fmt: skip

DEFINITIONS: tuple[Definition, ...] = (
    *_DSO, *_COLLECTION, *_OVERDUE, *_BEHAVIOUR, *_MIGRATION, *_CONCENTRATION,
)  # fmt: skip
BY_NAME = {one.name: one for one in DEFINITIONS}
