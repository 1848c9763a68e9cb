"""Public events about the customers: rare for good ones, a chain of them around a default."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from xinheng.sample import draws, words
from xinheng.sample.draws import Array
from xinheng.sample.identities import Customers
from xinheng.sample.plan import EVENTS, NEVER, Plan

# kind, role, events per customer in three years at average quality, how strongly quality lowers it
_USUAL = (
    ("lawsuit", "defendant", 0.16, 0.8),
    ("lawsuit", "plaintiff", 0.14, 0.0),
    ("penalty", "subject", 0.05, 0.5),
    ("tax_arrears", "subject", 0.012, 0.9),
    ("abnormal_operation", "subject", 0.015, 0.9),
    ("enforcement", "subject", 0.02, 1.2),
    ("equity_pledge", "subject", 0.06, 0.2),
    ("equity_freeze", "subject", 0.008, 1.1),
    ("consumption_limit", "subject", 0.004, 1.3),
    ("dishonest_debtor", "subject", 0.0025, 1.4),
    ("bill_overdue", "subject", 0.008, 1.0),
    ("good news", "subject", 0.22, -0.5),
    ("bad news", "subject", 0.02, 0.9),
)
# kind, role, chance, days from the crisis: before any default that shows events …
_BEFORE = (
    ("lawsuit", "defendant", 1.0, -58, -20),
    ("bad news", "subject", 0.75, -40, -4),
    ("lawsuit", "defendant", 0.55, -25, -2),
    ("equity_freeze", "subject", 0.35, -30, -2),
    ("bill_overdue", "subject", 0.4, -28, -2),
    ("enforcement", "subject", 0.4, -20, -1),
)
# … and after every default.
_AFTER = (
    ("enforcement", "subject", 0.85, 40, 200),
    ("dishonest_debtor", "subject", 0.6, 90, 320),
    ("consumption_limit", "subject", 0.55, 60, 260),
    ("bankruptcy", "subject", 0.28, 60, 300),
    ("lawsuit", "defendant", 0.8, 10, 120),
)
_MILD = frozenset({"lawsuit", "bad news", "bill_overdue"})


class Told(NamedTuple):
    """One event in words; fen: the amount its title names, if any."""

    kind: str
    role: str
    title: str
    text: str
    source: str
    fen: int | None


@dataclass(frozen=True, slots=True)
class Happenings:
    """Events in order of day; how: each names its company by 0 code, 1 credit code, 2 name."""

    owner: Array
    day: Array
    told: list[Told]
    how: Array


def make(*, plan: Plan, customers: Customers, seed: int) -> Happenings:
    """Draw all events of the horizon."""
    rng = draws.stream(seed, "events")
    owner, day, which = _usual(rng, plan)
    chains = [_chain(rng, plan, row, index) for index, row in enumerate(_BEFORE)]
    chains += [_chain(rng, plan, row, len(_BEFORE) + index) for index, row in enumerate(_AFTER)]
    owner = np.concatenate([owner, *(row[0] for row in chains)])
    day = np.concatenate([day, *(row[1] for row in chains)])
    which = np.concatenate([which, *(row[2] for row in chains)])
    kept = (day <= plan.horizon.until) & (day >= plan.horizon.first)
    order = np.lexsort((which[kept], owner[kept], day[kept]))
    owner, day, which = owner[kept][order], day[kept][order], which[kept][order]
    return _told(rng, customers, owner, day, which)


def _usual(rng: np.random.Generator, plan: Plan) -> tuple[Array, Array, Array]:
    """Return events of ordinary life: (customer, day, index of the kind)."""
    owners, kinds = [], []
    for index, (_, _, mean, slope) in enumerate(_USUAL):
        expected = mean * np.exp(-slope * plan.quality - slope**2 / 2)
        times = rng.poisson(np.minimum(expected, 3))
        owners.append(np.repeat(np.arange(plan.count), times))
        kinds.append(np.full(int(times.sum()), index))
    owner = np.concatenate(owners)
    day = plan.horizon.first + rng.integers(0, plan.horizon.days, len(owner))
    return owner, day, np.concatenate(kinds)


def _chain(
    rng: np.random.Generator, plan: Plan, row: tuple[str, str, float, int, int], index: int
) -> tuple[Array, Array, Array]:
    """Return one link of the chain around the crises it touches."""
    kind, _, chance, first, last = row
    fate = plan.fate
    in_crisis = fate.crisis < NEVER
    if first < 0:
        touched = in_crisis & fate.signals[:, EVENTS]
        touched &= fate.defaults | (kind in _MILD)
    else:
        touched = fate.defaults
    owner = np.flatnonzero(touched)
    owner = owner[rng.random(len(owner)) < chance]
    day = fate.crisis[owner] + rng.integers(first, last + 1, len(owner))
    return owner, day, np.full(len(owner), len(_USUAL) + index)


def _told(
    rng: np.random.Generator, customers: Customers, owner: Array, day: Array, which: Array
) -> Happenings:
    """Put each event into words."""
    rows = [*_USUAL, *_BEFORE, *_AFTER]
    scale = np.sqrt(customers.yearly_yuan)[owner] * np.exp(rng.standard_normal(len(owner)))
    amount = np.clip(scale / 60, 2, 8000).astype(np.int64)  # in 10,000 yuan
    pick = rng.integers(0, 1 << 30, len(owner)).tolist()
    told = [
        _words(rows[index][0], rows[index][1], customers.name[who], units, choice)
        for who, index, units, choice in zip(
            owner.tolist(), which.tolist(), amount.tolist(), pick, strict=True
        )
    ]
    how = draws.weighted(rng, (0.91, 0.06, 0.03), len(owner))
    return Happenings(owner, day, told, how)


def _words(kind: str, role: str, name: str, units: int, choice: int) -> Told:
    """Put one event into words. units: its amount in 10,000 yuan; choice: which wording."""
    told = words.HEADLINES[f"{kind}, {role}" if kind == "lawsuit" else kind]
    if kind == "penalty":
        units = max(units // 20, 1)
    title, text = told[choice % len(told)]
    parts = {
        "name": name,
        "amount": units,
        "court": words.COURTS[choice // 7 % len(words.COURTS)],
    }
    kind = "news" if kind.endswith(" news") else kind
    return Told(
        kind=kind,
        role=role,
        title=title.format(**parts),
        text=text.format(**parts),
        source=words.SOURCES[kind],
        fen=units * 1_000_000 if "{amount}" in title else None,
    )
