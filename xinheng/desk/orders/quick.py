"""The quick check: one box, one answer. Nothing is reserved; the question is on record."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.views.decorators.http import require_http_methods

from xinheng.desk import frame
from xinheng.desk.orders import acting, asking
from xinheng.desk.orders.forms import MoreForm
from xinheng.kernel.actors import Actor
from xinheng.kernel.refusals import Refusal


@require_http_methods(["GET", "POST"])
def quick_check(request: HttpRequest) -> HttpResponse:
    """Show the box; a POST answers it."""
    by, given = frame.actor(request), request.POST
    context: dict[str, Any] = {"q": request.GET.get("q", "")[:200], "more": MoreForm()}
    status = 200
    if request.method == "POST":
        context |= _answer(by, given)
        status = 422 if context.get("problem") else 200
    context["may_write"] = by.may("orders.write")
    return frame.page(request, "desk/orders/check.html", context, fragment="answer", status=status)


def _answer(by: Actor, given: QueryDict) -> dict[str, Any]:
    """Return the answer, or what is missing: an amount, a customer, a choice among several."""
    more, text = MoreForm(given), given.get("q", "").strip()[:200]
    asked = asking.read(text)
    found: dict[str, Any] = {"q": text, "more": more, "asked": asked}
    if not more.is_valid():
        return {**found, "problem": "more"}
    if not asked.amount:
        return {**found, "problem": "amount"}
    chosen = given.get("customer", "")[:64]
    customers = asking.customers(by, chosen or asked.customer)
    if len(customers) != 1:
        return {**found, "customers": customers, "problem": "" if customers else "customer"}
    try:
        decided = acting.check(by, customers[0], asked, more.cleaned_data)
    except Refusal as refusal:
        return {**found, "problem": "refused", "refusal": frame.sentence(refusal)}
    return {**found, "customer": customers[0], "verdict": acting.shown(decided, "check", by)}
