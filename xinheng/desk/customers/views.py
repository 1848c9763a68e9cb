"""Pages about customers: the list, its export, and one customer's file."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods

from xinheng.desk import custom, export, frame, paging
from xinheng.desk.customers import columns, credit_file, editing
from xinheng.desk.customers.forms import VIEWS, CustomerFilters
from xinheng.exchange import operations as exchange
from xinheng.fields import opening, secrecy
from xinheng.fields import queries as fields
from xinheng.fields.schema import Form
from xinheng.insight import choices
from xinheng.insight import credit_file as files
from xinheng.insight import customers as insight
from xinheng.kernel.actors import Actor
from xinheng.reference import queries as reference


def _fields(request: HttpRequest) -> tuple[Actor, Form, Form]:
    """Return who reads, the custom fields they see at all, and those they see plain."""
    by, form = frame.actor(request), fields.form("customers")
    return by, secrecy.visible(by, form), secrecy.plain(by, form)


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Show customers with where they stand, filtered, sorted and paged by the address."""
    by, form, _plain = _fields(request)
    known = secrecy.askable(by, form)
    filters, asked = CustomerFilters(request.GET), custom.asked(form, request.GET, known)
    offset, (_, size) = paging.offset(request), paging.asked(request)
    where, sort = filters.where(form, asked.condition), filters.sort(secrecy.sortable(by, form))
    found = insight.page(by=by, where=where, sort=sort, offset=offset, limit=size)
    currency = found.totals[0].currency if found.totals else "CNY"
    industries = reference.industry_names(by=by, language=frame.language())
    context: dict[str, Any] = {
        "filters": filters,
        "currency": currency,
        "found": found,
        "pages": paging.pages(request, found.count),
        "headings": columns.headings(sort, currency, asked.shown),
        "rows": [(row, custom.cells(asked.shown, row.custom)) for row in found.rows],
        "asked": asked,
        "may_write": by.may("customers.write"),
        "blanks": 2 + len(asked.shown),
        "industries": industries,
        "views": VIEWS,
    }
    if not frame.wants_fragment(request):
        there = choices.choices(by=by)
        context["selects"] = filters.selects(there, industries)
        context["custom_filters"] = custom.filters(known, request.GET, asked.errors)
        context["custom_columns"] = custom.columns(form, asked.shown)
    return frame.page(request, "desk/customers/list.html", context, fragment="table")


@require_GET
def listing_file(request: HttpRequest, form: str) -> HttpResponseBase:
    """Hand out the filtered list as CSV or XLSX."""
    by, known, _plain = _fields(request)
    names = reference.industry_names(by=by, language=frame.language())
    condition = custom.asked(known, request.GET, secrecy.askable(by, known)).condition
    rows = columns.file_rows(by, CustomerFilters(request.GET).where(known, condition), names)
    name = f"customers-{frame.today()}"
    return export.answer(form, name, columns.file_header(known), rows)


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


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, code: str = "") -> HttpResponse:
    """Create a customer, or change one, by the rules of an import."""
    by, _, form = _fields(request)
    customer = files.customer_in_scope(by=by, code=code) if code else None
    given = request.POST if request.method == "POST" else None
    filled = editing.CustomerForm(given, initial=editing.initial(customer) if customer else None)
    faults: tuple[exchange.Fault, ...] = ()
    if given is not None and filled.is_valid():
        row = filled.row(form, given, code)
        seen = given.get("seen", "") if customer else None
        faults = exchange.record_customer(by=by, row=row, today=frame.today(), seen=seen)
        if not faults:
            return redirect("desk:customer", row["code"].strip())
        filled.take([one for one in faults if not form.field(one.column)])
    # What is sealed is opened; where a key is missing nobody may overwrite what they cannot see.
    stored = opening.values(form.active, customer.custom) if customer else {}
    context = {
        "customer": customer,
        "form": filled,
        "faults": faults,
        "seen": given.get("seen") if given else customer.changed_xid if customer else "",
        "custom": editing.custom_inputs(form, stored, given, faults),
        "lists": editing.lists(by),
    }
    status = 422 if given is not None else 200
    return frame.page(request, "desk/customers/edit.html", context, status=status)
