"""The listeners and their messages: add, rotate, try, send again, switch off, remove."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from xinheng.desk import frame
from xinheng.kernel.refusals import Refusal
from xinheng.messaging.models import Delivery, Subscription
from xinheng.messaging.webhooks import operations, queries, rules

MARKS = {"waiting": "mark-watch", "delivered": "mark-ok", "failed": "mark-danger"}


class SubscriptionForm(forms.Form):
    """Where to, and what of."""

    url = forms.CharField(label=gettext_lazy("接收地址"), max_length=500)
    events = forms.MultipleChoiceField(label=gettext_lazy("事件"), choices=())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        events = self.fields["events"]
        events.choices = _events()  # type: ignore[attr-defined]


def _events() -> list[tuple[str, str]]:
    at = 0 if frame.language() == "zh" else 1
    return [(name, words[at]) for name, words in rules.EVENTS.items() if name != rules.TEST]


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Show who listens, and a form for one more."""
    return _listing(request, SubscriptionForm())


@require_POST
@never_cache
def add(request: HttpRequest) -> HttpResponse:
    """Add a listener and show its secret, this once."""
    form = SubscriptionForm(request.POST)
    if form.is_valid():
        try:
            row, secret = operations.subscribe(
                by=frame.actor(request),
                url=form.cleaned_data["url"],
                events=form.cleaned_data["events"],
            )
        except Refusal as refusal:
            form.add_error(None, frame.sentence(refusal))
        else:
            return _detail(request, str(row.uuid), secret)
    return _listing(request, form, status=422)


@require_GET
def detail(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    """Show one listener and its latest messages."""
    return _detail(request, str(webhook_id), "")


@require_POST
@never_cache
def act(request: HttpRequest, webhook_id: UUID, verb: str) -> HttpResponse:
    """Rotate the secret, send a test, send a message again, switch on or off, or remove."""
    by, number, now = frame.actor(request), str(webhook_id), timezone.now()
    try:
        if verb == "rotate":
            _row, secret = operations.rotate(by=by, subscription_id=number, at=now)
            return _detail(request, number, secret)
        if verb == "remove":
            operations.unsubscribe(by=by, subscription_id=number)
            messages.success(request, _("订阅已删除。"))
            return redirect("desk:webhooks")
        _do(by, number, verb, request.POST.get("delivery", ""), now)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        messages.error(request, frame.sentence(refusal))
    return redirect("desk:webhook", webhook_id=webhook_id)


def _do(by: Any, number: str, verb: str, delivery: str, now: Any) -> None:
    if verb == "test":
        operations.try_out(by=by, subscription_id=number)
    elif verb in ("on", "off"):
        operations.switch(by=by, subscription_id=number, is_on=verb == "on", at=now)
    elif verb == "resend":
        try:
            wanted = str(UUID(delivery))
        except ValueError:
            raise Http404 from None
        operations.resend(by=by, subscription_id=number, delivery_id=wanted)
    else:
        raise Http404


def _listing(request: HttpRequest, form: SubscriptionForm, status: int = 200) -> HttpResponse:
    chosen = form.data.getlist("events") if form.is_bound else []  # type: ignore[attr-defined]
    content = {
        "rows": queries.subscriptions(by=frame.actor(request)),
        "form": form,
        "events": [(name, words, name in chosen) for name, words in _events()],
        "why": dict(Subscription.Why.choices),
    }
    return frame.page(request, "desk/webhooks/list.html", content, status=status)


def _detail(request: HttpRequest, number: str, secret: str) -> HttpResponse:
    by = frame.actor(request)
    row = queries.subscription(by=by, subscription_id=number)
    names, states = dict(_events()), dict(Delivery.State.choices)
    content = {
        "row": row,
        "secret": secret,
        "events": [names.get(name, name) for name in row.events],
        "why": dict(Subscription.Why.choices).get(row.disabled_why, ""),
        "deliveries": [
            (one, names.get(one.event, _("测试")), states[one.state], MARKS[one.state])
            for one in queries.deliveries(by=by, subscription_id=number)
        ],
    }
    return frame.page(request, "desk/webhooks/detail.html", content)
