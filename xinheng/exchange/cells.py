"""Turn the text of one cell into the text PostgreSQL's COPY takes, or say why not.

Every function takes a stripped, non-empty text. A `Wrong` carries the fault's code and parameters.
Runs in the limited child: no database, no clock.
"""

import json
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

from xinheng.exchange.kinds.columns import Column
from xinheng.fields import rules
from xinheng.fields.schema import Field
from xinheng.fields.secrecy import is_guarded
from xinheng.files import writers
from xinheng.kernel import codes, money
from xinheng.kernel.refusals import Refusal

EARLIEST, LATEST = date(1950, 1, 1), date(2100, 12, 31)
_EXCEL_EPOCH = date(1899, 12, 30)
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_TIME = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")
_SERIAL = re.compile(r"\d{5}(\.\d+)?")
_PLAIN_AMOUNT = re.compile(r"[-+]?\d{1,16}(\.\d+)?", re.ASCII)
_GROUPED_AMOUNT = re.compile(r"[-+]?[¥￥]?\d{1,3}([,，]\d{3})+(\.\d+)?", re.ASCII)
_GROUPING = str.maketrans("", "", "¥￥,，")
_SCIENTIFIC = re.compile(r"[-+]?\d+(\.\d+)?[eE][-+]?\d+", re.ASCII)
_INTEGER = re.compile(r"[-+]?\d{1,9}", re.ASCII)
# Control characters, and marks that make a text read otherwise than it is stored.
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]"
)
# What needs a second look: the rest, nearly every text, is taken as it is.
_UNUSUAL_FIRST = frozenset("=＝+-@＋－＠'")
_UNUSUAL = re.compile(_CONTROL.pattern.removesuffix("]") + r"\\\t\n\r]")
_QUOTED = re.compile("“.*”", re.DOTALL)
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_NEEDS_ESCAPE = re.compile(r"[\\\t\n\r]")
_FORMULA = re.compile(r"[=＝]|[-+@＋－＠].*[(|!]")
# Active codes of ISO 4217, funds and metals left out.
_ISO_4217 = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN "
    "BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL "
    "GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF "
    "KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN "
    "MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD "
    "SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH "
    "UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG"
)
CURRENCIES = frozenset(_ISO_4217.split())
_CURRENCY_NAMES = {
    "人民币": "CNY", "RMB": "CNY", "美元": "USD", "欧元": "EUR", "港币": "HKD", "日元": "JPY",
}  # fmt: skip
_YES = frozenset(("true", "yes", "y", "1", "是", "已审计", "√"))
_NO = frozenset(("false", "no", "n", "0", "否", "未审计"))


class Wrong(Exception):
    """A cell cannot be taken: a fault's code and the parameters of its sentence."""

    def __init__(self, code: str, **params: str | int) -> None:
        self.code = code
        self.params = params
        super().__init__(code, params)


def escape(text: str) -> str:
    """Return a text as COPY's text format takes it."""
    return text.translate(_ESCAPES) if _NEEDS_ESCAPE.search(text) else text


def unneutralised(text: str) -> str:
    """Refuse what a spreadsheet might execute; a text that was neutralised comes back bare."""
    if _FORMULA.match(text) and not _PLAIN_AMOUNT.fullmatch(text):
        raise Wrong("formula-cell")
    return writers.restore(text) if text[0] == "'" else text


def read_date(text: str, *, serials: bool = False) -> date:
    """Read an ISO date, 2026/1/31, 2026年1月31日, 20260131 or, with `serials`, Excel's number."""
    whole = _TIME.sub("", text)
    found = _DATE.fullmatch(whole) or _COMPACT_DATE.fullmatch(whole)
    try:
        if found:
            day = date(int(found[1]), int(found[2]), int(found[3]))
        elif serials and _SERIAL.fullmatch(whole):
            day = _EXCEL_EPOCH + timedelta(days=int(whole[:5]))
        else:
            raise Wrong("date-unreadable", text=text[:40])
    except ValueError:
        raise Wrong("date-unreadable", text=text[:40]) from None
    if not EARLIEST <= day <= LATEST:
        raise Wrong("date-out-of-range", text=day.isoformat())
    return day


def read_date_as(text: str, form: str) -> date:
    """Read a date in a given form such as %m/%d/%Y; "excel" means the serial number."""
    if form == "excel":
        return read_date(text, serials=True)
    try:
        return datetime.strptime(text, form).date()  # noqa: DTZ007 — a date has no zone
    except ValueError:
        raise Wrong("date-unreadable", text=text[:40]) from None


def read_minor(text: str, currency: str, rounding: str | None) -> int:
    """Read an amount in major units as minor units; only kernel.money rounds."""
    plain = _PLAIN_AMOUNT.fullmatch(text)
    if not plain and not _GROUPED_AMOUNT.fullmatch(text):
        if _SCIENTIFIC.fullmatch(text) or (text.isascii() and text.lstrip("+-").isdigit()):
            raise Wrong("amount-too-big", text=text[:40])
        raise Wrong("amount-unreadable", text=text[:40])
    if plain and len(text) < 14:
        whole, _, fraction = text.partition(".")
        if len(fraction) <= 2 and money.exponent(currency) == 2:
            return int(whole + fraction.ljust(2, "0"))
    try:
        return money.parse(text, currency, rounding).minor
    except Refusal as refusal:
        params = {**refusal.params, "text": text[:40]}
        raise Wrong(refusal.code, **params) from None


