"""What the one box of the quick check says: how much, and to whom."""

import re
from dataclasses import dataclass
from decimal import Decimal

from xinheng.insight import search
from xinheng.insight.search import FoundCustomer
from xinheng.kernel import money
from xinheng.kernel.actors import Actor
from xinheng.kernel.money import Money

_TIMES = {"千": 1_000, "k": 1_000, "万": 10_000, "m": 1_000_000, "百万": 1_000_000,
          "千万": 10_000_000, "亿": 100_000_000}  # fmt: skip
_NAMES = {"元": "CNY", "块": "CNY", "人民币": "CNY", "rmb": "CNY", "美元": "USD", "欧元": "EUR",
          "¥": "CNY", "￥": "CNY", "$": "USD", "€": "EUR"}  # fmt: skip
# A number that stands alone: digits inside a code such as C000014 are no amount.
_AMOUNT = re.compile(
    r"(?P<sign>[¥￥$€])?\s*(?<![A-Za-z0-9.,_/-])(?P<number>\d[\d,，]*(?:\.\d+)?)\s*"
    r"(?P<times>百万|千万|[千万亿]|[kKmM](?![A-Za-z]))?\s*"
    r"(?P<name>元|块|人民币|美元|欧元|[A-Za-z]{3}(?![A-Za-z0-9]))?(?![A-Za-z0-9_-])"
)
_BEFORE = re.compile(r"^(?:订单|发货|卖|发|给|向|对|客户|for|to|ship|order)\s*", re.IGNORECASE)
_AFTER = re.compile(
    r"\s*(?:可以吗|行吗|行不行|能发吗|吗|订单|的货|给|for|to|[?？,，。:：])$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was read: an amount as the kernel reads it, "" when there is none; whom; a currency."""

    amount: str
    currency: str
    customer: str


def read(text: str) -> Asked:
    """Read "50,000 给 华东某某", "华东某某 5万" or "C000014 1.2亿"; no more is guessed."""
    found = max(_AMOUNT.finditer(text), key=_weight, default=None)
    if found is None:
        return Asked("", "", _trimmed(text))
    number = Decimal(re.sub("[,，]", "", found["number"]))
    times = _TIMES.get((found["times"] or "").lower(), 1)
    named = (found["name"] or found["sign"] or "").lower()
    currency = _NAMES.get(named, named.upper() if len(named) == 3 and named.isascii() else "")
    rest = f"{text[: found.start()]} {text[found.end() :]}"
    return Asked(f"{(number * times).normalize():f}", currency, _trimmed(rest))


def _weight(found: re.Match[str]) -> tuple[bool, int]:
    """Prefer what names a unit, then the longest."""
    return bool(found["times"] or found["name"] or found["sign"]), len(found["number"])


def _trimmed(text: str) -> str:
    before, text = None, text.strip()
    while before != text:
        before, text = text, _AFTER.sub("", _BEFORE.sub("", text)).strip()
    return text


def customers(by: Actor, text: str) -> tuple[FoundCustomer, ...]:
    """Return whom the text may mean; an exact code or name means that one alone."""
    found = search.search(by=by, text=text).customers
    if not found and text.endswith(("发", "卖")):  # "给 C000014 发 50000"
        found = search.search(by=by, text=text[:-1].rstrip()).customers
    exact = tuple(one for one in found if text.lower() in (one.code.lower(), one.name.lower()))
    return exact if len(exact) == 1 else found


def amount(asked: Asked, currency: str) -> Money:
    """Return the amount asked about; refuses AmountUnreadable and its kin."""
    return money.parse(asked.amount, asked.currency or currency)
