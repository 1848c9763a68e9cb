"""Pages of the figures: cards, their trend, one figure with what lies behind it, and the file."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from xinheng.desk import export, frame, paging
from xinheng.desk.kpi import question, shown
from xinheng.desk.kpi.question import Question
from xinheng.insight import choices, kpi
from xinheng.insight.kpi import Kpi, documents
from xinheng.kernel import money


@require_GET
def cards(request: HttpRequest) -> HttpResponse:
    """Show every figure, compared with the period before."""
    asked = question.asked(request)
    found = _found(request, asked)
    context: dict[str, Any] = {
        "found": found,
        "asked": asked,
        "choices": shown.choices(found, asked),
        "families": shown.cards(found, asked),
        "trend_query": asked.query(show=asked.show, currency=found.currency),
    }
    if asked.group_by:
        labels = choices.labels(by=frame.actor(request), of=asked.group_by)
        context["groups"] = shown.groups(found, labels)
    return frame.page(request, "desk/kpi/cards.html", context)


@require_GET
def trend(request: HttpRequest) -> HttpResponse:
    """Show one figure and its variants over twelve months; the page fetches it when it is shown."""
    asked = question.asked(request)
    found = kpi.trend(
        by=frame.actor(request), as_of=asked.as_of, days=asked.days,
        currency=asked.currency or "CNY",
    )  # fmt: skip
    context = {"trend": shown.trend(found, asked.show), "asked": asked}
    return render(request, "desk/kpi/trend.html", context)


@require_GET
def one(request: HttpRequest, figure: str) -> HttpResponse:
    """Show how one figure was computed, and the documents behind it."""
    if figure not in kpi.BY_NAME:
        raise Http404
    asked = question.asked(request)
    found = _found(request, asked)
    one = next(row for row in found.indicators if row.name == figure)
    papers = _papers(request, found, asked)
    context = {
        "found": found,
        "asked": asked,
        "card": shown.card(one, asked),
        "figure": one,
        "definition": kpi.BY_NAME[figure],
        "previous": shown.value_of(one.previous, one.unit),
        "inputs": shown.inputs(one, found, asked),
        "documents": shown.documents(one, found, asked),
        "papers": papers,
        "papers_kind": request.GET.get("papers", ""),
        "pages": paging.pages(request, papers.count) if papers else None,
        "trend_query": asked.query(show=figure, currency=found.currency),
        "back": asked.query(),
    }
    return frame.page(request, "desk/kpi/one.html", context, fragment="papers")


@require_GET
def cards_file(request: HttpRequest, form: str) -> HttpResponseBase:
    """Hand out every figure with its formula and inputs as CSV or XLSX."""
    asked = question.asked(request)
    found = _found(request, asked)
    header = [
        _("指标"), _("代码"), _("数值"), _("上期"), _("单位"), _("公式"), _("构成"), _("币种"),
        _("截止日"), _("期间天数"),
    ]  # fmt: skip
    rows = (
        [
            shown.label(figure), figure.name, kpi.shown(figure.value), kpi.shown(figure.previous),
            str(shown.UNITS[figure.unit]) if figure.unit != "ratio" else "1",
            figure.formula_zh if frame.language() == "zh" else figure.formula,
            _inputs(figure.inputs, found.currency), found.currency, found.as_of, found.days,
        ]
        for figure in found.indicators
    )  # fmt: skip
    return export.answer(form, f"kpi-{found.as_of}", header, rows)


def _inputs(given: dict[str, int], currency: str) -> str:
    """Return the inputs as one text."""
    return "; ".join(
        f"{name} {money.text(value, currency) if kpi.is_money(name) else value}"
        for name, value in given.items()
    )


def _found(request: HttpRequest, asked: Question) -> Kpi:
    return kpi.kpi(
        by=frame.actor(request), as_of=asked.as_of, days=asked.days,
        currency=asked.currency or None, group_by=asked.group_by or None, compare=True,
    )  # fmt: skip


def _papers(request: HttpRequest, found: Kpi, asked: Question) -> documents.Papers | None:
    """Return the documents the address asks for, None when it asks for none."""
    read = {"sales": documents.sold, "paid": documents.paid}.get(request.GET.get("papers", ""))
    if read is None or not frame.actor(request).may("receivables.read"):
        return None
    _number, size = paging.asked(request)
    return read(
        by=frame.actor(request), currency=found.currency, period=asked.period, limit=size,
        offset=paging.offset(request),
    )  # fmt: skip