def check_amount(minor: int, column: Column, currency: str, text: str) -> str:
    """Return minor units as COPY text if they lie within the column's bounds."""
    if column.least is not None and minor < column.least:
        least = money.text(column.least, currency)
        raise Wrong("amount-too-small", text=text[:40], least=least)
    return str(minor)


Parser = Callable[[str], str]


def parser(column: Column, *, today: date, serials: bool) -> Parser:
    """Return the function that reads cells of a column; money is read with its row's currency."""
    match column.type:
        case "date":
            return lambda text: _date(text, column, today, serials)
        case "integer":
            return lambda text: _integer(text, column)
        case "decimal":
            return lambda text: _decimal(text, column)
        case "choice":
            return _choice(column)
        case "flag":
            return _flag
        case "currency":
            return _currency
        case "credit_code":
            return _credit_code
        case "custom":
            assert column.custom is not None, "a custom column has its field"
            return _custom(column.custom, serials)
        case "code":
            return lambda text: _text(text.replace("\n", " "), column)
    return lambda text: _text(text, column)


def _date(text: str, column: Column, today: date, serials: bool) -> str:
    day = read_date(text, serials=serials)
    if column.past and day > today:
        raise Wrong("future-date", text=day.isoformat(), today=today.isoformat())
    return day.isoformat()


def _integer(text: str, column: Column) -> str:
    body = text.removesuffix(".0")
    if not _INTEGER.fullmatch(body):
        raise Wrong("number-unreadable", text=text[:40])
    number = int(body)
    if not (column.least or 0) <= number <= (column.most or 2**31 - 1):
        raise Wrong(
            "number-out-of-range",
            text=text[:40],
            least=column.least or 0,
            most=column.most or 2**31 - 1,
        )
    return str(number)


def _decimal(text: str, column: Column) -> str:
    """Read a number of at most ten decimals, as the books keep it; positive unless said else."""
    if not _PLAIN_AMOUNT.fullmatch(text):
        raise Wrong("number-unreadable", text=text[:40])
    number = Decimal(text)
    exponent = number.as_tuple().exponent
    least, most = column.least or 0, column.most or 10**10
    is_inside = least <= number <= most and (number > 0 or column.least is not None)
    if not is_inside or number >= 10**10 or not isinstance(exponent, int) or exponent < -10:
        raise Wrong("number-out-of-range", text=text[:40], least=least, most=most)
    return str(number)


def _choice(column: Column) -> Parser:
    known = {name: name for name in column.choices}
    known.update({zh: name for name, zh in column.choices.items()})
    shown = "、".join(f"{name}（{zh}）" for name, zh in column.choices.items())

    def read(text: str) -> str:
        value = known.get(text) or known.get(text.lower())
        if value is None:
            raise Wrong("choice-unknown", text=text[:40], choices=shown)
        return value

    return read


def _flag(text: str) -> str:
    lowered = text.lower()
    if lowered in _YES:
        return "t"
    if lowered in _NO:
        return "f"
    raise Wrong("flag-unreadable", text=text[:40])


def _currency(text: str) -> str:
    code = _CURRENCY_NAMES.get(text.upper(), text.upper())
    if code not in CURRENCIES:
        raise Wrong("currency-unknown", text=text[:40])
    return code


def _custom(field: Field, serials: bool) -> Parser:
    """Return the reader of a custom field's cells: their stored value as JSON."""

    def read(text: str) -> str:
        try:
            value = rules.read(field, _plainly(field, text, serials))
        except rules.BadValue as bad:
            zh, en = (_unquoted(field, bad.params[name]) for name in ("why_zh", "why_en"))
            raise Wrong("custom-value", zh=zh, en=en) from None
        except Wrong as wrong:
            if "text" in wrong.params and is_guarded(field):
                wrong.params["text"] = "…"
            raise
        return escape(json.dumps(value, ensure_ascii=False))

    return read


def _unquoted(field: Field, why: str) -> str:
    """Return why a value is wrong; a guarded one is not quoted where others may read the faults."""
    return _QUOTED.sub("“…”", why) if is_guarded(field) else why


def _plainly(field: Field, text: str, serials: bool) -> str:
    """Return a cell as `fields.rules` reads it: the ways people write dates and amounts undone."""
    match field.type:
        case "date":
            return read_date(text, serials=serials).isoformat()
        case "number" | "amount":
            grouped = _GROUPED_AMOUNT.fullmatch(text)
            return text.translate(_GROUPING) if grouped else text
        case "flag":
            return "true" if _flag(text) == "t" else "false"
    return unneutralised(text)


def _credit_code(text: str) -> str:
    code = unneutralised(text).upper().replace(" ", "")
    if not codes.credit_code_ok(code):
        raise Wrong("credit-code-wrong", text=text[:40])
    return code


def _text(text: str, column: Column) -> str:
    if len(text) <= column.longest and (
        text.isalnum() or not (text[0] in _UNUSUAL_FIRST or _UNUSUAL.search(text))
    ):
        return text
    bare = unneutralised(text)
    if _CONTROL.search(bare):
        raise Wrong("bad-character")
    if len(bare) > column.longest:
        raise Wrong("text-too-long", longest=column.longest)
    return escape(bare)
