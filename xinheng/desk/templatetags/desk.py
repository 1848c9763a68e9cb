"""How figures, dates and marks are written. Amounts are minor units until this line."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from typing_extensions import TypeIs

from xinheng.desk import drawing, words
from xinheng.kernel import money as kernel_money

register = template.Library()
NOTHING = "–"
STEPS_ZH = ((100_000_000, "亿"), (10_000, "万"))
STEPS_EN = ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "K"))


def _is_absent(value: object) -> TypeIs[None]:
    """Say whether there is nothing to show; a template passes "" where a thing is missing."""
    return value is None or value == ""


@register.filter
def money(minor: int | None, currency: str = "CNY") -> str:
    """Write an amount with thousands separators and the currency's digits."""
    if _is_absent(minor):
        return NOTHING
    major = kernel_money.major(minor, currency or "CNY")
    return f"{major:,.{kernel_money.exponent(currency or 'CNY')}f}"


@register.simple_tag
def cell(minor: int | None, currency: str = "CNY", mark: str = "") -> SafeString:
    """Write an amount for a table: nothing and zero recede, `mark` colours what is above zero."""
    if not minor:
        return format_html('<span class="zero">{}</span>', NOTHING if _is_absent(minor) else "0")
    if mark and minor > 0:
        return format_html('<span class="{}">{}</span>', mark, money(minor, currency))
    return format_html("{}", money(minor, currency))


@register.simple_tag
def whole(minor: int | None, currency: str = "CNY") -> SafeString:
    """Write an amount that is usually round, such as a limit: digits only where they say more."""
    if _is_absent(minor):
        return format_html('<span class="zero">{}</span>', NOTHING)
    text = money(minor, currency)
    return format_html("{}", text.removesuffix(".00"))


@register.simple_tag
def rounded(minor: int | None, currency: str = "CNY") -> SafeString:
    """Write an amount of a statement in whole units; its title holds the exact one."""
    if not minor:
        return format_html('<span class="zero">{}</span>', NOTHING if _is_absent(minor) else "0")
    shown = f"{kernel_money.major(minor, currency):,.0f}"
    mark = "is-danger" if minor < 0 else ""
    return format_html('<span class="{}" title="{}">{}</span>', mark, money(minor, currency), shown)


def _short(minor: int, currency: str) -> tuple[str, str]:
    major = kernel_money.major(minor, currency)
    steps = STEPS_ZH if (get_language() or "zh").startswith("zh") else STEPS_EN
    for size, word in steps:
        if abs(major) >= size:
            digits = 0 if abs(major) >= size * 1000 else 1 if abs(major) >= size * 100 else 2
            return f"{major / size:,.{digits}f}", word
    return f"{major:,.0f}", ""


@register.simple_tag
def figure(minor: int | None, currency: str = "CNY") -> SafeString:
    """Write an amount short, for a headline: 1,234.5 万; its title holds the exact amount."""
    if _is_absent(minor):
        return format_html("{}", NOTHING)
    number, word = _short(minor, currency)
    return format_html(
        '<span title="{} {}">{}<small>{}</small></span>',
        money(minor, currency), currency, number, word,
    )  # fmt: skip


@register.filter
def short(minor: int | None, currency: str = "CNY") -> str:
    """Write an amount short, as plain text."""
    return NOTHING if _is_absent(minor) else "".join(_short(minor, currency or "CNY"))


@register.filter
def pct(ratio: Decimal | float | None, digits: int = 1) -> str:
    """Write a ratio of 1 as a percentage."""
    return NOTHING if _is_absent(ratio) else f"{Decimal(str(ratio)) * 100:.{digits}f}%"


@register.filter
def plain(number: Decimal | float | None, digits: int = 1) -> str:
    """Write a number with a fixed count of decimals and thousands separators."""
    return NOTHING if _is_absent(number) else f"{Decimal(str(number)):,.{digits}f}"


