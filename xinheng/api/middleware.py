"""What Django itself answers under /api/ (no such path, wrong method, …) becomes a problem too."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from xinheng.api import problem

PREFIX = "/api/"


class ProblemMiddleware:
    """Replaces bare error pages under /api/ by problems, so that a client parses one form only."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith(PREFIX):
            return response
        # A shared cache must never hand one token's answer to another.
        response["Cache-Control"] = "no-store"
        if response.status_code >= 400 and not problem.is_problem(response):
            return problem.of_status(request, response)
        return response
