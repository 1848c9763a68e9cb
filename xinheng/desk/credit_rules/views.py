"""Pages of the rule designer: the rules, one of them as a form, the effect of a draft."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xinheng.definitions import queries as definitions
from xinheng.definitions.refusals import DefinitionHasProblems, DraftChanged, UnknownDefinition
from xinheng.desk import frame
from xinheng.desk.credit_rules import forms, shown, words
from xinheng.desk.settings.drafting import Drafting
from xinheng.orders import simulation
from xinheng.orders.definition import KIND, CreditRules
from xinheng.orders.rules.ruleset import DOCUMENTS, POINTS

TITLE = "通用信控规则"
BACK = timedelta(days=365)
EDITS = ("remove", "duplicate", "up", "down")


def _drafting(request: HttpRequest) -> Drafting:
    return Drafting(request, KIND, "default", TITLE)


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Show the rules, a sentence each: the draft, else what is in force."""
    drafting = _drafting(request)
    context = {**shown.context(drafting), "gone": shown.gone(drafting), "today": frame.today(),
               "since": frame.today() - BACK}  # fmt: skip
    return frame.page(request, "desk/credit_rules/list.html", context)


@require_http_methods(["GET", "POST"])
def piece(request: HttpRequest, place: str, at: int | str | None = None) -> HttpResponse:
    """Show one rule or exclusion as a form; a POST takes it into the draft."""
    drafting = _drafting(request)
    content = drafting.content
    rows, at = content[place], None if at is None else int(at)
    if at is not None and at >= len(rows):
        raise Http404
    made = forms.RuleForm if place == "rules" else forms.ExclusionForm
    if request.method == "POST":
        form = made(request.POST)
        data = form.data_of(request.POST) if isinstance(form, forms.RuleForm) else form.data_of()
        if data is not None:
            changed = [*rows, data] if at is None else [*rows[:at], data, *rows[at + 1 :]]
            try:
                drafting.save({**content, place: changed})
                messages.success(request, _("已存入草稿。发布之前，对任何订单都没有影响。"))
                return redirect("desk:credit-rules")
            except (DefinitionHasProblems, DraftChanged) as refusal:
                form.add_error(None, frame.sentence(refusal))
    else:
        form = made(initial=forms.filled(rows[at])) if at is not None else made()
    return _form(request, drafting, place, at, form)


def _form(
    request: HttpRequest, drafting: Drafting, place: str, at: int | None, form: Any
) -> HttpResponse:
    row = drafting.content[place][at] if at is not None else {}
    own = forms.matrix_of(request.POST) if form.is_bound else row.get("at", {})
    figures = forms.BOUNDS if place == "exclusions" else {**forms.PARAMETERS, **forms.LEEWAY}
    context = {
        "drafting": drafting,
        "place": place,
        "at": at,
        "form": form,
        "name": row.get("name", ""),
        "inputs": [(form[name], forms.suits(name)) for name in figures if name in form.fields],
        "points": words.POINT_NAMES.values(),
        "matrix": [
            (words.DOCUMENT_NAMES[kind],
             [(f"at.{kind}.{point}", words.POINT_NAMES[point], own.get(kind, {}).get(point, ""))
              for point in POINTS])
            for kind in DOCUMENTS
        ],
        "effects": forms.EFFECTS,
    }  # fmt: skip
    return frame.page(
        request, "desk/credit_rules/piece.html", context, status=422 if form.errors else 200
    )


@require_POST
def piece_act(request: HttpRequest, place: str, at: int | str, act: str) -> HttpResponse:
    """Remove, duplicate or move a rule or an exclusion of the draft."""
    drafting = _drafting(request)
    content = drafting.content
    rows, at = list(content[place]), int(at)
    if at >= len(rows) or act not in EDITS:
        raise Http404
    if act == "remove":
        rows.pop(at)
    elif act == "duplicate":
        rows.insert(at + 1, {**rows[at], "name": f"{rows[at]['name'][:50]} 副本"})
    else:
        to = at - 1 if act == "up" else at + 1
        if 0 <= to < len(rows):
            rows[at], rows[to] = rows[to], rows[at]
    _save(request, drafting, {**content, place: rows})
    return redirect("desk:credit-rules")


@require_POST
def general(request: HttpRequest) -> HttpResponse:
    """Take who may release how much, and the days that count, into the draft."""
    drafting, form = _drafting(request), forms.GeneralForm(request.POST)
    data = form.data_of(request.POST, drafting.content)
    if data is None:
        for name, errors in form.errors.items():
            messages.error(request, f"{form.fields[name].label}：{errors[0]}")
    else:
        _save(request, drafting, data)
    return redirect("desk:credit-rules")


def _save(request: HttpRequest, drafting: Drafting, content: dict[str, Any]) -> None:
    try:
        drafting.save(content)
        messages.success(request, _("已存入草稿。发布之前，对任何订单都没有影响。"))
    except (DefinitionHasProblems, DraftChanged) as refusal:
        messages.error(request, frame.sentence(refusal))


@require_POST
def act(request: HttpRequest, key: str, act: str) -> HttpResponse:
    """Undo, discard, check or publish the draft."""
    drafting = _drafting(request)
    try:
        if act in ("undo", "discard"):
            getattr(drafting, act)()
        elif act == "check" and not drafting.check():
            messages.success(request, _("检查通过。看过对历史订单的影响后就可以发布。"))
        elif act == "publish":
            drafting.publish(request.POST.get("note", ""))
            messages.success(request, _("已发布，从下一次检查起生效。"))
    except (DefinitionHasProblems, DraftChanged) as refusal:
        messages.error(request, frame.sentence(refusal))
    return redirect("desk:credit-rules")


@require_POST
def restore(request: HttpRequest, version_id: int) -> HttpResponse:
    """Begin a draft with the content of an older version."""
    drafting = _drafting(request)
    if version_id not in {row.id for row in drafting.versions}:
        raise Http404
    try:
        drafting.save(definitions.content(by=drafting.by, version_id=version_id))
        messages.success(request, _("旧版本的内容已成为草稿；检查后发布，就是新的一版。"))
    except (DefinitionHasProblems, DraftChanged, UnknownDefinition) as refusal:
        messages.error(request, frame.sentence(refusal))
    return redirect("desk:credit-rules")


@require_GET
def simulate(request: HttpRequest) -> HttpResponse:
    """Show what the draft would have done to past orders, beside the rules in force."""
    drafting, today = _drafting(request), frame.today()
    context: dict[str, Any] = {"drafting": drafting, "effect": None}
    if drafting.by.may("orders.read"):  # past orders are not for everybody who keeps the rules
        since, until = (_day(request.GET.get(name, "")) for name in ("since", "until"))
        found = simulation.simulate(
            by=drafting.by,
            draft=CreditRules.model_validate(drafting.content),
            since=since or today - BACK,
            until=until or today,
            today=today,
        )
        context["effect"] = shown.effect(found)
    return frame.page(request, "desk/credit_rules/effect.html", context, fragment="effect")


def _day(text: str) -> Any:
    try:
        return parse_date(text)
    except ValueError:
        return None
