"""Names that the rule designer gives to the codes of a rule set, and its rules as sentences."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinheng.access import policy
from xinheng.desk import frame
from xinheng.orders.rules import sentences
from xinheng.orders.rules.ruleset import DOCUMENTS, POINTS
from xinheng.orders.rules.verdict import Reason

DOCUMENT_NAMES = {
    "order": gettext_lazy("订单"), "quotation": gettext_lazy("报价单"),
    "delivery": gettext_lazy("发货单"), "invoice": gettext_lazy("发票"),
}  # fmt: skip
POINT_NAMES = {
    "quote": gettext_lazy("报价"), "confirm": gettext_lazy("下单"), "pick": gettext_lazy("配货"),
    "ship": gettext_lazy("发货"), "invoice": gettext_lazy("开票"),
}  # fmt: skip
# effect → mark, word
EFFECTS = {
    "off": ("", gettext_lazy("不检查")), "warn": ("mark-watch", gettext_lazy("提醒")),
    "hold": ("mark-late", gettext_lazy("冻结")), "refuse": ("mark-danger", gettext_lazy("拒绝")),
}  # fmt: skip
BREADTHS = {
    "all": gettext_lazy("全部客户"), "tier": gettext_lazy("某些分类"),
    "group": gettext_lazy("某些集团"), "customer": gettext_lazy("某些客户"),
}  # fmt: skip
REASONS = {one.code: one for one in Reason}
Row = Mapping[str, Any]


def check_name(code: str) -> str:
    """Return what a check is called."""
    return sentences.name(REASONS[code], frame.language())


def whom(applies_to: Row) -> str:
    """Return for whom a rule is."""
    breadth, keys = applies_to["breadth"], "、".join(applies_to["keys"][:6])
    if breadth == "all":
        return _("全部客户")
    told = {
        "tier": _("%(keys)s 类客户"),
        "group": _("集团 %(keys)s"),
        "customer": _("客户 %(keys)s"),
    }
    return told[breadth] % {"keys": keys}


def sentence(rule: Row, currency: str) -> str:
    """Return a rule as one sentence: for whom, what, from where on, with what leeway."""
    parts = [f"{whom(rule['applies_to'])}：{check_name(rule['check'])}"]
    threshold = _threshold(rule["parameters"], currency)
    if threshold:
        parts.append(threshold)
    leeway = _leeway(rule, currency)
    text = _("，").join(parts)
    return f"{text}（{leeway}）" if leeway else text


def _threshold(given: Row, currency: str) -> str:
    told = {
        "amount": _("金额 %(v)s %(c)s"), "percent": _("比例 %(v)s%%"), "days": _("%(v)s 天"),
        "level": _("第 %(v)s 级起"), "index": _("指数低于 %(v)s"),
        "horizon_days": _("展望 %(v)s 天"),
    }  # fmt: skip
    parts = [
        said % {"v": plain(given[name]), "c": currency}
        for name, said in told.items()
        if given.get(name) is not None
    ]
    if given.get("covers_excess"):
        parts.append(_("投保额度内可超限"))
    if given.get("is_required"):
        parts.append(_("没有设定也算"))
    return _("且").join(parts)


def _leeway(rule: Row, currency: str) -> str:
    told = []
    if rule.get("tolerance_percent") is not None:
        told.append(_("容差 %(v)s%%") % {"v": plain(rule["tolerance_percent"])})
    if rule.get("tolerance_amount") is not None:
        told.append(_("容差 %(v)s") % {"v": plain(rule["tolerance_amount"])})
    if Decimal(str(rule.get("de_minimis") or 0)):
        told.append(_("%(v)s 以下不计") % {"v": plain(rule["de_minimis"])})
    if rule.get("grace_days"):
        told.append(_("宽限 %(v)s 天") % {"v": rule["grace_days"]})
    return _("，").join(told)


def exclusion_sentence(row: Row, currency: str) -> str:
    """Return an exclusion as one sentence."""
    what = check_name(row["check"]) if row["check"] else _("任何原因")
    bounds = [
        said % {"v": plain(row[name]), "c": currency}
        for name, said in (
            ("amount_up_to", _("金额不超过 %(v)s %(c)s")),
            ("percent_up_to", _("比例不超过 %(v)s%%")),
            ("days_up_to", _("不超过 %(v)s 天")),
            ("level_up_to", _("不超过第 %(v)s 级")),
            ("index_from", _("指数不低于 %(v)s")),
        )
        if row.get(name) is not None
    ]
    verb = _("整单放行") if row["release"] else _("不因此冻结")
    return _("，").join([f"{whom(row['applies_to'])}：{what}", *bounds, verb])


def matrix(rule: Row) -> list[dict[str, Any]]:
    """Return document by document what a rule does at each check point."""
    found = []
    for kind in DOCUMENTS:
        own = rule["at"].get(kind, {})
        cells = [
            {"point": POINT_NAMES[point], "mark": EFFECTS[effect][0], "effect": EFFECTS[effect][1],
             "is_own": point in own}
            for point in POINTS
            if (effect := own.get(point, rule["effect"]))
        ]  # fmt: skip
        found.append({"document": DOCUMENT_NAMES[kind], "cells": cells, "is_own": bool(own)})
    return found


def plain(value: Any) -> str:
    """Write a figure of a rule set with separators and without idle zeros."""
    number = Decimal(str(value))
    return f"{number:,f}".rstrip("0").rstrip(".") if "." in f"{number:f}" else f"{number:,}"


def role(name: str) -> str:
    """Return the name of a role."""
    known = policy.ROLES.get(name)
    if known is None:
        return name
    return known[0] if frame.language() == "zh" else known[1]
