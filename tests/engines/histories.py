"""Random books for the engines: a history in plain values, and as declared tables.

Days are offsets from DAY; edges of every window of the catalogue come up often, each ±1.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from xinheng.factors.tables import ITEMS, SCHEMAS

DAY = date(2026, 6, 30)
DATED = {
    "bureau": "report_date", "questionnaires": "date", "tax_invoices": "date",
    "interactions": "date",
}  # fmt: skip
WINDOWS = (0, 30, 60, 90, 91, 180, 182, 273, 330, 360, 364, 365, 455, 546, 730, 912, 1826)
EDGES = sorted({edge + step for edge in WINDOWS for step in (-1, 0, 1)})
BUCKETS = sorted({edge + step for edge in (0, 15, 22, 30, 60, 90, 120, 177) for step in (-1, 0, 1)})

ages = st.one_of(st.sampled_from(EDGES), st.integers(-40, 1900))
amounts = st.one_of(st.integers(1, 10**7), st.sampled_from([1, 10**12, 10**13]))
EVENTS = (
    "lawsuit", "enforcement", "dishonest_debtor", "consumption_limit", "abnormal_operation",
    "penalty", "tax_arrears", "equity_freeze", "equity_pledge", "bankruptcy", "bill_overdue",
    "news",
)  # fmt: skip
TITLES = ("被列入失信名单", "移出失信被执行人名单", "中标项目", "100% 股权冻结_", "")


def before(days: int) -> date:
    """Return the day so many days before DAY."""
    return DAY - timedelta(days=days)


@dataclass(frozen=True)
class Item:
    """An invoice or credit note."""

    kind: str
    issued: date
    due: date | None
    voided: date | None
    minor: int


@dataclass(frozen=True)
class Part:
    """A part of a receipt (source None) or of a credit note that met an invoice."""

    target: int
    source: int | None
    minor: int
    on: date
    ended: date | None


@dataclass(frozen=True)
class History:
    """Everything about one customer; parts name items by place."""

    since: date | None = None
    currency: str = "CNY"
    items: tuple[Item, ...] = ()
    parts: tuple[Part, ...] = ()
    statements: tuple[dict[str, Any], ...] = ()
    events: tuple[dict[str, Any], ...] = ()
    # Rows of the declared tables of the same names, without the customer.
    bureau: tuple[dict[str, Any], ...] = ()
    questionnaires: tuple[dict[str, Any], ...] = ()
    tax_invoices: tuple[dict[str, Any], ...] = ()
    interactions: tuple[dict[str, Any], ...] = ()
    disputes: tuple[dict[str, Any], ...] = ()

    def known(self) -> "History":
        """Return what is left when every row and mark later than DAY is deleted."""
        kept = [n for n, item in enumerate(self.items) if item.issued <= DAY]
        place = {n: new for new, n in enumerate(kept)}
        return replace(
            self,
            since=_known(self.since),
            items=tuple(
                replace(self.items[n], voided=_known(self.items[n].voided)) for n in kept
            ),
            parts=tuple(
                replace(
                    part,
                    target=place[part.target],
                    source=None if part.source is None else place[part.source],
                    ended=_known(part.ended),
                )
                for part in self.parts
                if part.on <= DAY
            ),
            statements=tuple(
                it for it in self.statements
                if max(it["available_date"], it["period_end"]) <= DAY
            ),
            events=tuple(it for it in self.events if it["event_date"] <= DAY),
            disputes=tuple(
                {**it, "item": place[it["item"]], "closed_date": _known(it["closed_date"])}
                for it in self.disputes if it["opened_date"] <= DAY
            ),
            **{
                name: tuple(it for it in getattr(self, name) if it[dated] <= DAY)
                for name, dated in DATED.items()
            },
        )  # fmt: skip


@dataclass
class Position:
    """An item over all its facts, as the books state it."""

    open_minor: int
    settled_on: date | None
    first_move: date | None
    last_move: date | None
    moves: list[Part] = field(default_factory=list)


def position(history: History, number: int) -> Position:
    """Return the position of one item (see receivables.models.Invoice)."""
    item = history.items[number]
    moves = [part for part in history.parts if number in (part.target, part.source)]
    holding = [part for part in moves if part.ended in (None, item.voided)]
    held = sum(part.minor for part in holding)
    is_settled = held == item.minor
    return Position(
        0 if item.voided else item.minor - held,
        max((part.on for part in holding), default=item.issued) if is_settled else None,
        min((part.on for part in moves), default=None),
        max((max(part.on, part.ended or part.on) for part in moves), default=None),
        moves,
    )


def _known(day: date | None) -> date | None:
    return day if day is not None and day <= DAY else None


# --- drawing ------------------------------------------------------------------------------------


@st.composite
def items(draw: st.DrawFn) -> Item:
    """Draw an invoice or, seldom, a credit note."""
    issued = before(draw(ages))
    late = draw(st.one_of(st.none(), st.sampled_from(BUCKETS), st.integers(-400, 400)))
    # Days overdue on DAY come from the edges of the buckets as often as from anywhere.
    due = None if late is None else max(issued, before(late))
    voided = draw(st.one_of(st.none(), st.none(), st.none(), ages.map(before)))
    kind = draw(st.sampled_from(["invoice", "invoice", "invoice", "credit_note"]))
    is_void = voided is not None and voided >= issued
    return Item(kind, issued, due, voided if is_void else None, draw(amounts))


@st.composite
def parts(draw: st.DrawFn, given: tuple[Item, ...]) -> tuple[Part, ...]:
    """Draw how invoices were paid and credited, never more than there was."""
    left = [item.minor for item in given]
    invoices = [n for n, item in enumerate(given) if item.kind == "invoice"]
    notes = [n for n, item in enumerate(given) if item.kind == "credit_note"]
    made = []
    for _ in range(draw(st.integers(0, 6)) if invoices else 0):
        target = draw(st.sampled_from(invoices))
        source = draw(st.sampled_from([None, None, *notes]))
        room = left[target] if source is None else min(left[target], left[source])
        first = max(given[n].issued for n in (target, source) if n is not None)
        due = given[target].due or first
        gap = draw(st.one_of(st.sampled_from(BUCKETS), st.integers(-60, 500)))
        on = max(first, draw(st.sampled_from([due + timedelta(days=gap), before(abs(gap))])))
        ends = [given[n].voided for n in (target, source) if n is not None and given[n].voided]
        if room == 0 or any(end <= on for end in ends):
            continue
        ended = draw(st.one_of(st.none(), st.none(), ages.map(before)))
        ended = min([*ends, *([ended] if ended and ended > on else [])], default=None)
        minor = draw(st.one_of(st.just(room), st.integers(1, room)))
        for n in (target, source):
            if n is not None:
                left[n] -= minor
        made.append(Part(target, source, minor, on, ended))
    return tuple(made)


@st.composite
def statements(draw: st.DrawFn) -> tuple[dict[str, Any], ...]:
    """Draw up to three statements, often a year apart give or take what counts as a year."""
    value = st.one_of(st.none(), st.integers(-(10**6), 10**9), st.sampled_from([0, 1, 10**16]))
    age = draw(st.one_of(st.sampled_from(EDGES), st.integers(0, 1000)))
    found = []
    for _ in range(draw(st.integers(0, 3))):
        months = draw(st.sampled_from([3, 6, 12, 12, 12, 18]))
        wait = draw(st.sampled_from([0, 1, 120, age, age + 1]))
        found.append(
            {
                "period_end": before(age),
                "available_date": before(age) + timedelta(days=wait),
                "months": months,
                "currency": draw(st.sampled_from(["CNY", "CNY", "USD"])),
                **{f"{item}_minor": draw(value) for item in ITEMS},
            }
        )
        age += draw(st.sampled_from([90, 349, 350, 365, 366, 380, 381, 400]))
    return tuple(found)


events = st.fixed_dictionaries(
    {
        "event_date": ages.map(before),
        "kind": st.sampled_from(EVENTS),
        "role": st.sampled_from(["defendant", "plaintiff", "subject"]),
        "title": st.sampled_from(TITLES),
        "currency": st.sampled_from(["CNY", "CNY", "USD"]),
        "amount_minor": st.one_of(st.none(), amounts),
    }
)


bureau = st.fixed_dictionaries(
    {
        "report_date": ages.map(before),
        "agency": st.sampled_from(["甲", "乙"]),
        "score_micro": st.one_of(st.none(), st.integers(0, 10**9)),
        "pd_micro": st.one_of(st.none(), st.integers(0, 10**6)),
        "recommended_limit_minor": st.one_of(st.none(), amounts),
        "currency": st.sampled_from(["CNY", "CNY", "USD"]),
    }
)


@st.composite
def questionnaires(draw: st.DrawFn) -> tuple[dict[str, Any], ...]:
    """Draw filled-in forms, one of a kind a day."""
    found = {}
    for form in draw(st.lists(st.sampled_from(["5c", "features", "own"]), max_size=4)):
        possible = draw(st.sampled_from([0, 1, 190, 1000]))
        row = {
            "form": form, "date": before(draw(ages)), "possible": possible,
            "earned": draw(st.integers(0, possible)), "weighed": draw(st.integers(0, 100)),
            "weight": 100,
        }  # fmt: skip
        found[form, row["date"]] = row
    return tuple(found.values())


tax_invoices = st.fixed_dictionaries(
    {
        "direction": st.sampled_from(["sale", "sale", "sale", "purchase"]),
        "date": ages.map(before),
        "counterparty": st.sampled_from([None, "甲", "乙", "丙"]),
        "amount_minor": st.one_of(amounts, amounts.map(lambda minor: -minor), st.just(0)),
        "status": st.sampled_from(["valid", "valid", "valid", "void"]),
    }
)
interactions = st.fixed_dictionaries(
    {
        "date": ages.map(before),
        "kind": st.sampled_from(["complaint", "feedback", "visit", "call", "delivery_breach"]),
    }
)


@st.composite
def disputes(draw: st.DrawFn, given: tuple[Item, ...]) -> tuple[dict[str, Any], ...]:
    """Draw disputes about items that stand, open or closed."""
    found = []
    for item in draw(st.lists(st.sampled_from(range(len(given))), max_size=2)) if given else []:
        opened = max(given[item].issued, before(draw(ages)))
        closed = draw(st.one_of(st.none(), ages.map(before)))
        found.append({
            "item": item, "opened_date": opened,
            "closed_date": closed if closed and closed >= opened else None,
            "amount_minor": draw(st.integers(1, given[item].minor)),
        })  # fmt: skip
    return tuple(found)


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Draw one customer's history."""
    found = draw(st.lists(items(), max_size=6).map(tuple))
    return History(
        since=draw(st.one_of(st.none(), ages.map(before))),
        items=found,
        parts=draw(parts(found)),
        statements=draw(statements()),
        events=draw(st.lists(events, max_size=4).map(tuple)),
        bureau=draw(st.lists(bureau, max_size=3).map(tuple)),
        questionnaires=draw(questionnaires()),
        tax_invoices=draw(st.lists(tax_invoices, max_size=6).map(tuple)),
        interactions=draw(st.lists(interactions, max_size=4).map(tuple)),
        disputes=draw(disputes(found)),
    )


