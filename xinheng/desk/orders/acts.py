"""What is done with one order, or with ticked held ones; each is a short form and one call."""

from collections.abc import Callable
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xinheng.desk import frame
from xinheng.desk.orders import acting, forms
from xinheng.kernel import money
from xinheng.kernel.actors import Actor
from xinheng.kernel.refusals import Refusal
from xinheng.orders import operations as orders
from xinheng.orders import order_file, worklist
from xinheng.orders.rules.placed import ShipmentFacts
from xinheng.orders.rules.releasing import Scope

AT_ONCE = 200
Given = dict[str, Any]


@require_POST
def act(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Do one thing with an order and go back to it, or on to the next held one."""
    if verb not in VERBS:
        raise Http404
    form_class, do = VERBS[verb]
    by, form = frame.actor(request), form_class(request.POST)
    currency = order_file.currency_of(by=by, number=number)  # whose order it is comes first
    if not form.is_valid():
        for name, errors in form.errors.items():
            messages.error(request, f"{form.fields[name].label}：{errors[0]}")
        return redirect("desk:order", number)
    try:
        do(request, by, number, {**form.cleaned_data, "currency": currency})
    except Refusal as refusal:
        messages.error(request, frame.sentence(refusal))
        return redirect("desk:order", number)
    if request.POST.get("from") == "holds" and verb in ("release", "reject"):
        following = worklist.after(by=by, number=number)
        where = reverse("desk:order", args=[following]) + "?from=holds" if following else ""
        return redirect(where or "desk:holds")
    return redirect("desk:order", number)


def _ship(request: HttpRequest, by: Actor, number: str, given: Given) -> None:
    shipment = ShipmentFacts(
        number=given["number"].strip(),
        shipped_on=given["shipped_on"],
        amount_minor=money.parse(given["amount"], given["currency"]).minor,
    )
    done = orders.ship(by=by, number=number, shipment=shipment, today=frame.today())
    if done.shipment is not None:
        messages.success(request, _("已发货 %(shipment)s") % {"shipment": shipment.number})
    else:
        messages.error(request, _("没有发货：发货前的信用检查没有通过，订单已冻结，原因见下"))


def _cancel(request: HttpRequest, by: Actor, number: str, given: Given) -> None:
    orders.cancel(by=by, number=number, today=frame.today(), reason=given["reason"])
    messages.success(request, _("订单 %(number)s 已取消，占用已释放") % {"number": number})


def _reopen(request: HttpRequest, by: Actor, number: str, given: Given) -> None:
    acting.tell(request, orders.reopen(by=by, number=number, today=frame.today()))


def _hold(request: HttpRequest, by: Actor, number: str, given: Given) -> None:
    orders.hold(by=by, number=number, reason=given["reason"], today=frame.today())
    messages.success(request, _("订单 %(number)s 已冻结") % {"number": number})


def _recheck(request: HttpRequest, by: Actor, number: str, given: Given) -> None:
    acted = orders.recheck(by=by, number=number, today=frame.today())
    if acted.is_approved:
        messages.success(request, _("原因已经消除，订单 %(number)s 自动放行") % {"number": number})
    else:
        messages.error(request, _("重新检查后仍然冻结；变化见下"))


def _release(request: HttpRequest, by: Actor, number: str, given: Given) -> None:
    scope = Scope(
        money.parse(given["amount"], given["currency"]).minor, given["covers"], given["until"]
    )
    orders.release(by=by, number=number, scope=scope, reason=given["reason"], today=frame.today())
    messages.success(request, _("订单 %(number)s 已特批放行") % {"number": number})


def _reject(request: HttpRequest, by: Actor, number: str, given: Given) -> None:
    orders.reject(by=by, number=number, reason=given["reason"], today=frame.today())
    messages.success(request, _("订单 %(number)s 已拒绝，负责人会收到通知") % {"number": number})


def _revoke(request: HttpRequest, by: Actor, number: str, given: Given) -> None:
    acted = orders.revoke(by=by, number=number, reason=given["reason"], today=frame.today())
    messages.success(request, _("订单 %(number)s 的特批放行已撤回") % {"number": number})
    if not acted.is_approved:
        messages.error(request, _("撤回后没有通过信用检查，订单重新冻结"))


VERBS: dict[str, tuple[type[django_forms.Form], Callable[[HttpRequest, Actor, str, Given], None]]]
VERBS = {
    "ship": (forms.ShipForm, _ship),
    "cancel": (forms.ReasonForm, _cancel),
    "reopen": (django_forms.Form, _reopen),
    "hold": (forms.ReasonForm, _hold),
    "recheck": (django_forms.Form, _recheck),
    "release": (forms.ReleaseForm, _release),
    "reject": (forms.ReasonForm, _reject),
    "revoke": (forms.ReasonForm, _revoke),
}


@require_POST
def act_on_holds(request: HttpRequest) -> HttpResponse:
    """Re-check or release the ticked held orders, or re-check all in scope; each stands alone."""
    by, given = frame.actor(request), request.POST
    verb, reason = given.get("verb", ""), given.get("reason", "").strip()[:500]
    numbers = _chosen(by, given)
    if not numbers:
        messages.error(request, _("请先勾选订单"))
    elif verb == "release" and not reason:
        messages.error(request, _("请填写放行原因"))
    elif verb in ("recheck", "recheck-all", "release"):
        _each(request, by, verb, numbers, reason)
    return redirect(_safe(given.get("back", "")))


def _chosen(by: Actor, given: QueryDict) -> list[str]:
    if given.get("verb") == "recheck-all":
        wanted = worklist.Wanted()
        found = worklist.waiting(by=by, wanted=wanted, limit=AT_ONCE)
        return [row.number for row in found.rows]
    return given.getlist("order")[:AT_ONCE]


def _each(request: HttpRequest, by: Actor, verb: str, numbers: list[str], reason: str) -> None:
    gone, kept = 0, []
    for number in numbers:
        try:
            if verb == "release":
                orders.release(
                    by=by, number=number, scope=Scope(), reason=reason, today=frame.today()
                )
                gone += 1
            elif orders.recheck(by=by, number=number, today=frame.today()).is_approved:
                gone += 1
        except Refusal as refusal:
            kept.append(f"{number}：{frame.sentence(refusal)}")
    if verb == "release":
        messages.success(request, _("已放行 %(n)s 张订单") % {"n": gone})
    else:
        told = {"n": len(numbers), "gone": gone}
        said = _("已重新检查 %(n)s 张，其中 %(gone)s 张原因消除并自动放行") % told
        messages.success(request, said)
    for line in kept[:10]:
        messages.error(request, line)


def _safe(back: str) -> str:
    inside = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return back if inside else reverse("desk:holds")
