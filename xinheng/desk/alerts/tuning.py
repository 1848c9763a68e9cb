"""Pages of the indicators: what is in force, a draft by clicking, its effect, publishing it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xinheng.definitions import operations as definitions
from xinheng.desk import frame
from xinheng.desk.alerts import editing, shown
from xinheng.kernel.refusals import Refusal
from xinheng.monitoring import simulation


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Show the indicators in force and their thresholds."""
    by = frame.actor(request)
    version, content = editing.in_force(by)
    context = {
        "version": version,
        "content": content,
        "rows": [editing.shown_of(one) for one in content.indicators],
        "combined": editing.shown_combined(content),
        "draft": editing.draft(by),
        "may_edit": by.may("definitions.write"),
    }
    return frame.page(request, "desk/alerts/indicators.html", context)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    """Show the draft as a form; a POST saves and checks it, and counts what it would raise."""
    by = frame.actor(request)
    version, current = editing.in_force(by)
    open_draft = editing.draft(by)
    base = open_draft.content if open_draft else current
    context: dict[str, Any] = {"version": version, "may_publish": by.may("definitions.publish")}
    if request.method == "POST":
        changed, wrong = editing.read(request.POST, base)
        context["problems"] = wrong
        if not wrong:
            saved, problems = editing.save(by, version.title, changed)
            context |= {"saved": saved, "problems": problems}
            base = saved.content if saved else base
            if saved and not problems and by.may("alerts.read"):
                told = simulation.simulate(
                    by=by, contents=(current, saved.content), as_of=frame.today()
                )
                context["effect"] = editing.effect(current, saved.content, *told)
    context |= {"rows": editing.fields(base, request.POST), "combined": base.combined,
                "owners": shown.OWNERS.items()}  # fmt: skip
    status = 422 if context.get("problems") else 200
    return frame.page(request, "desk/alerts/edit.html", context, status=status)


@require_POST
def publish(request: HttpRequest, version_id: int) -> HttpResponse:
    """Put a checked draft in force."""
    try:
        definitions.publish(by=frame.actor(request), version_id=version_id)
        messages.success(request, _("新的预警指标已发布，下次评审起生效"))
    except Refusal as refusal:
        messages.error(request, frame.sentence(refusal))
    return redirect("desk:indicators")
