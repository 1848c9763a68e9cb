"""Pages of open items: the list, its file, and one invoice."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from xinheng.desk import custom, export, frame, paging, words
from xinheng.desk.items import question
from xinheng.desk.items.question import NARROW_NAMES, STATES, Question
from xinheng.fields import queries as fields
from xinheng.fields import rules, secrecy
from xinheng.fields.schema import Field, Form
from xinheng.kernel import money
from xinheng.kernel.actors import Actor
from xinheng.receivables import invoice_file, queries

FILE_CHUNK = 2_000


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Show the items open on a day, filtered and sorted by the address."""
    by, asked = frame.actor(request), question.asked(request)
    _number, size = paging.asked(request)
    found = queries.open_items(
        by=by, offset=paging.offset(request), limit=size, **asked.arguments()
    )  # fmt: skip
    shown = asked.custom.shown
    context = {
        "found": found,
        "asked": asked,
        "pages": paging.pages(request, found.count),
        "states": STATES,
        "narrow": [(key, NARROW_NAMES[key], value) for key, value in asked.narrow.items()],
        "totals": sorted(found.totals.items()),
        "unit": words.unit(next(iter(found.totals), "CNY")),
        "blanks": 1 + len(shown),
        "rows": _rows(by, found, shown),
        "headings": custom.headings(asked.order, shown),
    }
    if not frame.wants_fragment(request):
        known = secrecy.askable(by, asked.form)
        context["custom_filters"] = custom.filters(known, request.GET, asked.custom.errors)
        context["custom_columns"] = custom.columns(asked.form, shown)
    return frame.page(request, "desk/items/list.html", context, fragment="table")


def _rows(
    by: Actor, found: queries.OpenItems, shown: tuple[Field, ...]
) -> list[tuple[queries.OpenItem, list[dict[str, Any]]]]:
    """Return the items with the cells of the custom fields that are shown."""
    numbers = [row.number for row in found.rows] if shown else []
    values = invoice_file.custom_of(by=by, numbers=numbers) if numbers else {}
    return [(row, custom.cells(shown, values.get(row.number, {}))) for row in found.rows]


@require_GET
def listing_file(request: HttpRequest, form: str) -> HttpResponseBase:
    """Hand out the filtered items as CSV or XLSX."""
    by, asked = frame.actor(request), question.asked(request)
    own = asked.form.active
    header = [
        _("发票号"), _("种类"), _("客户编码"), _("客户名称"), _("开票日期"), _("到期日"),
        _("逾期天数"), _("币种"), _("金额"), _("未清金额"), _("争议金额"), _("销售员"),
        _("订单号"), *(field.label(frame.language()) for field in own),
    ]  # fmt: skip
    rows = _file_rows(by, asked, own)
    return export.answer(form, f"open-items-{asked.as_of}", header, rows)


def _file_rows(by: Actor, asked: Question, own: tuple[Field, ...]) -> Iterator[list[Any]]:
    """Yield the items a chunk at a time, the custom fields `own` last."""
    offset, language = 0, frame.language()
    while True:
        rows = queries.open_items(
            by=by, offset=offset, limit=FILE_CHUNK, **asked.arguments()
        ).rows  # fmt: skip
        numbers = [row.number for row in rows] if own else []
        values = invoice_file.custom_of(by=by, numbers=numbers) if own else {}
        for row in rows:
            given = values.get(row.number, {})
            yield [
                row.number, row.kind, row.customer_code, row.customer_name, row.issue_date,
                row.due_date, row.days, row.currency, money.major(row.amount_minor, row.currency),
                money.major(row.open_minor, row.currency),
                money.major(row.disputed_minor, row.currency), row.salesperson, row.order_number,
                *(rules.cell(field, given.get(field.name), language) for field in own),
            ]  # fmt: skip
        if len(rows) < FILE_CHUNK:
            return
        offset += FILE_CHUNK


@require_GET
def invoice(request: HttpRequest, number: str) -> HttpResponse:
    """Show one invoice and everything that met it."""
    by = frame.actor(request)
    found = invoice_file.invoice_file(by=by, number=number)
    of_receipts = secrecy.visible(by, fields.form("receipts"))
    context = {
        "invoice": found,
        "custom": _said(secrecy.visible(by, fields.form("invoices")), found.custom),
        "meetings": [
            (one, [pair for pair in _said(of_receipts, one.custom) if pair[1]])
            for one in found.meetings
        ],
        "methods": words.METHODS,
        "today": frame.today(),
    }
    return frame.page(request, "desk/items/invoice.html", context)


def _said(form: Form, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return label and words of every custom field in use."""
    language = frame.language()
    return [
        (field.label(language), rules.say(field, values.get(field.name), language))
        for field in form.active
    ]
