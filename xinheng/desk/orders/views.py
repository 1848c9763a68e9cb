"""Pages of orders: the list, its file, one order."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_GET

from xinheng.desk import export, frame, paging
from xinheng.desk.orders import detail as showing
from xinheng.desk.orders import forms, reasoning, shown
from xinheng.orders import listing as orders
from xinheng.orders import worklist


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Show orders, narrowed, sorted and paged by the address."""
    by, where, sort = frame.actor(request), forms.where(request.GET), forms.sort(request.GET)
    size = paging.asked(request)[1]
    found = orders.page(by=by, where=where, sort=sort, offset=paging.offset(request), limit=size)
    currency = found.totals[0].currency if found.totals else "CNY"
    context: dict[str, Any] = {
        "rows": [shown.row(one) for one in found.rows],
        "totals": found.totals,
        "pages": paging.pages(request, found.count),
        "headings": shown.headings(sort, currency),
        "currency": currency,
        "views": forms.VIEWS,
        "narrowed": shown.is_narrowed(request.GET),
        "may_write": by.may("orders.write"),
    }
    if not frame.wants_fragment(request):
        context["selects"] = shown.selects(request.GET, by)
    return frame.page(request, "desk/orders/list.html", context, fragment="table")


@require_GET
def listing_file(request: HttpRequest, form: str) -> HttpResponseBase:
    """Hand out the narrowed orders as CSV or XLSX."""
    rows = shown.file_rows(frame.actor(request), forms.where(request.GET))
    return export.answer(form, f"orders-{frame.today()}", list(map(str, shown.FILE_HEADER)), rows)


@require_GET
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """Show one order: what it is, what was decided, what may be done with it."""
    by = frame.actor(request)
    context = showing.context(by, number, frame.today())
    if request.GET.get("from") == "holds":
        context |= {"from": "holds", "next_hold": worklist.after(by=by, number=number)}
    return frame.page(request, "desk/orders/detail.html", context, fragment="decision")


@require_GET
def why(request: HttpRequest, number: str) -> HttpResponse:
    """Say of every rule what became of it."""
    is_now = request.GET.get("now") == "1"
    context = reasoning.context(frame.actor(request), number, is_now=is_now)
    return frame.page(request, "desk/orders/why.html", context, fragment="checks")
