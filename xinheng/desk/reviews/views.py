"""Pages of the credit review."""

import uuid
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xinheng.desk import export, frame, paging
from xinheng.desk.reviews import shown
from xinheng.desk.reviews.forms import StartForm, where
from xinheng.kernel import money
from xinheng.kernel.actors import Actor
from xinheng.reviews import operations as reviews
from xinheng.reviews import queries
from xinheng.reviews.queries import Filters
from xinheng.reviews.refusals import UnknownCustomers

FILE_CHUNK = 2_000


def _listing(request: HttpRequest, form: StartForm) -> HttpResponse:
    by = frame.actor(request)
    context = {
        "form": form,
        "may_run": by.may("reviews.run"),
        "today": frame.today(),
        "runs": [shown.run(row) for row in queries.reviews(by=by, limit=30)],
    }
    status = 422 if form.is_bound else 200
    return frame.page(request, "desk/reviews/list.html", context, status=status)


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Show the runs, and where a new one is started."""
    return _listing(request, StartForm())


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Queue a review and go where it can be watched."""
    form = StartForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            review = reviews.request(
                by=frame.actor(request), as_of=given["as_of"], customers=given["customers"]
            )
            return redirect("desk:review", review)
        except UnknownCustomers as refusal:
            form.add_error("customers", frame.sentence(refusal))
    return _listing(request, form)


@require_GET
def detail(request: HttpRequest, review_id: uuid.UUID) -> HttpResponse:
    """Show one run: how far it is, or what it found."""
    by = frame.actor(request)
    row = queries.review(by=by, review=review_id)
    context: dict[str, Any] = {"run": shown.run(row)}
    if not row.is_done:
        return frame.page(request, "desk/reviews/detail.html", context, fragment="state")
    if frame.wants_fragment(request) and request.GET.get("part") == "state":
        # The run has ended while somebody watched it: show the whole page.
        answer = HttpResponse(status=204)
        answer["HX-Refresh"] = "true"
        return answer
    context |= _results(request, by, review_id)
    if not frame.wants_fragment(request):
        spread = queries.distribution(by=by, review=review_id)
        context |= shown.found(spread, where(request.GET), request.path)
        context["matrix"] = shown.matrix(queries.migration(by=by, review=review_id))
        context["movers"] = queries.movers(by=by, review=review_id, limit=8)
    return frame.page(request, "desk/reviews/detail.html", context, fragment="results")


def _results(request: HttpRequest, by: Actor, review_id: uuid.UUID) -> dict[str, Any]:
    chosen = where(request.GET)
    found = queries.results(
        by=by, review=review_id, where=chosen, sort=request.GET.get("sort", "score"),
        offset=paging.offset(request), limit=paging.asked(request)[1],
    )  # fmt: skip
    rows = [
        {"row": row, "reason": shown.reason_name(row.reasons[0]) if row.reasons else ""}
        for row in found.rows
    ]
    return {
        "rows": rows,
        "pages": paging.pages(request, found.total),
        "narrowed": shown.narrowed(chosen),
    }


@require_GET
def results_file(request: HttpRequest, review_id: uuid.UUID, form: str) -> HttpResponseBase:
    """Hand out the results as CSV or XLSX, narrowed as the page is."""
    by = frame.actor(request)
    row = queries.review(by=by, review=review_id)
    header = [
        _("客户编码"), _("客户名称"), _("评级"), _("分类"), _("评分"), _("币种"), _("应收余额"),
        _("逾期金额"), _("最长逾期天数"), _("现行额度"), _("建议额度"), _("决定因素"), _("账期"),
        _("下次评审"), _("原因"),
    ]  # fmt: skip
    rows = _file_rows(by, review_id, where(request.GET))
    return export.answer(form, f"review-{row.as_of}", header, rows)


def _file_rows(by: Actor, review_id: uuid.UUID, chosen: Filters) -> Iterator[list[Any]]:
    offset = 0
    while True:
        rows = queries.results(
            by=by, review=review_id, where=chosen, sort="code", offset=offset, limit=FILE_CHUNK
        ).rows
        for row in rows:
            current = row.limit_current_minor
            yield [
                row.customer_code, row.customer_name, row.grade, row.tier, row.score,
                row.currency, money.major(row.open_minor, row.currency),
                money.major(row.overdue_minor, row.currency), row.dpd_max,
                None if current is None else money.major(current, row.currency),
                money.major(row.limit_proposed_minor, row.currency),
                shown.binding_name(row.binding), row.terms, row.review_due,
                "；".join(shown.reason_name(code) for code in row.reasons),
            ]  # fmt: skip
        if len(rows) < FILE_CHUNK:
            return
        offset += FILE_CHUNK
