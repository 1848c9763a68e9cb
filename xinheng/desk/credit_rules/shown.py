"""The rule set as its pages show it: sentences, problems beside them, advice, versions, effect."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinheng.desk import frame
from xinheng.desk.credit_rules import forms, words
from xinheng.desk.orders import verdicts
from xinheng.desk.settings.drafting import Drafting
from xinheng.kernel.problems import Problem
from xinheng.orders import linter
from xinheng.orders.definition import CreditRules
from xinheng.orders.rules import sentences
from xinheng.orders.simulation import Simulation, Stopped

ROWS_MOST = 100
PLACES = {"rules": gettext_lazy("规则"), "exclusions": gettext_lazy("例外"),
          "releasers": gettext_lazy("放行权限")}  # fmt: skip


def context(drafting: Drafting) -> dict[str, Any]:
    """Return what the page of the rules shows: the draft, else what is in force."""
    by, content = drafting.by, drafting.content
    problems, in_force = drafting.problems, drafting.in_force
    currency = content["currency"]
    advice = () if problems else linter.advice(by=by, content=CreditRules.model_validate(content))
    bounds = {row["role"]: row["excess"] for row in content["releasers"]}
    return {
        "drafting": drafting,
        "currency": currency,
        "rules": _rows(content["rules"], in_force.get("rules", []), problems, "rules", currency),
        "exclusions": _rows(
            content["exclusions"], in_force.get("exclusions", []), problems, "exclusions", currency
        ),
        "releasers": [
            {"name": role, "label": words.role(role), "may": role in bounds,
             "excess": bounds.get(role) or ""}
            for role in forms.ROLES
        ],
        "general": forms.GeneralForm(
            initial={**content, **{p: content["recheck_days"].get(p, 0) for p in ("pick", "ship")}}
        ),
        "problems": [_said(one, content) for one in problems],
        "advice": [_said(one, content) for one in advice],
        "versions": drafting.versions[:12],
        "may_write": by.may("definitions.write"),
        "may_try": by.may("orders.read"),
        "may_publish": by.may("definitions.publish"),
    }  # fmt: skip


def _rows(
    rows: Sequence[Mapping[str, Any]],
    before: Sequence[Mapping[str, Any]],
    problems: Sequence[Problem],
    place: str,
    currency: str,
) -> list[dict[str, Any]]:
    known = {row["name"]: row for row in before}
    say = words.sentence if place == "rules" else words.exclusion_sentence
    found = []
    for at, row in enumerate(rows):
        was = known.get(row["name"])
        found.append({
            "at": at,
            "row": row,
            "sentence": say(row, currency),
            "effect": words.EFFECTS[row["effect"]] if "effect" in row else None,
            "matrix": words.matrix(row) if row.get("at") else [],
            "is_new": was is None,
            "is_changed": was is not None and dict(was) != dict(row),
            "problems": sum(one.path.startswith(f"{place}.{at}.") for one in problems),
        })  # fmt: skip
    return found


def _said(one: Problem, content: Mapping[str, Any]) -> tuple[str, str]:
    """Return (sentence, place) of a problem, the place by the name of its rule."""
    parts = one.path.split(".")
    place = str(PLACES.get(parts[0], ""))
    if len(parts) > 1 and parts[1].isdigit() and parts[0] in ("rules", "exclusions"):
        rows = content[parts[0]]
        at = int(parts[1])
        place = f"{place}“{rows[at]['name']}”" if at < len(rows) else place
    return one.zh if frame.language() == "zh" else one.en, place


def gone(drafting: Drafting) -> list[str]:
    """Return the names of rules and exclusions that the draft leaves out."""
    if drafting.draft is None:
        return []
    return [
        row["name"]
        for place in ("rules", "exclusions")
        for row in drafting.in_force.get(place, [])
        if row["name"] not in {one["name"] for one in drafting.content[place]}
    ]


def effect(found: Simulation) -> dict[str, Any]:
    """Return what a draft would have done to past orders, beside the rules in force."""
    codes = dict.fromkeys((*found.before.reasons, *found.after.reasons))
    currencies = sorted({*found.before.stopped.amounts, *found.after.stopped.amounts}) or ["CNY"]
    main = currencies[0]
    language = frame.language()
    reasons: list[dict[str, Any]] = [
        {
            "name": sentences.name(words.REASONS[code], language),
            "before": _figures(found.before.reasons.get(code), main),
            "after": _figures(found.after.reasons.get(code), main),
        }
        for code in codes
    ]
    return {
        "found": found,
        "currency": main,
        "before": _figures(found.before.stopped, main),
        "after": _figures(found.after.stopped, main),
        "reasons": reasons,
        "rows": [
            {
                "row": row,
                "before": verdicts.OUTCOME_WORDS[row.before.value],
                "after": verdicts.OUTCOME_WORDS[row.after.value],
                "is_changed": row.before is not row.after,
                "reasons": [sentences.name(words.REASONS[code], language)
                            for code in row.reasons_after or row.reasons_before],
            }
            for row in sorted(found.rows, key=lambda row: row.before is row.after)[:ROWS_MOST]
        ],
        "chart": _chart(reasons, found),
    }  # fmt: skip


def _chart(reasons: list[dict[str, Any]], found: Simulation) -> dict[str, Any]:
    """Return how many orders each reason and all together would have stopped, side by side."""
    series = (
        (_("现行"), "chart-1", "before", found.before),
        (_("草稿"), "chart-2", "after", found.after),
    )
    return {
        "title": _("会被拦下的订单：现行与草稿"),
        "labels": [row["name"] for row in reasons] + [_("合计")],
        "series": [
            {
                "name": name,
                "colour": colour,
                "values": [row[key]["orders"] for row in reasons] + [tally.stopped.orders],
            }
            for name, colour, key, tally in series
        ],
    }


def _figures(one: Stopped | None, currency: str) -> dict[str, Any]:
    if one is None:
        return {"orders": 0, "amount": 0, "bad": 0}
    return {
        "orders": one.orders, "amount": one.amounts.get(currency, 0),
        "bad": one.bad.get(currency, 0),
    }  # fmt: skip