# --- as declared tables -------------------------------------------------------------------------


def tables(given: list[History]) -> dict[str, pa.Table]:
    """Return the declared tables of some customers, numbered from 1."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in SCHEMAS}
    for customer_id, history in enumerate(given, 1):
        key = {"customer_id": customer_id}
        rows["customers"].append(
            {**key, "code": f"C{customer_id}", "currency": history.currency, "since": history.since}
        )
        rows["invoices"] += [
            {**key, **document(history, n), "item_id": customer_id * 1000 + n}
            for n in range(len(history.items))
        ]
        rows["allocations"] += [
            {**key, **row, "item_id": customer_id * 1000 + row["item_id"]}
            for row in _allocations(history)
        ]
        rows["statements"] += [{**key, **it} for it in history.statements]
        rows["events"] += [{**key, **it} for it in history.events]
        for name in DATED:
            rows[name] += [{**key, **it} for it in getattr(history, name)]
        rows["disputes"] += [
            {**key, **contested(it), "item_id": customer_id * 1000 + it["item"]}
            for it in history.disputes
        ]
    return {name: pa.Table.from_pylist(rows[name], schema=schema(name)) for name in SCHEMAS}


def schema(name: str) -> pa.Schema:
    """Return the declared schema of a table in Arrow types."""
    types = {"int64": pa.int64(), "string": pa.string(), "date": pa.date32()}
    return pa.schema([(column, types[kind]) for column, kind in SCHEMAS[name].items()])


def document(history: History, number: int) -> dict[str, Any]:
    item, now = history.items[number], position(history, number)
    return {
        "kind": item.kind, "issue_date": item.issued, "due_date": item.due,
        "voided_date": item.voided, "amount_minor": item.minor, "open_minor": now.open_minor,
        "settled_on": now.settled_on, "first_move": now.first_move, "last_move": now.last_move,
    }  # fmt: skip


def _allocations(history: History) -> list[dict[str, Any]]:
    rows = []
    for part in history.parts:
        source = "receipt" if part.source is None else "credit_note"
        for place in (part.target, part.source):
            if place is not None:
                item = history.items[place]
                rows.append({
                    "item_id": place, "kind": item.kind, "source": source,
                    "due_date": item.due, "effective_date": part.on, "ended_date": part.ended,
                    "amount_minor": part.minor,
                })  # fmt: skip
    return rows


def contested(dispute: dict[str, Any]) -> dict[str, Any]:
    """Return a dispute without the place of its item."""
    return {name: value for name, value in dispute.items() if name != "item"}