@register.filter
def count(number: int | None) -> str:
    """Write a count with thousands separators."""
    return NOTHING if _is_absent(number) else f"{number:,}"


@register.filter
def day(value: date | str | None) -> str:
    """Write a date as 2026-11-21."""
    if value is None or value == "":
        return NOTHING
    return value[:10] if isinstance(value, str) else value.strftime("%Y-%m-%d")


@register.filter
def moment(value: datetime | None) -> str:
    """Write an instant as 2026-11-21 09:30 in the installation's time zone."""
    return NOTHING if value is None else timezone.localtime(value).strftime("%Y-%m-%d %H:%M")


@register.filter
def who(label: str | None) -> str:
    """Write who acted, as the journal names them: a person by name, a service as the system."""
    kind, _colon, name = (label or "").partition(":")
    return _("系统（%(name)s）") % {"name": name} if kind == "service" else name or kind or NOTHING


@register.simple_tag
def icon(name: str, more: str = "") -> SafeString:
    """Draw an icon of the sprite; it is decoration, words carry the meaning."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        more, static("vendor/icons/icons.svg"), name,
    )  # fmt: skip


@register.simple_tag
def grade(value: str | None) -> SafeString:
    """Show a grade as a chip whose colour follows its rank."""
    if not value:
        return format_html('<span class="zero">{}</span>', _("未评级"))
    return format_html('<span class="grade grade-{}">{}</span>', words.grade_rank(value), value)


@register.simple_tag
def tier(value: str | None) -> SafeString:
    """Stamp a tier like a seal."""
    if not value:
        return format_html('<span class="zero">{}</span>', NOTHING)
    return format_html(
        '<span class="tier tier-{}" title="{}"><span class="visually-hidden">{} </span>{}</span>',
        value.lower(), _("%(tier)s 类客户") % {"tier": value}, _("分类"), value,
    )  # fmt: skip


@register.simple_tag
def overdue_days(days: int | None) -> SafeString:
    """Say how late, in days, coloured and in words."""
    if not days or days <= 0:
        return format_html('<span class="zero">{}</span>', NOTHING if days is None else "0")
    level = "is-watch" if days <= 30 else "is-late" if days <= 90 else "is-danger"
    return format_html('<span class="{}">{}</span>', level, f"{days:,}")


@register.simple_tag
def limit_delta(current: int | None, proposed: int | None) -> SafeString:
    """Say in an arrow and a word where a proposed limit moves."""
    if proposed is None:
        return format_html('<span class="zero">{}</span>', NOTHING)
    if not proposed:
        return format_html('<span class="delta is-danger">{}{}</span>', icon("x"), _("不予授信"))
    if current is None:
        return format_html('<span class="delta is-ok">{}{}</span>', icon("plus"), _("新授"))
    if proposed == current:
        return format_html('<span class="delta faint">{}{}</span>', icon("minus"), _("维持"))
    if proposed > current:
        return format_html('<span class="delta is-ok">{}{}</span>', icon("arrow-up"), _("调增"))
    return format_html('<span class="delta is-late">{}{}</span>', icon("arrow-down"), _("调减"))


@register.simple_tag(takes_context=True)
def keep(context: Any, **changes: Any) -> str:
    """Return this page's address with some parameters changed; None or "" drops one."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = str(value)
    if "page" not in changes:
        query.pop("page", None)
    encoded = query.urlencode()
    return f"?{encoded}" if encoded else context["request"].path


@register.filter
def get(mapping: dict[str, Any] | None, key: str) -> Any:
    """Return one entry of a mapping."""
    return (mapping or {}).get(key)


@register.filter
def item(rows: Any, at: int) -> Any:
    """Return one element of a sequence."""
    return rows[at]


@register.simple_tag(takes_context=True)
def without(context: Any, name: str) -> str:
    """Return this page's address without one parameter."""
    return keep(context, **{name: None})


@register.simple_tag
def share(part: int, whole: int) -> str:
    """Return a share as SVG wants it, such as "62.50%"."""
    return drawing.percent(part, whole)
