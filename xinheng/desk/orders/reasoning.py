"""Why an order was held, or was not: every rule, and what became of it."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinheng.desk import frame
from xinheng.desk.orders import verdicts
from xinheng.kernel.actors import Actor
from xinheng.orders import why
from xinheng.orders.rules import sentences
from xinheng.orders.rules.explaining import Line
from xinheng.orders.why import Why

# state → mark, icon, name
STATES = {
    "told": ("mark-late", "flag", gettext_lazy("报告")),
    "passed": ("mark-ok", "circle-check", gettext_lazy("通过")),
    "excluded": ("mark-watch", "shield-x", gettext_lazy("被例外放过")),
    "released": ("mark-watch", "shield-x", gettext_lazy("例外整单放过")),
    "outweighed": ("", "minus", gettext_lazy("另一条规则更重")),
    "prepaid": ("", "wallet", gettext_lazy("先款后货，不检查")),
    "unmeasured": ("", "help", gettext_lazy("没有可比的数据")),
    "others": ("", "users", gettext_lazy("只管别的客户")),
    "off": ("", "minus", gettext_lazy("此处不检查")),
}
ORDER = tuple(STATES)
_NUMBERS = {
    "limit_minor": gettext_lazy("额度"), "used_minor": gettext_lazy("已用"),
    "needed_minor": gettext_lazy("本单"), "after_minor": gettext_lazy("本单之后"),
    "over_minor": gettext_lazy("超出"), "insured_minor": gettext_lazy("投保额度"),
    "amount_minor": gettext_lazy("金额"), "most_minor": gettext_lazy("允许"),
    "overdue_minor": gettext_lazy("逾期"), "owed_minor": gettext_lazy("应收"),
    "days": gettext_lazy("天数"), "most_days": gettext_lazy("允许天数"),
    "level": gettext_lazy("级别"), "least": gettext_lazy("要求"), "index": gettext_lazy("指数"),
    "grace_days": gettext_lazy("宽限天数"), "valid_to": gettext_lazy("有效至"),
    "review_due": gettext_lazy("评审到期"), "horizon_days": gettext_lazy("展望天数"),
    "share_bp": gettext_lazy("占比"), "most_share_bp": gettext_lazy("允许占比"),
    "most_bp": gettext_lazy("允许占比"), "granted_days": gettext_lazy("约定天数"),
}  # fmt: skip


def context(by: Actor, number: str, *, is_now: bool) -> dict[str, Any]:
    """Return what became of every rule: of the latest decision, or on the books as of today.

    refuses: UnknownOrder, NoExchangeRate, TermsUnreadable
    """
    today = frame.today()
    found = why.now(by=by, number=number, today=today) if is_now else None
    found = found or why.of_order(by=by, number=number)
    if found is None:
        return {"number": number, "lines": (), "is_now": is_now}
    lines = sorted(found.lines, key=lambda line: ORDER.index(line.state))
    return {
        "number": number,
        "is_now": is_now,
        "version": found.version,
        "outcome": verdicts.OUTCOME_WORDS[found.verdict.outcome.value],
        "lines": [_line(line, found) for line in lines],
        "counts": _counts(lines),
    }


def _line(line: Line, found: Why) -> dict[str, Any]:
    language, currency = frame.language(), found.facts.currency
    mark, icon, name = STATES[line.state]
    if line.finding is not None:
        mark, icon, _level = verdicts.LEVELS[line.finding.level]
    text = sentences.sentence(line.finding, currency, language) if line.finding else ""
    if line.by:
        text = _("由“%(by)s”") % {"by": line.by}
    return {
        "rule": line.rule,
        "name": sentences.name(line.reason, language),
        "mark": mark,
        "icon": icon,
        "state": name,
        "weight": sentences.level(line.level, language) if line.level else "",
        "text": text,
        "numbers": [] if line.finding else _numbers(line.numbers, currency),
    }


def _numbers(numbers: dict[str, Any], currency: str) -> list[tuple[str, str]]:
    found = []
    for key, value in numbers.items():
        if key not in _NUMBERS or value is None:
            continue
        if key.endswith("_minor"):
            shown = verdicts.amount(value, currency)
        elif key.endswith("_bp"):
            shown = f"{value // 100}.{value % 100:02d}%"
        else:
            shown = str(value)
        found.append((str(_NUMBERS[key]), shown))
    return found


def _counts(lines: list[Line]) -> list[tuple[Any, str, int]]:
    """Return (state, mark, how many rules) of the states that occur, in order."""
    return [
        (name, mark, count)
        for state, (mark, _icon, name) in STATES.items()
        if (count := sum(line.state == state for line in lines))
    ]
