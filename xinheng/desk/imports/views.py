"""Pages of the import: history, upload, what came of it, and its files."""

import uuid

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xinheng.desk import export, frame
from xinheng.desk.imports import shown
from xinheng.desk.imports.forms import UploadForm
from xinheng.exchange import guessing, queries, store
from xinheng.exchange import operations as exchange
from xinheng.exchange.kinds import KINDS, Kind, custom
from xinheng.kernel.refusals import Refusal


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Show what can be imported and what has been."""
    by = frame.actor(request)
    rows = queries.batches(by=by, kind=request.GET.get("kind", ""))
    context = {
        "kinds": shown.kinds(by) if by.may("exchange.import") else [],
        "batches": [shown.batch(row) for row in rows],
    }
    return frame.page(request, "desk/imports/list.html", context)


@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, kind: str) -> HttpResponse:
    """Take a file in and have it judged; nothing is written yet."""
    by, known = frame.actor(request), _kind(kind)
    is_sent = request.method == "POST"
    given = (request.POST, request.FILES) if is_sent else (None, None)
    form = UploadForm(*given, kind=kind)
    if form.is_bound and form.is_valid():
        file, cleaned = form.cleaned_data["file"], form.cleaned_data
        batch = exchange.submit(
            by=by, kind=kind, file=file.file, file_name=file.name,
            mapping=cleaned["mapping"], partial=cleaned["partial"],
        )  # fmt: skip
        return _onward(request, batch.uuid, is_mapped=cleaned["mapping"] is not None)
    context = {
        "form": form,
        "kind": {"key": kind, "name": shown.name(known), "icon": shown.ICONS.get(kind, "table")},
        "columns": shown.columns(known),
    }
    status = 422 if form.is_bound else 200
    return frame.page(request, "desk/imports/upload.html", context, status=status)


def _onward(request: HttpRequest, batch_id: uuid.UUID, *, is_mapped: bool) -> HttpResponse:
    """Ask which column is which unless the header or a mapping says it; else have it judged."""
    by = frame.actor(request)
    try:
        found = None if is_mapped else exchange.look(by=by, batch_id=batch_id)
    except Refusal:
        found = None  # the worker says what is wrong with the file as a whole
    if found is not None and not guessing.is_plain(found.guesses, found.header):
        return redirect("desk:import-columns", batch_id)
    exchange.examine(by=by, batch_id=batch_id)
    return redirect("desk:import", batch_id)


@require_http_methods(["GET", "POST"])
def columns(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Show what each column would be filled with, and take the person's choice."""
    by = frame.actor(request)
    found = exchange.look(by=by, batch_id=batch_id)
    if request.method == "POST":
        given = request.POST
        names = [guess.column.name for guess in found.guesses]
        exchange.choose(
            by=by, batch_id=batch_id, header=found.header,
            chosen={name: given.get(f"from_{name}", "") for name in names},
            forms={name: given.get(f"form_{name}", "") for name in names},
        )  # fmt: skip
        exchange.examine(by=by, batch_id=batch_id)
        return redirect("desk:import", batch_id)
    row = queries.batch(by=by, batch_id=batch_id)
    context = {"batch": shown.batch(row), **shown.choices(found)}
    return frame.page(request, "desk/imports/columns.html", context)


@require_GET
def template(request: HttpRequest, kind: str, form: str) -> HttpResponseBase:
    """Hand out an empty file with the right headings."""
    return export.answer(form, f"{kind}-template", shown.header(_kind(kind)), [])


@require_GET
def detail(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Show one import; while it moves, the page asks for its state every two seconds."""
    row = queries.batch(by=frame.actor(request), batch_id=batch_id)
    may_undo = row.may_undo and frame.actor(request).may("exchange.undo")
    context = {"batch": shown.batch(row), "may_undo": may_undo}
    return frame.page(request, "desk/imports/detail.html", context, fragment="state")


@require_POST
def apply(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Write a file that was found right."""
    exchange.start(by=frame.actor(request), batch_id=batch_id)
    return redirect("desk:import", batch_id)


@require_POST
def undo(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Take a whole import back, in the background."""
    exchange.leave_undo(by=frame.actor(request), batch_id=batch_id)
    return redirect("desk:import", batch_id)


@require_GET
def error_file(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponseBase:
    """Hand the refused rows back, each with what to mend."""
    batch = queries.batch_row(by=frame.actor(request), batch_id=batch_id)
    path = store.path_of(batch.errors_file) if batch.errors_file else None
    if path is None or not path.exists():
        raise Http404
    name = f"errors-{batch.kind}{path.suffix}"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name)


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise Http404
    return custom.current(KINDS[name])
