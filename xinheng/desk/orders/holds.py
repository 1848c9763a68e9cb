"""The hold worklist: every held order with all its reasons."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from xinheng.desk import frame, paging
from xinheng.desk.orders import verdicts
from xinheng.kernel.actors import Actor
from xinheng.orders import listing, worklist
from xinheng.orders.rules import sentences
from xinheng.orders.rules.verdict import Reason
from xinheng.orders.worklist import HeldRow, Wanted

FORCED = "forced"
CODES = frozenset(one.code for one in Reason) | {FORCED}
# sort key, heading, whether numbers stand there
SORTED = {"waits", "amount", "customer"}


@require_GET
def worklisting(request: HttpRequest) -> HttpResponse:
    """Show the open holds, those that wait longest first."""
    by, given = frame.actor(request), request.GET
    reason = given.get("reason", "")
    wanted = Wanted(
        text=given.get("q", "").strip()[:80],
        reason=reason if reason in CODES else "",
        owner=given.get("owner", "")[:150],
    )
    found = worklist.waiting(
        by=by, wanted=wanted, sort=given.get("sort", "waits"),
        offset=paging.offset(request), limit=paging.asked(request)[1],
    )  # fmt: skip
    context: dict[str, Any] = {
        "rows": [shown(row) for row in found.rows],
        "totals": found.totals,
        "pages": paging.pages(request, found.count),
        "narrowed": wanted != Wanted(),
        "sort": given.get("sort", "waits"),
        "may_release": by.may("orders.release"),
        "may_recheck": by.may("orders.release") or by.may("orders.check"),
    }
    if not frame.wants_fragment(request):
        context["selects"] = _selects(by, wanted)
    return frame.page(request, "desk/orders/holds.html", context, fragment="table")


def shown(row: HeldRow) -> dict[str, Any]:
    """Return one held order with its reasons in words."""
    language, decision = frame.language(), row.decision
    findings = decision.findings if decision else ()
    return {
        "row": row,
        "currency": decision.facts.currency if decision else row.currency,
        "point": verdicts.POINTS.get(row.point, row.point),
        "reasons": [
            {
                "name": sentences.name(one.reason, language),
                "mark": verdicts.LEVELS[one.level][0],
                "text": sentences.sentence(one, decision.facts.currency, language),
            }
            for one in findings
            if decision
        ],
    }


def _selects(by: Actor, wanted: Wanted) -> list[dict[str, Any]]:
    language = frame.language()
    reasons = [(one.code, sentences.name(one, language)) for one in Reason]
    reasons.append((FORCED, _("人工冻结")))
    return [
        {"name": "reason", "label": _("原因"), "options": reasons, "value": wanted.reason},
        {"name": "owner", "label": _("负责人"), "options": listing.owners(by=by),
         "value": wanted.owner},
    ]  # fmt: skip
