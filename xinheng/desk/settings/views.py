"""The settings, and the designer of custom fields."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xinheng.definitions import queries as definitions
from xinheng.definitions import registry
from xinheng.definitions.refusals import DefinitionHasProblems, DraftChanged
from xinheng.desk import frame
from xinheng.desk.settings import fields as designer
from xinheng.desk.settings.drafting import Drafting
from xinheng.desk.settings.fields import FieldForm
from xinheng.fields import inputs, records
from xinheng.fields.schema import Form


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show what can be set, and which version of everything is in force."""
    zh = frame.language() == "zh"
    kinds = {kind.name: kind.zh if zh else kind.en for kind in registry.kinds()}
    rows = [(kinds.get(row.kind, row.kind), row) for row in definitions.in_force(by=_by(request))]
    known = [(one.key, one.zh if zh else one.en) for one in records.every()]
    return frame.page(request, "desk/settings/home.html", {"in_force": rows, "records": known})


@require_GET
def fields(request: HttpRequest, key: str) -> HttpResponse:
    """Show the fields of a kind of record, and the one that is being edited."""
    drafting = _drafting(request, key)
    rows = drafting.content.get("fields", [])
    at = designer.place(request.GET.get("at"), rows)
    form = FieldForm(initial=rows[at]) if at is not None else FieldForm()
    return _page(request, drafting, at, form)


@require_POST
def field(request: HttpRequest, key: str) -> HttpResponse:
    """Take one field into the draft."""
    drafting, form = _drafting(request, key), FieldForm(request.POST)
    rows = drafting.content.get("fields", [])
    at = designer.place(request.POST.get("at"), rows)
    if form.is_valid():
        data = form.data_of({row["name"] for row in rows})
        if at is not None and not form.cleaned_data["name"]:
            data["name"] = rows[at]["name"]
        try:
            drafting.save({"fields": designer.put(rows, at, data)})
        except (DefinitionHasProblems, DraftChanged) as refusal:
            form.add_error(None, frame.sentence(refusal))
        else:
            messages.success(request, _("已存入草稿。发布之前，对任何人都没有影响。"))
            return _back(key, len(rows) if at is None else at)
    return _page(request, drafting, at, form, status=422)


@require_POST
def act(request: HttpRequest, key: str, act: str) -> HttpResponse:
    """Move, remove or retire a field; undo, discard, check or publish the draft."""
    drafting = _drafting(request, key)
    rows = drafting.content.get("fields", [])
    at = designer.place(request.POST.get("at"), rows)
    try:
        if act in designer.EDITS and at is not None:
            edited = designer.EDITS[act](rows, at, request.POST)
            drafting.save({"fields": edited})
            name = rows[at]["name"]
            at = next((n for n, row in enumerate(edited) if row["name"] == name), None)
        elif act in ("undo", "discard"):
            getattr(drafting, act)()
        elif act == "check" and not drafting.check():
            messages.success(request, _("检查通过，可以发布。"))
        elif act == "publish":
            drafting.publish(request.POST.get("note", ""))
            messages.success(request, _("已发布，立即生效。"))
    except (DefinitionHasProblems, DraftChanged) as refusal:
        messages.error(request, frame.sentence(refusal))
    return _back(key, at, moved=act == "move")


def _by(request: HttpRequest) -> Any:
    return frame.actor(request)


def _drafting(request: HttpRequest, key: str) -> Drafting:
    if not records.is_known(key):
        raise Http404
    return Drafting(request, "fields", key, f"{records.record(key).zh}自定义字段")


def _back(key: str, at: int | None, *, moved: bool = False) -> HttpResponse:
    query = f"?at={at}{'&moved=1' if moved else ''}" if at is not None else ""
    return redirect(reverse("desk:fields", args=[key]) + query)


def _page(
    request: HttpRequest, drafting: Drafting, at: int | None, form: FieldForm, status: int = 200
) -> HttpResponse:
    rows, in_force = drafting.content.get("fields", []), drafting.in_force.get("fields", [])
    problems, language = drafting.problems, frame.language()
    about = records.record(drafting.key)
    shown = form.data if form.is_bound else (rows[at] if at is not None else {})
    return frame.page(
        request,
        "desk/settings/fields.html",
        {
            "drafting": drafting,
            "record": about.zh if language == "zh" else about.en,
            "ticks": designer.ticks(about.has_list),
            "rows": designer.listed(rows, problems, in_force),
            "at": at,
            "form": form,
            "is_new": at is None,
            "chosen": rows[at] if at is not None else None,
            "is_published": at is not None and rows[at]["name"] in {r["name"] for r in in_force},
            "choices": designer.choice_rows(
                {"choices": designer.choices_of(form)} if form.is_bound else shown
            ),
            "beside": designer.beside(problems, at),
            "problems": [(designer.sentence(one), designer.where(one, rows)) for one in problems],
            "changes": designer.changes(in_force, rows) if drafting.draft else [],
            "preview": inputs.inputs(Form.model_validate({"fields": rows}), {}, language),
            "may_write": drafting.by.may("definitions.write"),
            "may_publish": drafting.by.may("definitions.publish"),
            "moved": "moved" in request.GET,
        },
        status=status,
    )
