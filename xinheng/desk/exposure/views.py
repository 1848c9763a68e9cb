"""Pages of exposure: a customer's account, a group's, and the entries behind their numbers."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from xinheng.desk import frame, paging
from xinheng.desk.exposure import shown
from xinheng.exposure import account_file
from xinheng.exposure.account_file import AccountFile
from xinheng.exposure.models import COUNTERS


@require_GET
def customer(request: HttpRequest, code: str) -> HttpResponse:
    """Show what a customer uses of which limit, and by what."""
    by, segment = frame.actor(request), request.GET.get("segment", account_file.MAIN_SEGMENT)
    return _page(request, account_file.of_customer(by=by, code=code, segment=segment[:40]))


@require_GET
def of_group(request: HttpRequest, group: str) -> HttpResponse:
    """Show what a group uses, and what its members may use together."""
    by, segment = frame.actor(request), request.GET.get("segment", account_file.MAIN_SEGMENT)
    return _page(request, account_file.of_group(by=by, code=group, segment=segment[:40]))


def _page(request: HttpRequest, file: AccountFile) -> HttpResponse:
    by, counter = frame.actor(request), request.GET.get("counter", "")
    counter = counter if counter in COUNTERS else ""
    offset, (_number, size) = paging.offset(request), paging.asked(request)
    found = account_file.entries(by=by, file=file, counter=counter, offset=offset, limit=size)
    context: dict[str, Any] = {
        "node": file.node,
        "entries": [shown.entry(row, file.node.currency) for row in found.rows],
        "pages": paging.pages(request, found.count),
        "counter": counter,
        "counters": shown.COUNTER_NAMES.items(),
    }
    if not frame.wants_fragment(request):
        context |= shown.context(file, frame.today(), by)
    return frame.page(request, "desk/exposure/account.html", context, fragment="entries")
