"""Pages of contacts and bank accounts, of finding by them, and of who revealed what."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xinheng.access import queries as access
from xinheng.desk import frame
from xinheng.desk.contacts import forms, shown
from xinheng.insight import credit_file as insight
from xinheng.kernel.refusals import Refusal
from xinheng.parties import operations as parties
from xinheng.parties import queries

PAGE = "desk/contacts/page.html"
REVEAL = "desk/contacts/reveal.html"
ACTS = {"first": parties.put_first, "restore": parties.take_back}


@require_GET
def listing(request: HttpRequest, code: str) -> HttpResponse:
    """Show a customer's contacts and bank accounts, and the forms to add to them."""
    return frame.page(request, PAGE, shown.context(frame.actor(request), code))


@require_POST
def add(request: HttpRequest, code: str, noun: str) -> HttpResponse:
    """Add a contact or a bank account."""
    by, kind = frame.actor(request), forms.NOUNS[noun]
    customer = insight.customer_in_scope(by=by, code=code)
    form = forms.RowForm(request.POST, noun=kind)
    if form.is_valid():
        try:
            parties.add(by=by, noun=kind, customer=customer, values=form.values())
            return redirect("desk:contacts", code)
        except Refusal as refusal:
            form.add_error(None, frame.sentence(refusal))
    return frame.page(request, PAGE, shown.context(by, code, added={noun: form}), status=422)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, code: str, noun: str, row_id: UUID) -> HttpResponse:
    """Change one row; sealed fields start empty and stay as they are when left so."""
    by, kind = frame.actor(request), forms.NOUNS[noun]
    row = shown.row(by, code, noun, row_id)
    form = forms.RowForm(request.POST if request.method == "POST" else None, noun=kind, row=row)
    if form.is_bound and form.is_valid():
        try:
            parties.change(by=by, noun=kind, row_id=row_id, values=form.values())
            return redirect("desk:contacts", code)
        except Refusal as refusal:
            form.add_error(None, frame.sentence(refusal))
    context = {"customer": row.customer, "form": shown.form(form), "noun": noun, "row": row}
    status = 422 if form.is_bound else 200
    return frame.page(request, "desk/contacts/edit.html", context, status=status)


@require_POST
def act(request: HttpRequest, code: str, noun: str, row_id: UUID, act: str) -> HttpResponse:
    """Put a row first, remove it, or take it back."""
    by, kind = frame.actor(request), forms.NOUNS[noun]
    shown.row(by, code, noun, row_id)
    if act == "remove":
        parties.remove(by=by, noun=kind, row_id=row_id, at=timezone.now())
    else:
        ACTS[act](by=by, noun=kind, row_id=row_id)
    return redirect("desk:contacts", code)


@require_http_methods(["GET", "POST"])
def reveal(request: HttpRequest, code: str, noun: str, row_id: UUID, field: str) -> HttpResponse:
    """Ask why, then show one value for a minute; `part=cell` gives the masked value back."""
    by, kind = frame.actor(request), forms.NOUNS[noun]
    row = shown.row(by, code, noun, row_id)
    if field not in kind.sealed:
        raise Http404
    context: dict[str, Any] = shown.cell(by, row, noun, field)
    if request.GET.get("part") == "cell":
        return frame.page(request, REVEAL, context, fragment="cell")
    form = forms.ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        given = {"field": field, "reason": form.cleaned_data["reason"], "at": timezone.now()}
        try:
            text, until = parties.reveal(by=by, noun=kind, row_id=row_id, **given)
            context |= {"text": text, "until": until}
            return frame.page(request, REVEAL, context, fragment="value")
        except Refusal as refusal:
            form.add_error("reason", frame.sentence(refusal))
    status = 422 if form.is_bound else 200
    context |= {"form": form, "reasons": forms.REASONS}
    return frame.page(request, REVEAL, context, fragment="ask", status=status)


@require_http_methods(["GET", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Find customers by a whole number or address, which never stands in an address bar."""
    form = forms.FindForm(request.POST if request.method == "POST" else None)
    found = None
    if form.is_bound and form.is_valid():
        found = queries.customers_of(frame.actor(request), form.cleaned_data["text"])
    context = {"form": form, "found": found}
    return frame.page(request, "desk/contacts/find.html", context)


@require_GET
def reveals(request: HttpRequest) -> HttpResponse:
    """Show who looked at which confidential value and why."""
    before = request.GET.get("before", "")
    known = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    rows = access.reveals(frame.actor(request), before=known, limit=shown.REVEALS_PAGE + 1)
    context = shown.reveals(rows)
    return frame.page(request, "desk/contacts/reveals.html", context)
