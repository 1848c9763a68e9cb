"""The ageing in the reader's words: choices, cells with the link behind each, the chart."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinheng.desk import drawing, frame, paging, words
from xinheng.insight.ageing import GROUPINGS, Ageing, AgeingLine
from xinheng.kernel import money
from xinheng.receivables.queries import NO_DUE_DATE
from xinheng.receivables.rules import Bucket

GROUPING_NAMES = {
    "customer": gettext_lazy("客户"), "owner": gettext_lazy("负责人"),
    "department": gettext_lazy("部门"), "region": gettext_lazy("地区"),
    "industry": gettext_lazy("行业"), "group": gettext_lazy("集团"),
}  # fmt: skip
BASIS_NAMES = (("due", gettext_lazy("按到期日")), ("issue", gettext_lazy("按开票日")))
SHOWN_IN_CHART = 12
# Where the rows of a grouping lead: one step down, in the end to the customers.
BELOW = {
    "department": "owner", "owner": "customer", "region": "customer", "industry": "customer",
    "group": "customer",
}  # fmt: skip


def grouping(request: HttpRequest) -> str:
    """Return what the address groups by, customers unless it names another grouping."""
    asked = request.GET.get("by", "")
    return asked if asked in GROUPINGS else "customer"


def narrow(request: HttpRequest) -> dict[str, str]:
    """Return the groups the address narrows to; an empty one is those without an entry."""
    given = request.GET
    return {key: given.get(key, "")[:200] for key in GROUPINGS if key in given}


def choices(request: HttpRequest) -> dict[str, Any]:
    """Return the form's choices as the address sets them."""
    return {
        "by": grouping(request),
        "groupings": list(GROUPING_NAMES.items()),
        "basis": request.GET.get("basis", "due"),
        "bases": BASIS_NAMES,
        "as_of": frame.as_of(request),
        "buckets": request.GET.get("buckets", ""),
        "narrow": [(key, GROUPING_NAMES[key], value) for key, value in narrow(request).items()],
    }


def report(request: HttpRequest, found: Ageing, industries: dict[str, str]) -> dict[str, Any]:
    """Return the chosen currency's totals, its groups and the chart."""
    currency = _currency(request, found)
    line = found.currencies.get(currency)
    groups = [one for one in found.groups if one.currency == currency]
    by = grouping(request)
    parts = pieces(request, found, line) if line else ()
    return {
        "found": found,
        "currency": currency,
        "unit": words.unit(currency),
        "line": line,
        "overdue_share": Decimal(line.overdue) / line.total if line and line.total > 0 else None,
        "strip": parts,
        "overdue_link": _link(request, found, None, {"currency": currency, "state": "overdue"}),
        "columns": [_bucket_name(bucket) for bucket in found.buckets],
        "rows": [_row(request, found, one, by, industries) for one in groups],
        "total_row": _row(request, found, line, "", industries) if line else None,
        "pages": paging.pages(request, found.counts.get(currency, 0)),
        "chart": _chart(request, found, groups[:SHOWN_IN_CHART], by, industries),
    }  # fmt: skip


def pieces(
    request: HttpRequest, found: Ageing, line: AgeingLine, **own: str
) -> tuple[drawing.Piece, ...]:
    """Return the strip of one line, each piece linked to its invoices."""
    parts = []
    for bucket, minor, colour, label in _cells(found.buckets, line):
        link = _link(request, found, bucket, {"currency": line.currency, **own})
        parts.append((minor, colour, label, link))
    return drawing.strip(parts)


def _currency(request: HttpRequest, found: Ageing) -> str:
    asked = request.GET.get("currency", "")
    if asked in found.currencies:
        return asked
    largest = max(found.currencies.values(), key=lambda one: abs(one.total), default=None)
    return largest.currency if largest else "CNY"


def _bucket_name(bucket: Bucket) -> str:
    return _("%(days)s 天") % {"days": bucket.label}


def _cells(buckets: Sequence[Bucket], line: AgeingLine) -> list[tuple[int, int, str, str]]:
    """Return (bucket number, minor, colour, name) in the order of age."""
    found = [(0, line.not_due, "age-0", _("未到期"))]
    if line.no_due_date:
        found.append((NO_DUE_DATE, line.no_due_date, "age-none", _("无到期日")))
    for at, (bucket, minor) in enumerate(zip(buckets, line.buckets, strict=True), 1):
        found.append((at, minor, f"age-{min(at, 5)}", _bucket_name(bucket)))
    return found


def _row(
    request: HttpRequest, found: Ageing, line: AgeingLine, by: str, industries: dict[str, str]
) -> dict[str, Any]:
    own = {"currency": line.currency}
    if by:
        own[by] = line.key
    label = industries.get(line.label, line.label) if by == "industry" else line.label
    return {
        "line": line,
        "label": label or _("（未填）"),
        "link": _down(request, by, line.key),
        "total_link": _link(request, found, None, own),
        "not_due_link": _link(request, found, 0, own),
        "no_date_link": _link(request, found, NO_DUE_DATE, own),
        "cells": [
            (minor, _link(request, found, at, own)) for at, minor in enumerate(line.buckets, 1)
        ],
        "strip": pieces(request, found, line, **({by: line.key} if by else {})),
        "overdue_share": Decimal(line.overdue) / line.total if line.total > 0 else None,
    }


def _down(request: HttpRequest, by: str, key: str) -> str:
    """Return where the name of a row leads: to the customer, or one grouping further down."""
    if by == "customer":
        return reverse("desk:customer", args=[key])
    if not by:
        return ""
    query = request.GET.copy()
    query.pop("page", None)
    query[by], query["by"] = key, BELOW[by]
    return f"{reverse('desk:ageing')}?{query.urlencode()}"


def _link(request: HttpRequest, found: Ageing, bucket: int | None, own: dict[str, str]) -> str:
    """Return the address of the invoices behind one cell."""
    query = {"as_of": f"{found.as_of}", "basis": found.basis, **narrow(request), **own}
    if bucket is not None:
        query["bucket"] = str(bucket)
    if request.GET.get("buckets"):
        query["buckets"] = request.GET["buckets"]
    return f"{reverse('desk:items')}?{urlencode(query)}"


def _chart(
    request: HttpRequest,
    found: Ageing,
    groups: Sequence[AgeingLine],
    by: str,
    industries: dict[str, str],
) -> dict[str, Any]:
    cells = [_cells(found.buckets, line) for line in groups]
    names = {bucket: (colour, label) for row in cells for bucket, _minor, colour, label in row}
    series = []
    for bucket in sorted(names, key=lambda one: (one == NO_DUE_DATE, one)):
        values = [next((minor for at, minor, *_rest in row if at == bucket), 0) for row in cells]
        series.append(
            {
                "name": names[bucket][1],
                "colour": names[bucket][0],
                "values": [
                    money.text(minor, line.currency)
                    for minor, line in zip(values, groups, strict=True)
                ],
            }
        )
    rows = [_row(request, found, line, by, industries) for line in groups]
    return {
        "title": (
            _("逾期最多的 %(n)s 项") if not paging.offset(request) else _("本页的前 %(n)s 项")
        )
        % {"n": len(groups)},
        "unit": "money",
        "labels": [row["label"] for row in rows],
        "series": series,
        "links": [row["total_link"] for row in rows],
    }
