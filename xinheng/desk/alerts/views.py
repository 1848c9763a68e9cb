"""Pages of alerts: the list, its file, one alert, what is done with them, how one is told."""

import uuid
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xinheng.desk import export, frame, paging
from xinheng.desk.alerts import forms, shown
from xinheng.kernel.actors import Actor
from xinheng.kernel.refusals import Refusal
from xinheng.monitoring import operations as monitoring
from xinheng.monitoring import queries
from xinheng.monitoring.queries import Filters

FILE_CHUNK = 2_000


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Show alerts, the worst first, filtered and paged by the address."""
    by, chosen = frame.actor(request), forms.where(request.GET)
    found = queries.page(
        by=by, where=chosen, offset=paging.offset(request), limit=paging.asked(request)[1]
    )
    context: dict[str, Any] = {
        "rows": [shown.alert(row) for row in found.rows],
        "pages": paging.pages(request, found.count),
        "chosen": chosen,
        "levels": shown.levels(request, queries.counts(by=by, where=chosen), chosen),
        "states": forms.STATE_NAMES.items(),
        **acting(request, by),
    }
    if not frame.wants_fragment(request):
        context["selects"] = shown.selects(chosen, queries.choices(by=by))
    return frame.page(request, "desk/alerts/list.html", context, fragment="table")


def acting(request: HttpRequest, by: Actor) -> dict[str, Any]:
    """Return what a form about alerts offers."""
    return {
        "may_act": by.may("alerts.write"),
        "reasons": forms.REASONS,
        "people": queries.assignees(by=by) if by.may("alerts.write") else (),
        "soon": frame.today() + forms.SNOOZE,
        "back": request.get_full_path(),
        "perms_definitions": by.may("definitions.read"),
    }


@require_GET
def listing_file(request: HttpRequest, form: str) -> HttpResponseBase:
    """Hand out the filtered alerts as CSV or XLSX."""
    header = [
        _("级别"), _("指标"), _("客户编码"), _("客户名称"), _("数值"), _("阈值"), _("状态"),
        _("负责人"), _("部门"), _("处理人"), _("触发日"), _("最近变化"), _("关闭原因"),
    ]  # fmt: skip
    rows = _file_rows(frame.actor(request), forms.where(request.GET))
    return export.answer(form, f"alerts-{frame.today()}", header, rows)


def _file_rows(by: Actor, chosen: Filters) -> Iterator[list[Any]]:
    offset = 0
    while True:
        rows = queries.page(by=by, where=chosen, offset=offset, limit=FILE_CHUNK).rows
        for row in rows:
            one = shown.alert(row)
            yield [
                str(one["level"]), one["name"], row.customer_code, row.customer_name,
                one["value"], one["threshold"], str(one["state"]), row.owner, row.department,
                row.assignee, row.opened_on, row.as_of, str(one["reason"]),
            ]  # fmt: skip
        if len(rows) < FILE_CHUNK:
            return
        offset += FILE_CHUNK


@require_GET
def detail(request: HttpRequest, alert_id: uuid.UUID) -> HttpResponse:
    """Show one alert: value, threshold, past values, what lies behind it, its history."""
    by = frame.actor(request)
    row = queries.alert(by=by, uuid=alert_id)
    told = shown.detail(row, queries.steps(by=by, row=row), queries.trend(by=by, row=row))
    context = {"alert": shown.alert(row), **told, **acting(request, by)}
    return frame.page(request, "desk/alerts/detail.html", context)


@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Assign, snooze or close the chosen alerts, and go back to where they were chosen."""
    by, form = frame.actor(request), forms.ActForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        told = {"by": by, "alerts": form.chosen(), "on": frame.today(), "note": given["note"]}
        try:
            if given["verb"] == "assign":
                count = monitoring.assign(**told, to=given["to"])
            elif given["verb"] == "snooze":
                count = monitoring.snooze(**told, until=given["until"])
            else:
                count = monitoring.close(**told, reason=given["reason"])
            messages.success(request, _("已处理 %(n)s 条预警") % {"n": count})
        except Refusal as refusal:
            messages.error(request, frame.sentence(refusal))
    else:
        messages.error(request, "；".join(str(one) for one in form.errors.get("__all__", ())))
    return redirect(_safe(form.data.get("back", "")))


def _safe(back: str) -> str:
    inside = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return back if inside else reverse("desk:alerts")


@require_http_methods(["GET", "POST"])
def wishes(request: HttpRequest) -> HttpResponse:
    """Show how the person is told about alerts; only the form changes it."""
    by = frame.actor(request)
    if request.method == "POST":
        form = forms.WishForm(request.POST)
        form.is_valid()
        monitoring.prefer(by=by, **form.cleaned_data)
        messages.success(request, _("提醒方式已保存"))
        return redirect("desk:alert-wishes")
    return frame.page(request, "desk/alerts/wishes.html", {"wish": queries.wish(by=by)})
