"""What bureaus and our own people say of the customers, and what happened with them.

All of it leans on hidden quality and on a coming crisis, each time only by chance: a report or a
visit may be older than the trouble, and a form may know little.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from xinheng.evidence import forms
from xinheng.sample import draws
from xinheng.sample.draws import Array
from xinheng.sample.identities import Customers
from xinheng.sample.plan import NEVER, Plan

# Invented bureaus, with the weight of each.
AGENCIES = (("华征信用", 5), ("衡鉴征信", 3), ("启明商业信息", 2))
GRADES = ("AAA", "AA", "A", "BBB", "BB", "B", "C")
_GRADE_FROM = (780, 720, 660, 600, 540, 480)
REPORTED, ASKED_5C, ASKED_FEATURES = 0.45, 0.25, 0.12
UNKNOWN = 0.07
# kind, times a year at average quality, how strongly quality lowers it
_DEALINGS = (
    ("visit", 0.6, 0.0),
    ("call", 0.5, 0.0),
    ("feedback", 0.12, -0.1),
    ("complaint", 0.18, 0.5),
    ("delivery_breach", 0.07, 0.7),
)
KINDS = tuple(row[0] for row in _DEALINGS)
TEXTS = ("例行拜访", "电话沟通", "客户反馈", "对质量或交期的投诉", "未按约定收货")
# Two outcomes of each kind.
OUTCOMES = (
    "生产正常，订单饱满", "库存偏高，已提示", "确认对账单", "约定付款日期", "已转相关部门",
    "无需处理", "已解决", "处理中", "延期收货", "拒收部分货物",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reports:
    """Bureau reports by day; pd in millionths, limit in fen."""

    owner: Array
    day: Array
    agency: Array
    score: Array
    grade: list[str]
    pd: Array
    fen: Array


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers to forms, customer by customer: names of form, item and answer by row."""

    owner: Array
    day: Array
    form: list[str]
    item: list[str]
    answer: list[str]


@dataclass(frozen=True, slots=True)
class Dealings:
    """What happened between customers and us, by day; kind and outcome are places in the words."""

    owner: Array
    day: Array
    kind: Array
    outcome: Array


