"""Pages of the rule designer of order checks."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from xinheng.desk import frame
from xinheng.desk.credit_rules import shown


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Show the rules in force, a sentence each."""
    return frame.page(request, "desk/credit_rules/list.html", shown.context(frame.actor(request)))
