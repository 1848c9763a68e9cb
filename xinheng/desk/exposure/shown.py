"""An account in the reader's words: its path as bars, its sums, its days, its entries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinheng import definitions
from xinheng.desk import drawing
from xinheng.desk.drawing import Gauge
from xinheng.exposure.account_file import AccountFile, EntryRow, NodeRow
from xinheng.exposure.models import COUNTERS
from xinheng.kernel import money
from xinheng.kernel.actors import Actor

COUNTER_NAMES = {
    "receivable": gettext_lazy("应收账款"), "bills": gettext_lazy("有追索权票据"),
    "delivered": gettext_lazy("已发未开票"), "reserved": gettext_lazy("订单占用"),
    "deposits": gettext_lazy("保证金"),
}  # fmt: skip
COUNTER_COLOURS = {
    "receivable": "chart-1", "bills": "chart-3", "delivered": "chart-4", "reserved": "chart-2",
}  # fmt: skip
MODES = {
    "none": gettext_lazy("无授信"), "limited": gettext_lazy("限额"),
    "unlimited": gettext_lazy("不限额"),
}  # fmt: skip
KINDS = {
    "RESERVE": gettext_lazy("占用"), "POST": gettext_lazy("转出"), "VOID": gettext_lazy("释放"),
    "EXPIRE": gettext_lazy("到期释放"), "UNRESERVED": gettext_lazy("直接入账"),
    "SETTLE": gettext_lazy("清账"), "CORRECT": gettext_lazy("更正"),
    "REVALUE": gettext_lazy("重估"), "MOVE": gettext_lazy("迁移"),
}  # fmt: skip
# (first, last) days from today, both included; None has no end
SPANS: tuple[tuple[int | None, int | None, Any], ...] = (
    (None, -91, gettext_lazy("已过 90 天以上")), (-90, -31, gettext_lazy("已过 31–90 天")),
    (-30, -1, gettext_lazy("已过 1–30 天")), (0, 7, gettext_lazy("7 天内")),
    (8, 30, gettext_lazy("8–30 天")), (31, 60, gettext_lazy("31–60 天")),
    (61, None, gettext_lazy("60 天以后")),
)  # fmt: skip
NO_DAY = gettext_lazy("没有日期")


@dataclass(frozen=True, slots=True)
class Sum:
    """One step from what is owed to what is left; a bar between two sums."""

    name: str
    minor: int
    is_sum: bool
    link: str
    x: str
    width: str
    colour: str


class Counted(Protocol):
    """Whatever has the counters and the limit of one account."""

    @property
    def mode(self) -> str: ...
    @property
    def limit_minor(self) -> int | None: ...
    @property
    def deposits_minor(self) -> int: ...


def waterfall(
    node: Counted, links: dict[str, str], *, asked_minor: int = 0, above_minor: int | None = None
) -> list[Sum]:
    """Return the way from what is owed to what is left, each step with its bar.

    asked_minor: the document; above_minor: the least room above, when that is narrower
    """
    steps: list[tuple[Any, int, bool, str, str]] = []
    for counter in ("receivable", "bills", "delivered", "reserved"):
        minor = getattr(node, f"{counter}_minor")
        if minor or counter in ("receivable", "reserved"):
            colour = f"bar-{counter}"
            steps.append((COUNTER_NAMES[counter], minor, False, links.get(counter, ""), colour))
    gross = sum(minor for _name, minor, *_rest in steps)
    steps.append((_("占用合计"), gross, True, links.get("all", ""), "fill-brand"))
    if node.deposits_minor:
        link = links.get("deposits", "")
        steps.append((COUNTER_NAMES["deposits"], -node.deposits_minor, False, link, "fill-line"))
    if node.mode == "unlimited":
        return _bars(steps)
    limit = node.limit_minor or 0
    steps.append((_("额度"), limit, False, links.get("limit", ""), "fill-ink"))
    room = limit - gross + node.deposits_minor
    if above_minor is not None and above_minor < room:
        steps.append((_("集团额度更紧"), above_minor - room, False, "", "fill-line"))
        room = above_minor
    steps.append((_("可用额度"), room, True, "", "fill-danger" if room < 0 else "fill-a"))
    if asked_minor:
        steps.append((_("本单"), -asked_minor, False, "", "fill-asked"))
        left = room - asked_minor
        steps.append((_("本单之后"), left, True, "", "fill-danger" if left < 0 else "fill-a"))
    return _bars(steps)


def _bars(steps: Sequence[tuple[Any, int, bool, str, str]]) -> list[Sum]:
    scale = max((abs(minor) for _name, minor, *_rest in steps), default=0)
    found, at = [], 0
    for name, minor, is_sum, link, colour in steps:
        stacks = not is_sum and colour.startswith("bar-")
        x = at if stacks else 0
        found.append(
            Sum(str(name), minor, is_sum, link, drawing.percent(x, scale),
                drawing.percent(abs(minor), scale), colour)
        )  # fmt: skip
        at += max(0, minor) if stacks else 0
    return found


def links(node_code: str, is_group: bool, by: Actor) -> dict[str, str]:
    """Return where the rows behind each number are."""
    route = "desk:exposure-group" if is_group else "desk:exposure"
    here = reverse(route, args=[node_code])
    found = {counter: f"{here}?counter={counter}#entries" for counter in COUNTERS}
    found["all"] = here
    if not is_group and by.may("receivables.read"):
        found["receivable"] = f"{reverse('desk:items')}?{urlencode({'customer': node_code})}"
    if not is_group and by.may("customers.read"):
        found["limit"] = f"{reverse('desk:customer', args=[node_code])}#part-limit"
    return found


def context(file: AccountFile, today: date, by: Actor) -> dict[str, Any]:
    """Return what the page of an account shows beside its entries."""
    horizon = definitions.published("credit_rules").content.horizon_days
    node, above = file.node, [n.room_minor for n in file.path[1:] if n.room_minor is not None]
    behind = links(node.code, node.is_group, by)
    dynamic = file.dynamic_minor(today + timedelta(days=horizon))
    return {
        "file": file,
        "node": node,
        "mode": MODES[node.mode],
        "steps": path(file.path),
        "links": behind,
        "waterfall": waterfall(node, behind, above_minor=min(above, default=None)),
        "waterfall_currency": node.currency,
        "horizon": horizon,
        "dynamic": dynamic,
        "far": node.used_minor - dynamic,
        "days": days(file, today),
        "members": members(file),
        "standing": standing(file, today),
    }


def path(nodes: Sequence[NodeRow]) -> list[dict[str, Any]]:
    """Return the limits on the way up as bars, the narrowest marked."""
    narrowest = min((n.room_minor for n in nodes if n.room_minor is not None), default=None)
    return [
        {
            "name": node.name,
            "is_group": node.is_group,
            "mode": "" if node.mode == "limited" else MODES[node.mode],
            "limit_minor": node.limit_minor,
            "gauge": drawing.gauge(node.used_minor, 0, node.ceiling_minor),
            "is_narrowest": node.room_minor is not None and node.room_minor == narrowest,
            "link": reverse(
                "desk:exposure-group" if node.is_group else "desk:exposure", args=[node.code]
            ),
        }
        for node in nodes
    ]


def members(file: AccountFile) -> dict[str, Any] | None:
    """Return a group's members with what they may use together against what the group may."""
    if not file.node.is_group:
        return None
    promised = sum(one.limit_minor or 0 for one in file.members if one.in_group)
    limit = file.node.limit_minor
    rows: list[tuple[NodeRow, Gauge]] = [
        (one, drawing.gauge(one.used_minor, 0, one.ceiling_minor)) for one in file.members
    ]
    return {
        "rows": rows,
        "promised": promised,
        "oversubscribed": promised - limit if limit is not None and promised > limit else 0,
        "others": file.others,
    }


