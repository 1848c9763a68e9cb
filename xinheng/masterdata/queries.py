"""The worklist of possible duplicates, the search that filled it, and the merges there were."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from xinheng import access
from xinheng.fields import opening
from xinheng.fields import queries as fields
from xinheng.kernel.actors import Actor
from xinheng.masterdata.models import Candidate, Merge, Search
from xinheng.masterdata.refusals import UnknownMerge
from xinheng.masterdata.rules import CUSTOM, SORTED_BY, Reason
from xinheng.parties import merging
from xinheng.parties.models import Customer


@dataclass(frozen=True, slots=True)
class Party:
    """A customer of a pair, as a list shows it."""

    code: str
    name: str
    credit_code: str
    region: str
    owner: str


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """A pair that may be one company."""

    id: int
    score: int
    reasons: tuple[Reason, ...]
    state: str
    note: str
    decided_by: str
    first: Party
    second: Party


@dataclass(frozen=True, slots=True)
class Worklist:
    """One page of pairs, and how many there are in each state under the other filters."""

    rows: tuple[CandidateRow, ...]
    count: int
    states: dict[str, int]


@dataclass(frozen=True, slots=True)
class SearchState:
    """How far the latest search over everybody is."""

    uuid: UUID
    state: str
    progress: int
    customers: int | None
    found: int | None
    error: str
    at: datetime
    is_running: bool


@dataclass(frozen=True, slots=True)
class MergeRow:
    """One merge, as a list shows it."""

    uuid: UUID
    survivor: Party
    merged: Party
    note: str
    at: datetime
    by: str
    undone_at: datetime | None
    undone_by: str
    undo_note: str


@dataclass(frozen=True, slots=True)
class MergeDetail:
    """One merge with what it moved: (zh, en, rows) by room, and the fields it changed."""

    row: MergeRow
    parts: tuple[tuple[str, str, int], ...]
    before: dict[str, Any]
    after: dict[str, Any]


def worklist(
    *, by: Actor, state: str = "open", text: str = "", least: int = 0, offset: int = 0,
    limit: int = 50,
) -> Worklist:  # fmt: skip
    """Return the pairs of which the actor may see both, the most alike first."""
    rows = access.visible(by, "masterdata.read", Candidate.objects.all(), prefix="first__")
    rows = rows.filter(access.scope_filter(by, "second__"), score__gte=least)
    # A pair of which one was merged into a third is nobody's work any more.
    alive = Q(first__merged_into__isnull=True, second__merged_into__isnull=True)
    rows = rows.filter(alive | Q(state=Candidate.State.MERGED))
    if text:
        rows = rows.filter(_mentions(text, "first__") | _mentions(text, "second__"))
    states = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    chosen = rows.filter(state=state) if state else rows
    chosen = chosen.select_related("first__owner", "second__owner").order_by("-score", "pk")
    return Worklist(
        rows=tuple(_candidate(row) for row in chosen[offset : offset + limit]),
        count=states.get(state, 0) if state else sum(states.values()),
        states=states,
    )


def latest_search(*, by: Actor) -> SearchState | None:
    """Return the latest search over everybody, None before the first."""
    access.require(by, "masterdata.read")
    search = Search.objects.filter(batch_id__isnull=True).order_by("-pk").first()
    if search is None:
        return None
    ended = search.state in (Search.State.DONE, Search.State.FAILED)
    return SearchState(
        search.uuid, search.state, search.progress, search.customers, search.found, search.error,
        search.finished_at or search.created_at, not ended,
    )  # fmt: skip


def merges(
    *, by: Actor, text: str = "", offset: int = 0, limit: int = 50
) -> tuple[tuple[MergeRow, ...], int]:
    """Return a page of merges, newest first, and how many there are."""
    rows = _merges(by)
    if text:
        rows = rows.filter(_mentions(text, "survivor__") | _mentions(text, "merged__"))
    found = rows.order_by("-pk")[offset : offset + limit]
    return tuple(_merge(row) for row in found), rows.count()


def merge_detail(*, by: Actor, merge_id: UUID) -> MergeDetail:
    """Return one merge and what it moved.

    refuses: UnknownMerge
    """
    found = _merges(by).filter(uuid=merge_id).first()
    if found is None:
        raise UnknownMerge(merge=merge_id)
    counts = dict(found.parts.values_list("mover", "count"))
    parts = tuple(
        (mover.zh, mover.en, counts[mover.fields[0]])
        for mover in merging.movers()
        if counts.get(mover.fields[0])
    )
    before, after = (_named(_seen(by, one)) for one in (found.before, found.after))
    return MergeDetail(_merge(found), parts, before, after)


def _seen(by: Actor, values: dict[str, Any]) -> dict[str, Any]:
    """Return changed fields as the reader may see them; a hidden one is left out."""
    own = {name.removeprefix(CUSTOM): values[name] for name in values if name.startswith(CUSTOM)}
    shown = opening.shown_all(by, fields.form("customers").fields, [own])[0]
    plain = {name: value for name, value in values.items() if not name.startswith(CUSTOM)}
    return {**plain, **{f"{CUSTOM}{name}": value for name, value in shown.items()}}


def _named(fields: dict[str, Any]) -> dict[str, Any]:
    """Return fields with the names of groups, people and departments instead of their numbers."""
    found = {name: value for name, value in fields.items() if name != SORTED_BY}
    for name in ("group_id", "owner_id", "department_id"):
        if found.get(name) is not None:
            model = Customer._meta.get_field(name.removesuffix("_id")).related_model
            assert isinstance(model, type)
            row = model._base_manager.filter(pk=found[name]).first()
            found[name] = str(row) if row is not None else str(found[name])
    return found


def _merges(by: Actor) -> "QuerySet[Merge]":
    rows = access.visible(by, "masterdata.read", Merge.objects.all(), prefix="survivor__")
    rows = rows.filter(access.scope_filter(by, "merged__"))
    found: QuerySet[Merge] = rows.select_related("survivor__owner", "merged__owner")
    return found


def _mentions(text: str, prefix: str) -> Q:
    text = text.strip()
    return (
        Q(**{f"{prefix}name__icontains": text})
        | Q(**{f"{prefix}name_pinyin__icontains": text.replace(" ", "").lower()})
        | Q(**{f"{prefix}code__istartswith": text})
        | Q(**{f"{prefix}credit_code__istartswith": text.upper()})
    )


def _candidate(row: Candidate) -> CandidateRow:
    return CandidateRow(
        id=row.pk,
        score=row.score,
        reasons=tuple(Reason(code, params) for code, params in row.reasons),
        state=row.state,
        note=row.note,
        decided_by=row.decided_by,
        first=_party(row.first),
        second=_party(row.second),
    )


def _party(customer: Customer) -> Party:
    owner = str(customer.owner) if customer.owner else ""
    return Party(customer.code, customer.name, customer.credit_code, customer.region, owner)


def _merge(row: Merge) -> MergeRow:
    return MergeRow(
        row.uuid, _party(row.survivor), _party(row.merged), row.note, row.at, row.by,
        row.undone_at, row.undone_by, row.undo_note,
    )  # fmt: skip
