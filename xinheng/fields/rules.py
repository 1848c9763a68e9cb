"""The values of custom fields: from plain text to what is stored, and back to words.

Stored values are canonical, so that equal ones are equal bytes in every engine:
text, choice → text · number → decimal text without surplus zeros · amount → whole minor units ·
date → ISO text · flag → true or false · choices → codes in order, each once.
A field without a value is not stored at all.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from xinheng.fields.schema import Field
from xinheng.kernel import conditions, money
from xinheng.kernel.refusals import Refusal

# More significant digits than these do not survive a spreadsheet or a binary float.
MOST_SIGNIFICANT = 15
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 12, 31)
SEPARATOR = ";"
TYPES: dict[str, tuple[str, str]] = {
    "text": ("文本", "Text"), "number": ("数字", "Number"), "amount": ("金额", "Amount"),
    "date": ("日期", "Date"), "flag": ("是或否", "Yes or no"), "choice": ("单选", "Choice"),
    "choices": ("多选", "Multiple choice"),
}  # fmt: skip
SECRECIES: dict[str, tuple[str, str]] = {
    "public": ("公开", "Public"), "internal": ("内部", "Internal"),
    "sensitive": ("敏感", "Sensitive"), "confidential": ("机密", "Confidential"),
}  # fmt: skip
# Each pattern has one quantifier over one class of characters, so it is read once, left to right.
PATTERNS: dict[str, tuple[str, str, str]] = {
    "digits": (r"[0-9]+", "只含数字", "digits only"),
    "letters": (r"[A-Za-z]+", "只含英文字母", "letters only"),
    "letters_digits": (r"[A-Za-z0-9]+", "只含英文字母和数字", "letters and digits only"),
    "phone": (r"\+?[0-9][0-9 ()-]{4,24}", "电话号码", "a phone number"),
    "email": (r"[^@\s]{1,64}@[A-Za-z0-9.-]{1,190}", "电子邮箱", "an e-mail address"),
    "postcode": (r"[0-9]{6}", "6 位邮政编码", "a postcode of six digits"),
    "url": (r"https?://[^\s<>\"']{1,900}", "网址（http 或 https）", "an http or https address"),
}
_NUMBER = re.compile(r"[-+]?([0-9]{1,20})(?:\.([0-9]{1,20}))?", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]")
_SPLIT = re.compile(r"[;；、,，]")
_YES, _NO = "true", "false"


class Masked(str):
    """What stands for a value that its reader may not see; no value of any field."""


class BadValue(Refusal):
    """A text is no value of its field; `zh` and `en` of the instance say why."""

    code = "custom-value-wrong"
    zh = "自定义字段的值有误：{why_zh}"
    en = "The value of a custom field is wrong: {why_en}"


def _bad(zh: str, en: str) -> BadValue:
    return BadValue(why_zh=zh, why_en=en)


def read(field: Field, text: str) -> Any:
    """Return the stored value of a plain text: ISO dates, plain numbers, true or false, codes.

    text:    stripped and not empty
    refuses: BadValue
    """
    return _READERS[field.type](field, text)


def _text(field: Field, text: str) -> str:
    if _CONTROL.search(text):
        raise _bad("含有不可见的控制字符，请删除。", "The text holds a control character.")
    if len(text) > field.longest:
        raise _bad(f"超过 {field.longest} 个字符。", f"Longer than {field.longest} characters.")
    if field.pattern:
        pattern, zh, en = PATTERNS[field.pattern]
        if not re.fullmatch(pattern, text):
            raise _bad(f"“{text[:40]}”应为{zh}。", f"“{text[:40]}” should be {en}.")
    return text


def number(text: str, digits: int) -> Decimal:
    """Read a plain decimal number; refuses BadValue for more than `digits` decimals."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise _bad(f"“{text[:40]}”不是数字。", f"“{text[:40]}” is not a number.")
    value = Decimal(text).normalize()
    _, held, exponent = value.as_tuple()
    assert isinstance(exponent, int), "no infinity and no NaN pass the pattern"
    if -exponent > digits:
        raise _bad(f"“{text[:40]}”最多 {digits} 位小数。", f"At most {digits} decimals.")
    if max(len(held), len(held) + exponent) > MOST_SIGNIFICANT:
        raise _bad(
            f"数字超过 {MOST_SIGNIFICANT} 位有效数字。",
            f"More than {MOST_SIGNIFICANT} significant digits.",
        )
    return value


def _number(field: Field, text: str) -> str:
    value = number(text, field.digits)
    low = number(field.minimum, MOST_SIGNIFICANT) if field.minimum else None
    high = number(field.maximum, MOST_SIGNIFICANT) if field.maximum else None
    _bounded(field, value, low, high)
    return canonical(value)


def canonical(value: Decimal) -> str:
    """Return a number as it is stored: decimal text without surplus zeros."""
    return format(value + 0, "f") if value else "0"