def days(file: AccountFile, today: date) -> dict[str, Any] | None:
    """Return what is open by days from today, as a chart with its table."""
    labels = [str(label) for _first, _last, label in SPANS] + [str(NO_DAY)]
    counters = [one for one in COUNTER_COLOURS if any(row.counter == one for row in file.days)]
    sums = {counter: [0] * len(labels) for counter in counters}
    for row in file.days:
        if row.counter in sums:
            sums[row.counter][_span(row.day, today)] += row.open_minor
    kept = [at for at in range(len(labels)) if any(sums[one][at] for one in counters)]
    if not kept:
        return None
    currency = file.node.currency
    return {
        "counters": [COUNTER_NAMES[one] for one in counters],
        "rows": [(labels[at], [sums[one][at] for one in counters]) for at in kept],
        "chart": {
            "title": _("按到期日与发货日"),
            "unit": "money",
            "labels": [labels[at] for at in kept],
            "series": [
                {"name": str(COUNTER_NAMES[one]), "colour": COUNTER_COLOURS[one],
                 "values": [money.text(sums[one][at], currency) for at in kept]}
                for one in counters
            ],
        },
    }  # fmt: skip


def _span(day: date | None, today: date) -> int:
    if day is None:
        return len(SPANS)
    away = (day - today).days
    return next(
        at for at, (_first, last, _label) in enumerate(SPANS) if last is None or away <= last
    )


def standing(file: AccountFile, today: date) -> list[tuple[Any, str, str]]:
    """Return what other rooms posted about the account: (what, value, mark)."""
    found, row = [], file.standing
    if file.node.is_halted:
        found.append((_("账目核对"), file.node.halt_reason or _("不一致，暂停占用"), "mark-danger"))
    if row is None:
        return found
    if row.status != "active":
        found.append((_("账户状态"), row.get_status_display(), "mark-danger"))
    for block in row.blocks:
        found.append((_("冻结"), str(block.get("zh", "")), "mark-danger"))
    if row.dunning_level:
        found.append((_("催收级别"), str(row.dunning_level), "mark-late"))
    for name, day in ((_("额度到期"), row.limit_valid_to), (_("评审到期"), row.review_due),
                      (_("保险到期"), row.insured_until)):  # fmt: skip
        if day is not None:
            found.append((name, f"{day}", "mark-late" if day < today else ""))
    if row.insured_minor is not None:
        text = f"{money.major(row.insured_minor, file.node.currency):,.2f}"
        found.append((_("投保额度"), text, ""))
    if row.payment_index is not None:
        found.append((_("付款指数"), str(row.payment_index), ""))
    return found


def entry(row: EntryRow, currency: str) -> dict[str, Any]:
    """Return one entry with names of what it moved and the document behind it."""
    kind, _colon, number = row.source.partition(":")
    routes = {"invoice": "desk:invoice", "credit_note": "desk:invoice", "order": "desk:order"}
    return {
        "row": row,
        "kind": KINDS.get(row.kind, row.kind),
        "moves": [(COUNTER_NAMES[counter], minor) for counter, minor in row.moves.items()],
        "number": number or row.source,
        "link": reverse(routes[kind], args=[number]) if kind in routes and number else "",
        "is_foreign": row.document_currency != currency,
    }
