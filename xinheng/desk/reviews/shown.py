"""A run in the reader's words: steps, charts with the rows behind each bar, the matrix."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinheng.definitions import in_force
from xinheng.desk import frame, words
from xinheng.desk.templatetags.desk import short
from xinheng.factors import catalogue
from xinheng.limits.explanation import BOUNDS, OTHERS
from xinheng.reviews.queries import Distribution, Filters, Migration, ReviewRow
from xinheng.reviews.queries.results import LIMIT_EDGES, SCORE_BAND

STEPS = {
    "": gettext_lazy("排队中"), "snapshot": gettext_lazy("读取账簿"),
    "factors": gettext_lazy("计算指标"), "scoring": gettext_lazy("评分"),
    "limits": gettext_lazy("测算额度"), "warnings": gettext_lazy("预警"),
    "record": gettext_lazy("记录结果"),
}  # fmt: skip
# state → name, mark, icon
STATES = {
    "waiting": (gettext_lazy("排队中"), "", "hourglass"),
    "running": (gettext_lazy("运行中"), "mark-brand", "loader-2"),
    "done": (gettext_lazy("已完成"), "mark-ok", "circle-check"),
    "failed": (gettext_lazy("失败"), "mark-danger", "alert-triangle"),
}
REASONS_SHOWN = 8


def run(row: ReviewRow) -> dict[str, Any]:
    """Return one run with the words its pages show."""
    name, mark, icon = STATES[row.state]
    return {
        "row": row,
        "state": name,
        "mark": mark,
        "icon": icon,
        "step": STEPS.get(row.step, row.step),
        "seconds": f"{sum(row.seconds.values()):.1f}" if row.seconds else "",
        "versions": list(row.versions),
    }


def found(distribution: Distribution, where: Filters, path: str) -> dict[str, Any]:
    """Return the charts of a run; each bar leads to the customers in it."""
    order = [*words.GRADES, *distribution.grades]
    grades = [grade for grade in dict.fromkeys(order) if grade in distribution.grades]
    bands = dict(distribution.scores)
    edges = list(range(0, 100, SCORE_BAND))
    bindings = sorted(distribution.bindings.items(), key=lambda one: (-one[1], one[0]))
    return {
        "distribution": distribution,
        "grades": {
            "title": _("评级分布"),
            "name": _("客户数"),
            "labels": grades,
            "values": [distribution.grades[grade] for grade in grades],
            "colours": [words.grade_colour(grade) for grade in grades],
            "links": [f"{path}?grade={grade}#part-results" for grade in grades],
        },
        "scores": {
            "title": _("评分分布"),
            "name": _("客户数"),
            "labels": [f"{edge}–{edge + SCORE_BAND}" for edge in edges],
            "values": [bands.get(edge, 0) for edge in edges],
            "links": [f"{path}?score={edge}#part-results" for edge in edges],
        },
        "limits": {
            "title": _("建议额度分布"),
            "name": _("客户数"),
            "labels": [limit_band(at) for at in range(len(LIMIT_EDGES) + 1)],
            "values": [distribution.limits.get(at, 0) for at in range(len(LIMIT_EDGES) + 1)],
            "links": [f"{path}?limit={at}#part-results" for at in range(len(LIMIT_EDGES) + 1)],
        },
        "tiers": [
            {"tier": tier, "customers": count, "link": f"{path}?tier={tier}#part-results"}
            for tier, count in sorted(distribution.tiers.items())
        ],
        "bindings": [
            (binding_name(code), count, f"{path}?binding={code}#part-results")
            for code, count in bindings
        ],
        "reasons": [
            (reason_name(code), count, f"{path}?reason={code}#part-results")
            for code, count in list(distribution.reasons.items())[:REASONS_SHOWN]
        ],
        "narrowed": narrowed(where),
    }


def narrowed(where: Filters) -> list[tuple[str, str]]:
    """Return (parameter, words) of each filter in force."""
    pairs = [
        ("grade", where.grade and _("评级 %(x)s") % {"x": where.grade}),
        ("tier", where.tier and _("%(tier)s 类客户") % {"tier": where.tier}),
        ("binding", where.binding and binding_name(where.binding)),
        ("reason", where.reason and reason_name(where.reason)),
        ("currency", where.currency),
    ]
    if where.limit_band is not None:
        pairs.append(("limit", _("建议额度 %(band)s") % {"band": limit_band(where.limit_band)}))
    if where.score_from is not None:
        band = {"low": where.score_from, "high": where.score_from + SCORE_BAND}
        pairs.append(("score", _("评分 %(low)s–%(high)s") % band))
    return [(name, said) for name, said in pairs if said]


def limit_band(at: int) -> str:
    """Return the name of a band of proposed limits."""
    if at == 0:
        return _("不授信")
    if at >= len(LIMIT_EDGES):
        return f">{short(LIMIT_EDGES[-1])}"
    return f"≤{short(LIMIT_EDGES[at])}"


def matrix(migration: Migration) -> dict[str, Any]:
    """Return the grade matrix: rows before, columns now; what got worse is marked."""
    occurring = {grade for pair in migration.cells for grade in pair}
    grades = [grade for grade in migration.grades if grade in occurring]
    rows = []
    for at, before in enumerate(grades):
        cells = []
        for place, now in enumerate(grades):
            mood = "same" if place == at else "worse" if place > at else "better"
            cells.append((migration.cells.get((before, now), 0), mood))
        rows.append((before, cells))
    return {"migration": migration, "grades": grades, "rows": rows}


def reason_name(code: str) -> str:
    """Return a reason code in words."""
    zh = frame.language() == "zh"
    if code == "coverage":
        return _("资料不足")
    if code.startswith("knock_out."):
        card = in_force.published("scorecard").content
        hit = code.removeprefix("knock_out.")
        said = (one.reason.say(frame.language()) for one in card.knock_outs if one.code == hit)
        return _("一票否决：%(reason)s") % {"reason": next(said, hit)}
    known = catalogue.BY_CODE.get(code)
    return code if known is None else known.zh if zh else known.en


def binding_name(code: str) -> str:
    """Return what decided a limit, in words."""
    at = 0 if frame.language() == "zh" else 1
    if code in BOUNDS:
        return BOUNDS[code][at][0]
    if code in OTHERS:
        return OTHERS[code][at].split("；")[0].split(";")[0]
    if code.startswith("no_credit."):
        policy = in_force.published("credit_policy").content
        hit = code.removeprefix("no_credit.")
        said = (one.reason.say(frame.language()) for one in policy.no_credit if one.code == hit)
        return next(said, hit)
    return code
