"""What a factor is: one number about one customer as of one day, with everything to explain it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from xinheng.factors.sources import Measures


@dataclass(frozen=True, slots=True)
class Unit:
    """How a number is stored and shown: `dtype` in tables, `percent` and the words on a page."""

    dtype: str
    zh: str = ""
    en: str = ""
    percent: bool = False


UNITS: dict[str, Unit] = {
    "share": Unit("float64", percent=True),
    "times": Unit("float64", "倍", "times"),
    "index": Unit("float64"),
    "days": Unit("int64", "天", "days"),
    "mean_days": Unit("float64", "天", "days"),
    "years": Unit("float64", "年", "years"),
    "months": Unit("int64", "个月", "months"),
    "count": Unit("int64", "次", ""),
    "step": Unit("int64", "档", "steps"),
    "money": Unit("int64"),
    "text": Unit("string"),
    "whole": Unit("int64"),
    "number": Unit("float64"),
    "date": Unit("date"),
    "flag": Unit("boolean"),
}

# Which dimension of the credit file a factor belongs to, in the order pages show them.
DIMENSIONS: dict[str, tuple[str, str]] = {
    "financial": ("财务", "Financial"),
    "trading": ("交易", "Trading"),
    "payment": ("付款行为", "Payment behaviour"),
    "cooperation": ("合作历史", "Cooperation"),
    "reputation": ("口碑与舆情", "Reputation"),
    "external": ("外部报告", "External records"),
}

# Where the facts come from: the imports a user knows.
FACTS: dict[str, tuple[str, str]] = {
    "customers": ("客户档案", "customer file"),
    "invoices": ("发票", "invoices"),
    "receipts": ("发票与收款", "invoices and receipts"),
    "statements": ("财务报表", "financial statements"),
    "events": ("公开事件", "public events"),
    "bureau": ("征信报告", "bureau reports"),
    "questionnaires": ("问卷", "questionnaires"),
    "tax_invoices": ("客户税务发票", "tax invoices of the customer"),
    "interactions": ("往来记录", "interactions"),
    "disputes": ("争议", "disputes"),
}

HIGHER, LOWER = "higher", "lower"  # which side is better


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of the catalogue.

    code:       `f_…`, the name of its column everywhere
    better:     HIGHER or LOWER: which side speaks for the customer
    facts:      key of FACTS; a customer without them has no value, never a good zero
    reference:  the paper, standard or practice the formula is taken from, if any
    value:      measures of one customer -> the value as an expression
    """

    code: str
    zh: str
    en: str
    unit: str
    better: str
    dimension: str
    facts: str
    formula_zh: str
    formula_en: str
    value: Callable[[Measures], Any]
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A plain figure that policies and results need beside the factors; it is not scored."""

    code: str
    zh: str
    en: str
    unit: str
    value: Callable[[Measures], Any]
