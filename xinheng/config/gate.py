"""The gate in front of every page: an address that the policy table does not list is not served.

Operations and queries ask for their permission themselves; the gate is the second lock, so that a
page somebody forgot to protect is closed, not open. REST calls are guarded by `api.serving`.
"""

import logging
from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from xinheng import access
from xinheng.config import routes

log = logging.getLogger(__name__)


class Gate:
    """Lets a request through to its view only when the policy table says so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Ask the table about the view's name; None lets the request pass."""
        name = request.resolver_match.view_name if request.resolver_match else ""
        route = routes.ROUTES.get(name)
        if route is None:
            log.error("%s (%s) is not in the policy table and stays closed", name, request.path)
            raise PermissionDenied
        if route.permission in (routes.PUBLIC, routes.TOKEN):
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if route.permission != routes.SIGNED_IN:
            by = access.actor_of(request.user)
            if not by.may(route.permission):
                raise PermissionDenied
        return None
