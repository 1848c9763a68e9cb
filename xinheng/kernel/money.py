"""Money as whole minor units with its currency: the only place where amounts are rounded.

An amount is an integer of the currency's smallest unit (分 for CNY). Adding different
currencies is refused. Every function that must round says how, and nothing else rounds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from xinheng.kernel.refusals import Refusal

# ISO 4217 minor-unit exponents that differ from the usual two digits.
_EXPONENTS = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0,
    "PYG": 0, "RWF": 0, "UGX": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}  # fmt: skip
# Largest amount a bigint column and the engines' exact sums carry with room to add up.
LARGEST_MINOR = 10**16


class CurrencyMismatch(Refusal):
    """Two amounts of different currencies were combined."""

    code = "currency-mismatch"
    zh = "币种不一致：{left} 与 {right} 不能直接相加减，请先按汇率折算。"
    en = "Currencies differ: {left} and {right} cannot be combined; convert one of them first."


class AmountUnreadable(Refusal):
    """A text is not an amount."""

    code = "amount-unreadable"
    zh = "“{text}”不是金额，请填写如 1234.50 的数字。"
    en = "“{text}” is not an amount; write a number such as 1234.50."


class TooManyDigits(Refusal):
    """An amount has more decimal digits than its currency."""

    code = "too-many-digits"
    zh = (
        "金额“{text}”的小数位超过 {currency} 允许的 {digits} 位；"
        "如需四舍五入，请在映射中写明 round: half_up。"
    )
    en = (
        "Amount “{text}” has more decimals than the {digits} of {currency}; "
        "to round, say round: half_up in the mapping."
    )


class AmountTooBig(Refusal):
    """An amount exceeds what the books can hold exactly."""

    code = "amount-too-big"
    zh = "金额“{text}”超出可记账范围，请检查单位。"
    en = "Amount “{text}” is larger than the books can hold; check its unit."


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An exact amount: `minor` units of `currency`."""

    minor: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __str__(self) -> str:
        return f"{text(self.minor, self.currency)} {self.currency}"

    def is_zero(self) -> bool:
        """Say whether nothing is owed either way."""
        return self.minor == 0

    def _same_currency(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(left=self.currency, right=other.currency)


def exponent(currency: str) -> int:
    """Return how many decimal digits a currency has (ISO 4217)."""
    return _EXPONENTS.get(currency, 2)


def parse(amount: str, currency: str, rounding: str | None = None) -> Money:
    """Read a decimal text in major units, such as "1234.50" or "1,234.50".

    rounding: None refuses surplus digits; "half_up" rounds them away.
    refuses:  AmountUnreadable, TooManyDigits, AmountTooBig
    """
    cleaned = amount.strip().replace(",", "").replace("，", "").removeprefix("¥").removeprefix("￥")
    try:
        number = Decimal(cleaned)
    except InvalidOperation:
        raise AmountUnreadable(text=amount) from None
    if not number.is_finite():
        raise AmountUnreadable(text=amount)
    if abs(number.adjusted()) > 30:
        raise AmountTooBig(text=amount)
    scaled = number.scaleb(exponent(currency))
    whole = scaled.to_integral_value(rounding=ROUND_HALF_UP)
    if whole != scaled and rounding != "half_up":
        raise TooManyDigits(text=amount, currency=currency, digits=exponent(currency))
    if abs(whole) > LARGEST_MINOR:
        raise AmountTooBig(text=amount)
    return Money(int(whole), currency)


def major(minor: int, currency: str) -> Decimal:
    """Return an amount in major units as an exact decimal."""
    return Decimal(minor).scaleb(-exponent(currency))


def text(minor: int, currency: str) -> str:
    """Return an amount in major units with the currency's digits, such as "1234.50"."""
    return f"{major(minor, currency):.{exponent(currency)}f}"


def convert(money: Money, rate: Decimal, to: str) -> Money:
    """Convert at `rate` (units of `to` for one unit of the source), rounded half up once."""
    if rate <= 0:
        raise AmountUnreadable(text=str(rate))
    scaled = major(money.minor, money.currency) * rate
    return Money(_half_up(scaled.scaleb(exponent(to))), to)


def percent_of(money: Money, fraction: Decimal) -> Money:
    """Return `fraction` (0.1 = 10 %) of an amount, rounded half up."""
    return Money(_half_up(money.minor * fraction), money.currency)


def floor_to_step(money: Money, step_minor: int) -> Money:
    """Round down to a whole number of steps, as a granted limit is."""
    return Money(money.minor // step_minor * step_minor, money.currency)


def share(total: Money, weights: Sequence[int]) -> list[Money]:
    """Split an amount by weights so that the parts add up exactly (largest remainder)."""
    whole = sum(weights)
    if whole <= 0 or any(weight < 0 for weight in weights):
        raise AmountUnreadable(text=str(list(weights)))
    sign = -1 if total.minor < 0 else 1
    products = [abs(total.minor) * weight for weight in weights]
    parts = [product // whole for product in products]
    left = abs(total.minor) - sum(parts)
    by_remainder = sorted(range(len(parts)), key=lambda i: (-(products[i] % whole), i))
    for i in by_remainder[:left]:
        parts[i] += 1
    return [Money(sign * part, total.currency) for part in parts]


def _half_up(number: Decimal) -> int:
    return int(number.to_integral_value(rounding=ROUND_HALF_UP))
