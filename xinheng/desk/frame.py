"""What every page shares: who asks, the business day, full page or fragment, and the shell.

A view loads, makes one domain call and renders. A fragment is a named partial of the page's own
template, so the same address answers both a visit and an htmx request.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.dateparse import parse_date
from django.utils.translation import get_language

from xinheng import access
from xinheng.kernel.actors import Actor
from xinheng.kernel.refusals import Refusal, say


def actor(request: HttpRequest) -> Actor:
    """Return who asks; read once per request."""
    known: Actor | None = getattr(request, "_actor", None)
    if known is None:
        known = access.actor_of(cast(Any, request.user))
        cast(Any, request)._actor = known
    return known


def today() -> date:
    """Return the business day in the installation's time zone."""
    return timezone.localdate()


def language() -> str:
    """Return "zh" or "en": the language this answer is written in."""
    return "zh" if (get_language() or "zh").startswith("zh") else "en"


def sentence(refusal: Refusal) -> str:
    """Return a refusal's sentence in the reader's language."""
    return say(refusal, language())


def as_of(request: HttpRequest) -> date:
    """Return the date a report looks at: `as_of` in the address, else today."""
    try:
        asked = parse_date(request.GET.get("as_of", ""))
    except ValueError:
        asked = None
    return asked or today()


def wants_fragment(request: HttpRequest) -> bool:
    """Say whether htmx asks for a part of the page (not when it restores its history)."""
    htmx = getattr(request, "htmx", None)
    return bool(htmx) and not cast(Any, htmx).history_restore_request


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    fragment: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render a page, or its named partial when htmx asks and the page has one."""
    if fragment and wants_fragment(request):
        response = render(request, f"{template}#{fragment}", dict(context), status=status)
        patch_cache_control(response, no_store=True)
    else:
        response = render(request, template, dict(context), status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response
