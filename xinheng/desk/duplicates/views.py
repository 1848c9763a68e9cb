"""Pages of master data: the worklist, two records side by side, merges and undoing them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xinheng.desk import frame, paging
from xinheng.desk.duplicates import shown
from xinheng.kernel.refusals import Refusal
from xinheng.masterdata import operations as masterdata
from xinheng.masterdata import queries, side_by_side


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Show the pairs that may be one company; while a search runs, its progress."""
    by = frame.actor(request)
    asked = shown.asked(request)
    _number, size = paging.asked(request)
    found = queries.worklist(by=by, offset=paging.offset(request), limit=size, **asked)
    context = {
        "asked": asked,
        "rows": [shown.candidate(row) for row in found.rows],
        "leasts": shown.LEASTS,
        "states": shown.states(found.states),
        "pages": paging.pages(request, found.count),
        "search": shown.search(queries.latest_search(by=by)),
        "may_search": by.may("masterdata.write"),
        "may_merge": by.may("masterdata.merge"),
    }
    fragment = "state" if request.GET.get("part") == "state" else "table"
    return frame.page(request, "desk/duplicates/list.html", context, fragment=fragment)


@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """Look for duplicates in the background."""
    masterdata.request(by=frame.actor(request))
    return redirect("desk:duplicates")


@require_POST
def judge(request: HttpRequest, candidate_id: int) -> HttpResponse:
    """Say that a pair is not the same company, or open again."""
    masterdata.judge(
        by=frame.actor(request), candidate_id=candidate_id,
        is_distinct=request.POST.get("verdict") == "distinct",
        note=request.POST.get("note", ""), at=timezone.now(),
    )  # fmt: skip
    return redirect(shown.back(request))


@require_GET
def compare(request: HttpRequest) -> HttpResponse:
    """Show two records side by side, or ask which two."""
    survivor = request.GET.get("survivor", "").strip()
    merged = request.GET.get("merged", "").strip()
    by = frame.actor(request)
    context: dict[str, Any] = {"survivor": survivor, "merged": merged}
    if not (survivor and merged):
        return frame.page(request, "desk/duplicates/choose.html", context)
    try:
        found = side_by_side.compare(by=by, survivor=survivor, merged=merged)
    except Refusal as refusal:
        context["error"] = frame.sentence(refusal)
        return frame.page(request, "desk/duplicates/choose.html", context, status=refusal.status)
    may = {"may_merge": by.may("masterdata.merge"), "may_limit": by.may("limits.write")}
    context = {"found": found, **shown.comparison(by, found), **may}
    return frame.page(request, "desk/duplicates/compare.html", context)


@require_POST
def merge(request: HttpRequest) -> HttpResponse:
    """Merge as chosen."""
    made = masterdata.merge(
        by=frame.actor(request),
        survivor=request.POST.get("survivor", ""),
        merged=request.POST.get("merged", ""),
        choices=shown.chosen(request, "field."),
        limits=shown.chosen(request, "limit."),
        note=request.POST.get("note", ""),
        on=frame.today(),
    )
    messages.success(request, _("已合并，所有往来已转到保留的客户。"))
    return redirect("desk:merge", made.uuid)


@require_GET
def merges(request: HttpRequest) -> HttpResponse:
    """Show every merge there was."""
    by, text = frame.actor(request), request.GET.get("q", "")[:80]
    _number, size = paging.asked(request)
    rows, count = queries.merges(by=by, text=text, offset=paging.offset(request), limit=size)
    context = {"rows": rows, "q": text, "pages": paging.pages(request, count)}
    return frame.page(request, "desk/duplicates/merges.html", context, fragment="table")


@require_GET
def merge_detail(request: HttpRequest, merge_id: UUID) -> HttpResponse:
    """Show one merge: what moved, which fields changed, and how to undo it."""
    by = frame.actor(request)
    found = queries.merge_detail(by=by, merge_id=merge_id)
    context = {"found": found, **shown.merged(by, found), "may_undo": by.may("masterdata.merge")}
    return frame.page(request, "desk/duplicates/merge.html", context)


@require_POST
def undo(request: HttpRequest, merge_id: UUID) -> HttpResponse:
    """Undo a merge; what cannot be undone is said on its page."""
    try:
        kept = masterdata.undo(
            by=frame.actor(request), merge_id=merge_id, note=request.POST.get("note", ""),
            on=frame.today(), at=timezone.now(),
        )  # fmt: skip
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        messages.error(request, frame.sentence(refusal))
        return redirect("desk:merge", merge_id)
    messages.success(request, shown.undone(kept))
    return redirect("desk:merge", merge_id)
