"""Pages of the ageing: table and chart, and the table as a file."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from xinheng.desk import export, frame, paging
from xinheng.desk.ageing import shown
from xinheng.desk.items import question
from xinheng.insight import ageing as insight
from xinheng.insight.ageing import Ageing
from xinheng.kernel import money
from xinheng.receivables.rules import BucketsUnreadable
from xinheng.reference import queries as reference


@require_GET
def report(request: HttpRequest) -> HttpResponse:
    """Show what is owed by age, grouped as the address asks."""
    try:
        found, problem = _found(request, paged=True), ""
    except BucketsUnreadable as refusal:
        return frame.page(
            request,
            "desk/ageing/report.html",
            {"problem": frame.sentence(refusal), "choices": shown.choices(request)},
            status=422,
        )
    by = frame.actor(request)
    names = reference.industry_names(by=by, language=frame.language())
    context = {
        "problem": problem,
        "choices": shown.choices(request),
        **shown.report(request, found, names),
    }
    return frame.page(request, "desk/ageing/report.html", context, fragment="report")


@require_GET
def report_file(request: HttpRequest, form: str) -> HttpResponseBase:
    """Hand out the ageing as CSV or XLSX."""
    found = _found(request)
    header = [
        _("编码"), _("名称"), _("币种"), _("合计"), _("未到期"), _("无到期日"),
        *(bucket.label for bucket in found.buckets), _("未认款"),
    ]  # fmt: skip
    rows = (
        [
            line.key, line.label, line.currency,
            *(
                money.major(minor, line.currency)
                for minor in (
                    line.total, line.not_due, line.no_due_date, *line.buckets, line.unallocated
                )
            ),
        ]
        for line in found.groups
    )  # fmt: skip
    return export.answer(form, f"ageing-{found.as_of}", header, rows)


def _found(request: HttpRequest, *, paged: bool = False) -> Ageing:
    """Read the ageing the address asks for; on a page its groups come a page at a time."""
    _number, size = paging.asked(request)
    return insight.ageing(
        by=frame.actor(request),
        as_of=frame.as_of(request),
        basis=question.basis(request.GET),
        group_by=shown.grouping(request),
        edges=question.edges(request.GET),
        narrow=shown.narrow(request),
        limit=size if paged else None,
        offset=paging.offset(request) if paged else 0,
    )