def minor(text: str, currency: str) -> int:
    """Read an amount in major units; refuses BadValue."""
    if not _NUMBER.fullmatch(text):
        raise _bad(f"“{text[:40]}”不是金额。", f"“{text[:40]}” is not an amount.")
    try:
        return money.parse(text, currency).minor
    except Refusal as refusal:
        raise _bad(
            refusal.zh.format(**refusal.params), refusal.en.format(**refusal.params)
        ) from None


def _amount(field: Field, text: str) -> int:
    value = minor(text, field.currency)
    low = minor(field.minimum, field.currency) if field.minimum else None
    high = minor(field.maximum, field.currency) if field.maximum else None
    _bounded(field, value, low, high)
    return value


def day(text: str) -> date:
    """Read an ISO date; refuses BadValue."""
    try:
        found = date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None or not EARLIEST <= found <= LATEST:
        raise _bad(
            f"“{text[:40]}”不是日期，请填写如 2026-01-31。",
            f"“{text[:40]}” is not a date; write one such as 2026-01-31.",
        )
    return found


def _date(field: Field, text: str) -> str:
    value = day(text)
    low = day(field.minimum) if field.minimum else None
    high = day(field.maximum) if field.maximum else None
    _bounded(field, value, low, high)
    return value.isoformat()


def _bounded(field: Field, value: Any, low: Any, high: Any) -> None:
    if low is not None and value < low:
        raise _bad(f"不能小于 {field.minimum}。", f"Not below {field.minimum}.")
    if high is not None and value > high:
        raise _bad(f"不能大于 {field.maximum}。", f"Not above {field.maximum}.")


def _flag(field: Field, text: str) -> bool:
    if text not in (_YES, _NO):
        raise _bad(f"“{text[:40]}”应为 是 或 否。", f"“{text[:40]}” should be yes or no.")
    return text == _YES


def _choice(field: Field, text: str) -> str:
    """Take a code or a label of a choice in use."""
    lowered = text.strip().lower()
    for one in field.choices:
        if not one.retired and lowered in (one.code, one.zh.lower(), one.en.lower()):
            return one.code
    zh = "、".join(one.zh for one in field.choices if not one.retired)
    en = ", ".join(one.label("en") for one in field.choices if not one.retired)
    raise _bad(f"“{text[:40]}”不在可选值中：{zh}。", f"“{text[:40]}” is not one of: {en}.")


def _choices(field: Field, text: str) -> list[str]:
    """Take codes or labels with a semicolon, comma or 、 between them."""
    parts = [part for part in (one.strip() for one in _SPLIT.split(text)) if part]
    if not parts:
        raise _bad("没有选项。", "There is no choice.")
    return sorted({_choice(field, part) for part in parts})


_READERS: dict[str, Callable[[Field, str], Any]] = {
    "text": _text, "number": _number, "amount": _amount, "date": _date, "flag": _flag,
    "choice": _choice, "choices": _choices,
}  # fmt: skip


def text(field: Field, value: Any) -> str:
    """Return a stored value as the plain text that `read` takes; "" for none.

    A value that does not fit its field, left by an older version, is shown as it is stored.
    """
    if value is None:
        return ""
    if field.type == "amount" and isinstance(value, int) and not isinstance(value, bool):
        return money.text(value, field.currency)
    if isinstance(value, bool):
        return _YES if value else _NO
    return SEPARATOR.join(map(str, value)) if isinstance(value, list) else str(value)


def plain(field: Field, value: Any) -> Any:
    """Return a stored value as JSON answers carry it: amounts in major units, the rest as it is."""
    return value if isinstance(value, bool | list) else text(field, value)


def say(field: Field, value: Any, language: str) -> str:
    """Return a stored value in a reader's words; "" for none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return ("是" if value else "否") if language == "zh" else ("yes" if value else "no")
    if field.type in ("choice", "choices"):
        codes = value if isinstance(value, list) else [value]
        labels = [(field.choice(code), code) for code in codes]
        said = [one.label(language) if one else str(code) for one, code in labels]
        return ("、" if language == "zh" else ", ").join(said)
    return text(field, value)


def cell(field: Field, value: Any, language: str) -> Any:
    """Return a stored value as a spreadsheet's cell: numbers and dates as such, the rest words."""
    if value is None or isinstance(value, Masked):
        return None if value is None else str(value)
    if field.type in ("number", "amount"):
        return Decimal(text(field, value))
    if field.type == "date":
        return date.fromisoformat(value)
    return say(field, value, language)


def values(fields: tuple[Field, ...], stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of these fields as JSON answers carry them; those without one are left."""
    return {one.name: plain(one, stored[one.name]) for one in fields if one.name in stored}


def asked(field: Field) -> conditions.Field:
    """Return what a condition may ask of a field."""
    kinds = {"number": "number", "amount": "money", "date": "date", "flag": "boolean"}
    return conditions.Field(
        kinds.get(field.type, "text"),
        field.zh,
        field.label("en"),
        digits=money.exponent(field.currency) if field.type == "amount" else 2,
        choices={one.code: (one.zh, one.label("en")) for one in field.choices},
    )
