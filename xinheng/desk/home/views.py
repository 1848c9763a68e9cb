"""The first page after sign-in."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from xinheng.desk import frame


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show where the portfolio stands and what to do next."""
    return frame.page(request, "desk/home/home.html", {})
