"""Fill a form in about a customer, and see what the answers come to on the way."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from xinheng.desk import frame
from xinheng.desk.evidence import shown
from xinheng.desk.evidence.forms import AnswerForm, answers_in
from xinheng.evidence import operations as evidence
from xinheng.evidence import queries
from xinheng.evidence.refusals import AnswersInTheFuture
from xinheng.insight import credit_file as insight
from xinheng.kernel.refusals import Refusal

PAGE = "desk/evidence/questionnaire.html"


@require_http_methods(["GET", "POST"])
def fill(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Show a form with the latest answers, or record what was filled in."""
    by, today = frame.actor(request), frame.today()
    customer = insight.customer_in_scope(by=by, code=code)
    row = queries.form(by=by, key=key)
    latest = queries.answers_on(by=by, customer=customer, form=row.key, on=today)
    form = AnswerForm(
        request.POST if request.method == "POST" else None, row=row, latest=latest, today=today
    )
    if form.is_bound and form.is_valid():
        told = {"customer": customer, "form": row.key, "today": today, **form.told()}
        try:
            evidence.record_answers(by=by, **told)
            return redirect(reverse("desk:customer", args=[code]) + "#part-forms")
        except Refusal as refusal:
            field = "date" if isinstance(refusal, AnswersInTheFuture) else None
            form.add_error(field, frame.sentence(refusal))
    context = shown.page(by, customer, row, form, today)
    return frame.page(request, PAGE, context, status=422 if form.is_bound else 200)


@require_POST
def score(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Say what the answers come to so far; nothing is recorded."""
    by = frame.actor(request)
    customer = insight.customer_in_scope(by=by, code=code)
    total = queries.total_of(by=by, key=key, answers=answers_in(request.POST.dict()))
    return frame.page(request, PAGE, {"customer": customer, "total": total}, fragment="score")
