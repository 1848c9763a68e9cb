"""Enter by a one-time link: look at it without using it, then go in, with a password if wished."""

from django import forms
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from xinheng import access
from xinheng.access import operations, queries
from xinheng.access.refusals import LinkInvalid, PasswordWeak
from xinheng.desk import frame

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class EntryForm(forms.Form):
    """The password a person may choose; leaving both fields empty keeps the one there is."""

    password = forms.CharField(
        label=gettext_lazy("设置密码"), required=False, strip=False, max_length=128
    )
    again = forms.CharField(
        label=gettext_lazy("再输入一次"), required=False, strip=False, max_length=128
    )

    def clean(self) -> None:
        if self.cleaned_data.get("password", "") != self.cleaned_data.get("again", ""):
            self.add_error("again", _("两次输入的密码不一致。"))


@sensitive_post_parameters("password", "again")
@never_cache
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, secret: str) -> HttpResponse:
    """Show whom a link belongs to; a GET never uses it, since mail programs open links too."""
    by, at = access.system("desk"), timezone.now()
    form = EntryForm(request.POST if request.method == "POST" else None)
    try:
        person = queries.user_of_link(by, secret, at)
        if form.is_bound and form.is_valid():
            password = form.cleaned_data["password"]
            user = operations.use_link(by=by, secret=secret, at=at, password=password)
            login(request, user, backend=BACKEND)
            return HttpResponseRedirect("/")
    except LinkInvalid as refusal:
        context = {"refusal": frame.sentence(refusal)}
        return render(request, "desk/entry.html", context, status=404)
    except PasswordWeak as refusal:
        form.add_error("password", frame.sentence(refusal))
    status = 422 if form.is_bound else 200
    return render(request, "desk/entry.html", {"form": form, "person": person}, status=status)
