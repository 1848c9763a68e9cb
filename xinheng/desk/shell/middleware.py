"""Turn what happens around a desk page into an answer a person can use.

Nobody signed in: to the sign-in page, for an htmx request by header so that no sign-in form ends
up inside a table. A refusal that no form caught: its sentence, as a page or as a short text that
the page shows as a notice.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from xinheng.desk import frame
from xinheng.desk.shell import views
from xinheng.kernel.refusals import Refusal


class DeskMiddleware:
    """Answers for the desk: sign-in redirects of fragments, and refusals."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let a fragment that lands on the sign-in page move the whole browser there."""
        response = self.get_response(request)
        if getattr(request, "htmx", None) and response.status_code == 302:
            answer = HttpResponse(status=204)
            answer["HX-Redirect"] = response["Location"]
            return answer
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> Any:
        """Say a refusal that reached the top; anything else is not ours."""
        if not isinstance(error, Refusal) or request.path.startswith("/api/"):
            return None
        status = error.status if error.status in (403, 404) else 422
        return views.trouble(request, status, frame.sentence(error))
