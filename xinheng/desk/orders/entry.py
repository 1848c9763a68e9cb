"""Entering and changing an order: the form, the check beside it while typing, who is meant."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xinheng.desk import frame
from xinheng.desk.orders import acting, asking, entering
from xinheng.desk.orders.entering import OrderForm
from xinheng.kernel.refusals import Refusal
from xinheng.orders import listing, order_file

FORM = "desk/orders/edit.html"


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Enter an order; it is decided on at once, and kept when it is held too."""
    by, today = frame.actor(request), frame.today()
    if request.method == "POST":
        filled, rows = OrderForm(request.POST), entering.typed(request.POST)
        placed, wrong = acting.place(by, filled, rows, today)
        if placed is not None:
            acting.tell(request, placed)
            return redirect("desk:order", placed.order.number)
        return _page(request, filled, rows, {"wrong": wrong})
    copied = request.GET.get("copy", "")[:80]
    number = listing.free_number(by=by, today=today)
    if copied:
        head, rows = entering.of_order(order_file.order_file(by=by, number=copied))
        head |= {"number": number, "order_date": f"{today}", "ship_date": ""}
    else:
        head, rows = entering.initial(request.GET, today, number)
    return _page(request, OrderForm(initial=head), rows, {"copied": copied})


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, number: str) -> HttpResponse:
    """Change an order; what is worse for us than what was approved is checked anew."""
    by = frame.actor(request)
    order = order_file.order_file(by=by, number=number)
    if request.method == "POST":
        filled, rows = OrderForm(request.POST), entering.typed(request.POST)
        changed, wrong = acting.amend(by, order, filled, rows, request.POST.get("version", ""))
        if changed is not None:
            acting.tell(request, changed)
            return redirect("desk:order", number)
        return _page(request, filled, rows, {"wrong": wrong, "order": order})
    head, rows = entering.of_order(order)
    return _page(request, OrderForm(initial=head), rows, {"order": order})


@require_POST
def live(request: HttpRequest) -> HttpResponse:
    """Say what would become of the order as it is typed now; nothing is reserved."""
    by = frame.actor(request)
    context: dict[str, Any] = {"verdict": None, "wrong": []}
    try:
        context |= acting.preview(by, OrderForm(request.POST), entering.typed(request.POST))
    except Refusal as refusal:
        context["wrong"] = [frame.sentence(refusal)]
    return frame.page(request, "desk/orders/live.html", context)


@require_GET
def whom(request: HttpRequest) -> HttpResponse:
    """Offer the customers that a text may mean."""
    text = request.GET.get("customer", "").strip()[:80]
    found = asking.customers(frame.actor(request), text) if text else ()
    return render(request, "desk/orders/whom.html", {"found": found})


def _page(
    request: HttpRequest, filled: OrderForm, rows: list[entering.Typed], more: dict[str, Any]
) -> HttpResponse:
    context = {"form": filled, "lines": entering.with_blanks(rows), **more}
    status = 422 if more.get("wrong") or filled.errors else 200
    return frame.page(request, FORM, context, status=status)
