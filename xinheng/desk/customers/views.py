"""Pages about customers: the list, its export, and one customer's file."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_GET

from xinheng.desk import export, frame, paging
from xinheng.desk.customers import columns, credit_file
from xinheng.desk.customers.forms import VIEWS, CustomerFilters
from xinheng.insight import choices
from xinheng.insight import customers as insight
from xinheng.reference import queries as reference


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Show customers with where they stand, filtered, sorted and paged by the address."""
    by = frame.actor(request)
    filters = CustomerFilters(request.GET)
    offset, (_, size) = paging.offset(request), paging.asked(request)
    found = insight.page(
        by=by, where=filters.where(), sort=filters.sort(), offset=offset, limit=size
    )
    currency = found.totals[0].currency if found.totals else "CNY"
    industries = reference.industry_names(by=by, language=frame.language())
    context: dict[str, Any] = {
        "filters": filters,
        "currency": currency,
        "found": found,
        "pages": paging.pages(request, found.count),
        "headings": columns.headings(filters.sort(), currency),
        "industries": industries,
        "views": VIEWS,
    }
    if not frame.wants_fragment(request):
        known = choices.choices(by=by)
        context["selects"] = filters.selects(known, industries)
    return frame.page(request, "desk/customers/list.html", context, fragment="table")


@require_GET
def listing_file(request: HttpRequest, form: str) -> HttpResponseBase:
    """Hand out the filtered list as CSV or XLSX."""
    by = frame.actor(request)
    names = reference.industry_names(by=by, language=frame.language())
    rows = columns.file_rows(by, CustomerFilters(request.GET).where(), names)
    header = [str(label) for label in columns.FILE_HEADER]
    return export.answer(form, f"customers-{frame.today()}", header, rows)


@require_GET
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """Show one customer's credit file."""
    context = credit_file.context(by=frame.actor(request), code=code, as_of=frame.today())
    return frame.page(request, "desk/customers/detail.html", context)


@require_GET
def timeline(request: HttpRequest, code: str) -> HttpResponse:
    """Show what happened with a customer, a page at a time."""
    number, _ = paging.asked(request)
    context = credit_file.timeline_context(
        by=frame.actor(request),
        code=code,
        as_of=frame.today(),
        offset=(number - 1) * credit_file.TIMELINE_PAGE,
    )
    return frame.page(request, "desk/customers/timeline.html", context, fragment="lines")
