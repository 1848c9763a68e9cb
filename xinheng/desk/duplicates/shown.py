"""Pairs, comparisons and merges in the reader's words, and what an address or a form asks."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinheng.desk import frame, words
from xinheng.desk.templatetags import desk
from xinheng.exposure.models import Account
from xinheng.fields import queries as custom
from xinheng.kernel.actors import Actor
from xinheng.masterdata.models import Candidate, Search
from xinheng.masterdata.queries import CandidateRow, MergeDetail, SearchState
from xinheng.masterdata.rules import CUSTOM
from xinheng.masterdata.side_by_side import Comparison, Line
from xinheng.reference import queries as reference

FIELDS = {
    "code": gettext_lazy("客户编码"), "name": gettext_lazy("客户名称"),
    "credit_code": gettext_lazy("统一社会信用代码"), "industry": gettext_lazy("行业"),
    "region": gettext_lazy("地区"), "size": gettext_lazy("规模"), "group_id": gettext_lazy("集团"),
    "owner_id": gettext_lazy("负责人"), "department_id": gettext_lazy("部门"),
    "since": gettext_lazy("合作起始"), "registered_capital_minor": gettext_lazy("注册资本"),
    "currency": gettext_lazy("币种"),
}  # fmt: skip
STATES = {
    Candidate.State.OPEN: gettext_lazy("待处理"),
    Candidate.State.DISTINCT: gettext_lazy("不是同一家"),
    Candidate.State.MERGED: gettext_lazy("已合并"),
    "": gettext_lazy("全部"),
}
MODES = {
    Account.Mode.NONE: gettext_lazy("无授信"),
    Account.Mode.LIMITED: gettext_lazy("限额"),
    Account.Mode.UNLIMITED: gettext_lazy("不限额"),
}
SEARCHES = {
    Search.State.WAITING: gettext_lazy("排队中"), Search.State.RUNNING: gettext_lazy("查找中"),
    Search.State.DONE: gettext_lazy("已完成"), Search.State.FAILED: gettext_lazy("失败"),
}  # fmt: skip
LEASTS = (95, 90, 85, 80)
SURE, LIKELY = 95, 85


def asked(request: HttpRequest) -> dict[str, Any]:
    """Return the arguments of the worklist; what cannot be read counts as not asked."""
    given = request.GET
    state = given.get("state", Candidate.State.OPEN)
    least = given.get("least", "")
    return {
        "state": state if state in STATES else Candidate.State.OPEN,
        "text": given.get("q", "")[:80],
        "least": int(least) if least.isascii() and least.isdigit() and len(least) < 4 else 0,
    }


def back(request: HttpRequest) -> str:
    """Return the page of the list a form was sent from, never one of another site."""
    found = request.POST.get("back", "")
    mine = url_has_allowed_host_and_scheme(found, allowed_hosts={request.get_host()})
    return found if found and mine else reverse("desk:duplicates")


def states(counts: dict[str, int]) -> list[dict[str, Any]]:
    """Return the states to choose from, each with how many pairs it has."""
    whole = sum(counts.values())
    return [
        {"key": key, "label": label, "count": counts.get(key, 0) if key else whole}
        for key, label in STATES.items()
    ]


def candidate(row: CandidateRow) -> dict[str, Any]:
    """Return a pair with its reasons in words and the colour of its score."""
    mark = "mark-danger" if row.score >= SURE else "mark-late" if row.score >= LIKELY else ""
    return {
        "row": row,
        "reasons": [reason.say(frame.language()) for reason in row.reasons],
        "mark": mark,
        "state": STATES[row.state],
    }


def search(found: SearchState | None) -> dict[str, Any] | None:
    """Return the latest search with its state in words."""
    return None if found is None else {"row": found, "state": SEARCHES[Search.State(found.state)]}


def chosen(request: HttpRequest, prefix: str) -> dict[str, str]:
    """Return what was chosen in a form: name → side."""
    return {
        name.removeprefix(prefix): str(side)
        for name, side in request.POST.items()
        if name.startswith(prefix)
    }


def comparison(by: Actor, found: Comparison) -> dict[str, Any]:
    """Return the lines, rooms and accounts of a comparison as the page writes them."""
    zh = frame.language() == "zh"
    write = _Writer(by)
    return {
        "lines": [
            {"line": line, "label": write.label(line.name),
             "left": write.value(line.name, line.left, found.left.currency),
             "right": write.value(line.name, line.right, found.right.currency),
             "is_choice": line.is_chosen and line.differs,
             "takes_right": _takes_right(line)}
            for line in found.lines
        ],
        "moving": [
            {"row": one, "label": one.zh if zh else one.en, "behind": len(one.left_behind)}
            for one in found.moving
        ],
        "stays": [zh_ if zh else en for zh_, en in found.stays],
        "modes": MODES,
        "obstacles": [frame.sentence(one) for one in found.obstacles],
    }  # fmt: skip


def merged(by: Actor, found: MergeDetail) -> dict[str, Any]:
    """Return what a merge moved and changed in words."""
    zh, write = frame.language() == "zh", _Writer(by)
    return {
        "parts": [(zh_ if zh else en, count) for zh_, en, count in found.parts],
        "changes": [
            (write.label(name), write.value(name, found.before[name]),
             write.value(name, found.after[name]))
            for name in found.before
        ],
    }  # fmt: skip


def undone(kept: tuple[str, ...]) -> str:
    """Return what is said after a merge was undone."""
    if not kept:
        return _("合并已撤销，两家客户各自恢复原状。")
    names = "、".join(str(FIELDS.get(name, name.removeprefix(CUSTOM))) for name in kept)
    return _("合并已撤销；这些字段在合并后又改过，保留现值：%(names)s。") % {"names": names}


def _takes_right(line: Line) -> bool:
    """Propose the other's value where the survivor has none."""
    return line.is_chosen and line.left in ("", None) and line.right not in ("", None)


class _Writer:
    """Labels and values of fields, looked up once for a page."""

    def __init__(self, by: Actor) -> None:
        language = frame.language()
        self._industries = reference.industry_names(by=by, language=language)
        fields = custom.form("customers").fields
        self._own = {one.name: one.zh if language == "zh" else one.en or one.zh for one in fields}

    def label(self, name: str) -> str:
        """Return what a field is called."""
        own = name.removeprefix(CUSTOM)
        return self._own.get(own, own) if name.startswith(CUSTOM) else str(FIELDS[name])

    def value(self, name: str, value: Any, currency: str = "CNY") -> str:
        """Return a value as a person reads it."""
        if value in ("", None):
            return ""
        if name == "industry":
            return f"{value} {self._industries.get(value, '')}".strip()
        if name == "size":
            return str(words.SIZES.get(value, value))
        if name == "registered_capital_minor":
            return f"{desk.money(value, currency)} {currency}"
        return str(value)