def reports(*, plan: Plan, customers: Customers, seed: int) -> Reports:
    """Draw one to three bureau reports for nearly half of the customers."""
    rng = draws.stream(seed, "bureau")
    times = np.where(rng.random(plan.count) < REPORTED, rng.integers(1, 4, plan.count), 0)
    owner = np.repeat(np.arange(plan.count), times)
    day = _days(rng, plan, owner, 900)
    seen = plan.quality[owner] - 1.1 * _near_crisis(plan, owner, day, 120)
    score = np.rint(np.clip(610 + 85 * seen + 45 * rng.standard_normal(len(owner)), 300, 850))
    odds = np.exp(-3.4 - (score - 610) / 95)
    limit = customers.yearly_yuan[owner] * 0.02 * np.clip((score - 400) / 250, 0.1, 1.6)
    order = np.lexsort((owner, day))
    places = np.searchsorted(-np.array(_GRADE_FROM), -score, side="left")
    return Reports(
        owner=owner[order],
        day=day[order],
        agency=draws.weighted(rng, [row[1] for row in AGENCIES], len(owner))[order],
        score=score.astype(np.int64)[order],
        grade=[GRADES[place] for place in places[order].tolist()],
        pd=np.rint(odds / (1 + odds) * 10_000).astype(np.int64)[order] * 100,
        fen=(limit // 10_000).astype(np.int64)[order] * 1_000_000,
    )


def answers(*, plan: Plan, seed: int) -> Answers:
    """Draw filled-in forms: a quarter of the customers by 5C, an eighth by their features."""
    rng = draws.stream(seed, "questionnaires")
    parts = [
        _filled(rng, plan, key, np.flatnonzero(rng.random(plan.count) < share))
        for key, share in (("5c", ASKED_5C), ("features", ASKED_FEATURES))
    ]
    return Answers(
        owner=np.concatenate([part.owner for part in parts]),
        day=np.concatenate([part.day for part in parts]),
        form=[name for part in parts for name in part.form],
        item=[name for part in parts for name in part.item],
        answer=[text for part in parts for text in part.answer],
    )


def dealings(*, plan: Plan, seed: int) -> Dealings:
    """Draw visits, calls, complaints and breaches over the horizon."""
    rng = draws.stream(seed, "interactions")
    years = plan.horizon.days / 365
    owners, kinds = [], []
    for index, (_kind, yearly, slope) in enumerate(_DEALINGS):
        expected = yearly * years * np.exp(-slope * plan.quality - slope**2 / 2)
        times = rng.poisson(np.minimum(expected, 12))
        times[plan.invoices == 0] = 0
        owners.append(np.repeat(np.arange(plan.count), times))
        kinds.append(np.full(int(times.sum()), index))
    owner, which = np.concatenate(owners), np.concatenate(kinds)
    day = _days(rng, plan, owner, plan.horizon.days)
    order = np.lexsort((which, owner, day))
    kind = which[order]
    outcome = kind * 2 + rng.integers(0, 2, len(owner))
    return Dealings(owner=owner[order], day=day[order], kind=kind, outcome=outcome)


def _days(rng: np.random.Generator, plan: Plan, owner: Array, back: int) -> Array:
    """Return days of the last `back` ones on which a customer was in business with us."""
    first = np.maximum(plan.horizon.until - back + 1, np.minimum(plan.joined, plan.left)[owner])
    first = np.maximum(first, plan.horizon.first)
    last = np.maximum(plan.left[owner], first)
    return np.asarray(first + (rng.random(len(owner)) * (last - first + 1)).astype(np.int64))


def _near_crisis(plan: Plan, owner: Array, day: Array, days: int) -> Array:
    """Say where a crisis is less than so many days ahead, or a default has happened."""
    crisis = plan.fate.crisis[owner]
    ahead = (crisis < NEVER) & (crisis - day < days)
    return np.asarray(ahead & ((crisis >= day) | plan.fate.defaults[owner]))


def _filled(rng: np.random.Generator, plan: Plan, key: str, who: Array) -> Answers:
    """Fill a form in for these customers on one day each."""
    day = _days(rng, plan, who, 540)
    seen = plan.quality[who] - 0.9 * _near_crisis(plan, who, day, 90)
    table = [
        _answers_to(rng, item, ranked, silent, seen) for item, ranked, silent in _questions(key)
    ]
    items = [item for item, _ranked, _silent in _questions(key)]
    return Answers(
        owner=np.repeat(who, len(items)),
        day=np.repeat(day, len(items)),
        form=[key] * (len(who) * len(items)),
        item=items * len(who),
        answer=[text for row in zip(*table, strict=True) for text in row],
    )


@cache
def _questions(key: str) -> list[tuple[str, tuple[str, ...], str]]:
    """Return the scored items: name, answers from the best to the worst, the one without points."""
    form = forms.shipped()[key]
    found = []
    for item in form.items():
        if item.type == "text":
            continue
        choices = form.answers_of(item)
        told = [it for it in choices if it.points is not None]
        ranked = sorted(told, key=lambda it: it.points or 0, reverse=True)
        silent = [it.answer for it in choices if it.points is None]
        found.append((item.item, tuple(it.answer for it in ranked), silent[0] if silent else ""))
    return found


def _answers_to(
    rng: np.random.Generator, item: str, ranked: tuple[str, ...], silent: str, seen: Array
) -> list[str]:
    """Return an answer for each customer; without choices the item is a number of years."""
    if not ranked:
        return [str(years) for years in rng.integers(1, 25, len(seen)).tolist()]
    latent = 0.75 * seen + 0.8 * rng.standard_normal(len(seen)) + 0.35
    share = 1 / (1 + np.exp(1.6 * latent))
    place = np.minimum((share * len(ranked)).astype(np.int64), len(ranked) - 1)
    is_silent = rng.random(len(seen)) < (UNKNOWN if silent else 0)
    return [
        silent if unknown else ranked[at]
        for at, unknown in zip(place.tolist(), is_silent.tolist(), strict=True)
    ]
