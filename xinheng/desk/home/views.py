"""The first page after sign-in, and the part of it that is read afterwards."""

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from xinheng.desk import frame
from xinheng.desk.home import shown


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show where the portfolio stands and what to do next."""
    context = shown.context(request, frame.actor(request), frame.today())
    return frame.page(request, "desk/home/home.html", context)


@require_GET
def later(request: HttpRequest, panel: str) -> HttpResponse:
    """Show one of the panels that the page fetches when it is shown."""
    by = frame.actor(request)
    widths = dict(shown.panels(by))
    if panel not in shown.LATER or panel not in widths:
        raise Http404
    found = shown.panel(request, by, frame.today(), panel)
    return render(request, f"desk/home/{panel}.html", {panel: found, "width": widths[panel]})


@require_GET
def trend(request: HttpRequest) -> HttpResponse:
    """Show receivable and overdue over the last months; the page fetches it when it is shown."""
    asked = request.GET.get("currency", "")
    currency = asked if re.fullmatch(r"[A-Z]{3}", asked) else "CNY"
    context = shown.trend(frame.actor(request), frame.today(), currency)
    return render(request, "desk/home/trend.html", context)
