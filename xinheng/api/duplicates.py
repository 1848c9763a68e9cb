"""Possible duplicates, merges, and undoing them."""

import uuid
from typing import Annotated, Any, Literal

from django.utils import timezone
from ninja import Query, Router
from pydantic import Field

from xinheng.api import cursors
from xinheng.api.credentials import Asked
from xinheng.api.schemas import Answer, Code, Cursor, Limit, Strict
from xinheng.api.serving import serve
from xinheng.masterdata import operations as masterdata
from xinheng.masterdata import queries

router = Router()
Side = Literal["survivor", "merged"]
Note = Annotated[str, Field(max_length=300)]


class DuplicateQuery(Strict):
    state: Literal["open", "distinct", "merged", ""] = "open"
    q: Annotated[str, Field(max_length=80)] = ""
    min_score: Annotated[int, Field(ge=0, le=100)] = 0
    limit: Limit = 50
    cursor: Cursor = ""


class DuplicateReason(Answer):
    code: str
    message: str
    message_en: str


class DuplicateParty(Answer):
    code: str
    name: str
    credit_code: str


class DuplicateLine(Answer):
    id: int
    score: Annotated[int, Field(description="0 to 100")]
    state: str
    reasons: list[DuplicateReason]
    customers: list[DuplicateParty]
    note: str


class DuplicateList(Answer):
    items: list[DuplicateLine]
    total: int
    next: str | None


class Judgement(Strict):
    is_distinct: bool = True
    note: Note = ""


class MergeRequest(Strict):
    """Fields and limits stay the survivor's unless the other side is named."""

    survivor: Code
    merged: Code
    fields: Annotated[dict[str, Side], Field(max_length=200)] = {}
    limits: Annotated[dict[str, Side], Field(max_length=40)] = {}
    note: Note = ""


class MergeAnswer(Answer):
    id: uuid.UUID
    survivor: str
    merged: str
    moved: dict[str, int]


class UndoRequest(Strict):
    note: Note = ""


class UndoAnswer(Answer):
    id: uuid.UUID
    kept: Annotated[list[str], Field(description="fields that were changed since and stay")]


class Judged(Answer):
    id: int
    state: str


@serve(router, response=DuplicateList, tag="duplicates")
def list_duplicates(request: Asked, query: Query[DuplicateQuery]) -> Any:
    """Return pairs of customers in scope that may be one company, the most alike first."""
    filters = query.model_dump(exclude={"limit", "cursor"})
    offset = cursors.read(query.cursor, filters) or 0
    found = queries.worklist(
        by=request.actor, state=query.state, text=query.q, least=query.min_score, offset=offset,
        limit=query.limit,
    )  # fmt: skip
    is_more = offset + query.limit < found.count
    return DuplicateList(
        items=[_line(row) for row in found.rows],
        total=found.count,
        next=cursors.write(offset + query.limit, filters) if is_more else None,
    )


@serve(router, response=Judged, tag="duplicates")
def judge_duplicate(request: Asked, candidate_id: int, payload: Judgement) -> Any:
    """Remember that two customers are not the same company, or that the question is open again."""
    masterdata.judge(
        by=request.actor, candidate_id=candidate_id, is_distinct=payload.is_distinct,
        note=payload.note, at=timezone.now(),
    )  # fmt: skip
    return Judged(id=candidate_id, state="distinct" if payload.is_distinct else "open")


@serve(router, response=MergeAnswer, status=201, tag="duplicates")
def merge_customers(request: Asked, payload: MergeRequest) -> Any:
    """Let one customer live on in another; everything that belongs to it moves."""
    made = masterdata.merge(
        by=request.actor, survivor=payload.survivor, merged=payload.merged,
        choices=dict(payload.fields), limits=dict(payload.limits), note=payload.note,
        on=timezone.localdate(),
    )  # fmt: skip
    moved = dict(made.parts.filter(count__gt=0).values_list("mover", "count"))
    return MergeAnswer(id=made.uuid, survivor=payload.survivor, merged=payload.merged, moved=moved)


@serve(router, response=UndoAnswer, tag="duplicates")
def undo_merge(request: Asked, merge_id: uuid.UUID, payload: UndoRequest) -> Any:
    """Undo a merge: what it moved goes back, what was recorded since stays with the survivor."""
    kept = masterdata.undo(
        by=request.actor, merge_id=merge_id, note=payload.note, on=timezone.localdate(),
        at=timezone.now(),
    )  # fmt: skip
    return UndoAnswer(id=merge_id, kept=list(kept))


def _line(row: queries.CandidateRow) -> DuplicateLine:
    return DuplicateLine(
        id=row.id,
        score=row.score,
        state=row.state,
        reasons=[
            DuplicateReason(code=one.code, message=one.say("zh"), message_en=one.say("en"))
            for one in row.reasons
        ],
        customers=[
            DuplicateParty(code=one.code, name=one.name, credit_code=one.credit_code)
            for one in (row.first, row.second)
        ],
        note=row.note,
    )
