"""What the page of one order shows, and what may be done with it by whom."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinheng import definitions
from xinheng.access import policy
from xinheng.desk import frame
from xinheng.desk.exposure import shown as exposure
from xinheng.desk.orders import forms, shown, verdicts
from xinheng.kernel import money
from xinheng.kernel.actors import Actor
from xinheng.orders import order_file
from xinheng.orders.order_file import DecisionRow, HoldRow, OrderFile
from xinheng.orders.rules import record, sentences
from xinheng.orders.rules.checks import utilisation
from xinheng.orders.rules.facts import Facts
from xinheng.orders.rules.releasing import bound_of, who_may

COVERS = {"step": gettext_lazy("仅本步骤"), "later": gettext_lazy("本单及后续步骤")}
AUTHORITIES = {
    "limit": "", "tolerance": gettext_lazy("容差"), "warn": gettext_lazy("提醒放行"),
    "release": gettext_lazy("特批超限"), "insured": gettext_lazy("保险覆盖"), "carried": "",
}  # fmt: skip
OUTCOME_MARKS = {"approved": "mark-ok", "held": "mark-late", "refused": "mark-danger"}
LINE_COLOURS = {"approved": "is-brand", "held": "is-watch", "refused": "is-danger"}


def context(by: Actor, number: str, today: date) -> dict[str, Any]:
    """Return everything the page shows.

    refuses: UnknownOrder
    """
    order = order_file.order_file(by=by, number=number)
    hold, may = order.hold, allowed(by, order)
    decision = (hold.latest if hold else None) or order.decision
    found: dict[str, Any] = {
        "order": order,
        "may": may,
        "status": shown.STATUSES[order.status],
        "credit": shown.CREDITS[order.credit],
        "way": way(order),
        "verdict": verdicts.of_row(decision, by, places(order, may)) if decision else None,
        "history": [past(one) for one in order.decisions],
        "releases": [{"row": one, "covers": COVERS[one.covers]} for one in order.releases],
        "exposure_link": reverse("desk:exposure", args=[order.customer.code]),
        "forms": _forms(order, today, decision),
    }
    if hold is not None:
        found |= _held(by, order, hold)
    return found


def allowed(by: Actor, order: OrderFile) -> dict[str, bool]:
    """Return which acts the page offers; each is asked for again when it is done."""
    is_open, held = order.status == "open", order.hold is not None
    writes = by.may("orders.write")
    return {
        "amend": writes and is_open,
        "ship": writes and is_open and order.credit == "approved" and order.unshipped_minor > 0,
        "cancel": writes and is_open,
        "reopen": writes and order.status == "cancelled",
        "copy": writes,
        "hold": by.may("orders.hold") and is_open and not held,
        "recheck": held and (by.may("orders.check") or by.may("orders.release")),
        "release": held and by.may("orders.release"),
        "revoke": by.may("orders.release")
        and not held
        and any(one.revoked_at is None for one in order.releases),
    }


def places(order: OrderFile, may: Mapping[str, bool]) -> dict[str, str]:
    """Return where each kind of remedy is done for this order."""
    found: dict[str, str] = {}
    if may["amend"]:
        change = reverse("desk:order-edit", args=[order.number])
        found = dict.fromkeys(("reduce", "shorten", "discount", "wait", "prepay"), change)
    if may["release"]:
        found["release"] = "#d-release"
    return found


def way(order: OrderFile) -> list[dict[str, Any]]:
    """Return the stops of an order with how far it has come."""
    stops = [_stop(_("录入"), "is-done", f"{order.order_date}")]
    if order.credit == "approved":
        stops.append(_stop(_("信用通过"), "is-done"))
    elif order.credit == "held":
        stops.append(_stop(_("信用冻结"), "is-stopped"))
    else:
        stops.append(_stop(_("信用拒绝"), "is-stopped"))
    if order.status == "cancelled":
        return [*stops, _stop(_("已取消"), "is-stopped")]
    whole = order.amount_minor
    for name, minor, after in (
        (_("发货"), order.shipped_minor, order.credit == "approved"),
        (_("开票"), order.invoiced_minor, order.shipped_minor > 0),
    ):
        state = "is-done" if whole and minor >= whole else "is-now" if minor or after else ""
        share = f"{minor * 100 // whole}%" if whole and 0 < minor < whole else ""
        stops.append(_stop(name, state, share))
    return stops


def _stop(name: str, state: str, note: str = "") -> dict[str, Any]:
    icon = {"is-done": "circle-check", "is-now": "hourglass", "is-stopped": "lock"}
    return {"name": name, "state": state, "note": note, "icon": icon.get(state, "minus")}


def past(row: DecisionRow) -> dict[str, Any]:
    """Return one line of the history of decisions."""
    language = frame.language()
    return {
        "row": row,
        "purpose": verdicts.PURPOSES[row.purpose],
        "outcome": verdicts.OUTCOME_WORDS[row.outcome],
        "mark": OUTCOME_MARKS[row.outcome],
        "line_colour": LINE_COLOURS[row.outcome],
        "authority": AUTHORITIES.get(row.authority, ""),
        "currency": row.facts.currency,
        "reasons": [
            {"name": sentences.name(one.reason, language), "mark": verdicts.LEVELS[one.level][0]}
            for one in row.findings
        ],
        "changes": verdicts.changes(row.changes or {}, row.facts),
    }


def _held(by: Actor, order: OrderFile, hold: HoldRow) -> dict[str, Any]:
    row = hold.latest
    found: dict[str, Any] = {"waiting": timesince(hold.opened_at), "who_may": "", "since": []}
    if row is None:
        return found
    node, above = row.facts.path[0], [verdicts.room(one) for one in row.facts.path[1:]]
    asked = max(0, row.facts.document.credit_minor - row.facts.document.held_minor)
    found |= {
        "waterfall": exposure.waterfall(
            node, exposure.links(node.code, False, by), asked_minor=asked,
            above_minor=min((one for one in above if one is not None), default=None),
        ),
        "waterfall_currency": row.facts.currency,
        "authority": authority(by, row.facts),
    }  # fmt: skip
    found["who_may"] = found["authority"]["who"]
    if hold.first is not None and hold.first.id != row.id:
        changed = record.changed(record.plain(hold.first.facts), record.plain(row.facts))
        found["since"] = verdicts.changes(changed, row.facts)
    return found


def authority(by: Actor, facts: Facts) -> dict[str, Any]:
    """Return how far the document passes the limit, whether this person may allow it, who may."""
    over = utilisation.over_limits(facts)
    rules = definitions.published("credit_rules").content.prepared.for_account(facts)
    may, bound = who_may(over, rules.releasers), bound_of(by.roles, rules.releasers)
    said = verdicts.amount(over, facts.currency)
    at = 0 if frame.language() == "zh" else 1
    names = "、".join(str(policy.ROLES[role][at]) for role in may if role in policy.ROLES)
    who = _("可以放行的角色：%(roles)s") % {"roles": names or _("没有")}
    own = by.service or bound is None or bound >= over
    if not over:
        text = _("这张订单没有超出额度，放行的是其他原因。")
    elif own:
        text = _("超出额度 %(over)s，在您的放行权限以内。") % {"over": said}
    else:
        told = {"over": said, "roles": names or "–"}
        text = _("超出额度 %(over)s，超过您的放行权限；可以放行的角色：%(roles)s。") % told
    return {"over": over, "is_beyond": not own, "text": text, "who": who}


def _forms(order: OrderFile, today: date, decision: DecisionRow | None) -> dict[str, Any]:
    whole = money.text(order.unshipped_minor or order.amount_minor, order.currency)
    shipments = len(order.shipments) + 1
    number = f"{order.number}-{shipments}"
    return {
        "ship": forms.ShipForm(
            initial={"number": number, "shipped_on": f"{today}", "amount": whole}
        ),
        "release": forms.ReleaseForm(initial={"amount": whole, "covers": "later"}),
        "reject": forms.ReasonForm(auto_id="id_reject_%s"),
        "hold": forms.ReasonForm(auto_id="id_hold_%s"),
        "cancel": forms.ReasonForm(auto_id="id_cancel_%s"),
        "revoke": forms.ReasonForm(auto_id="id_revoke_%s"),
    }
