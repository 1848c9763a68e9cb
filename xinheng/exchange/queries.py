"""What pages, REST and commands read about imports."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from xinheng import access
from xinheng.exchange.kinds import KINDS
from xinheng.exchange.models import Batch
from xinheng.exchange.refusals import UnknownBatch
from xinheng.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One import as a page shows it; `progress` runs from 0 to 100."""

    uuid: uuid.UUID
    kind: str
    kind_zh: str
    kind_en: str
    file_name: str
    state: str
    state_label: str
    partial: bool
    dry_run: bool
    rows: int
    created: int
    updated: int
    unchanged: int
    duplicates: int
    refused: int
    progress: int
    is_finished: bool
    may_apply: bool
    may_undo: bool
    removed: int
    restored: int
    holds: list[dict[str, Any]]
    undone_by: str
    undone_at: datetime | None
    warnings: list[dict[str, Any]]
    errors: list[dict[str, Any]]
    has_errors_file: bool
    error: str
    requested_by: str
    created_at: datetime
    finished_at: datetime | None


def batches(*, by: Actor, kind: str = "", most: int = 50) -> list[BatchRow]:
    """Return the newest imports, an actor of narrower scope only its own."""
    found = _visible(by)
    if kind:
        found = found.filter(kind=kind)
    return [_row(batch) for batch in found.order_by("-id")[:most]]


def batch(*, by: Actor, batch_id: uuid.UUID) -> BatchRow:
    """Return one import.

    refuses: UnknownBatch
    """
    return _row(batch_row(by=by, batch_id=batch_id))


def batch_row(*, by: Actor, batch_id: uuid.UUID) -> Batch:
    """Return the stored batch, for operations on it.

    refuses: UnknownBatch
    """
    found = _visible(by).filter(uuid=batch_id).first()
    if found is None:
        raise UnknownBatch(batch=batch_id)
    return found


def _visible(by: Actor) -> QuerySet[Batch]:
    access.require(by, "exchange.read")
    found = Batch.objects.select_related("requested_by", "undone_by")
    return found if by.scope == "all" else found.filter(requested_by_id=by.id)


def _row(batch: Batch) -> BatchRow:
    kind = KINDS[batch.kind]
    state = Batch.State(batch.state)
    is_finished = state in (
        Batch.State.DONE, Batch.State.REFUSED, Batch.State.FAILED, Batch.State.UNDONE
    )  # fmt: skip
    return BatchRow(
        uuid=batch.uuid,
        kind=batch.kind,
        kind_zh=kind.zh,
        kind_en=kind.en,
        file_name=batch.file_name,
        state=batch.state,
        state_label=str(state.label),
        partial=batch.partial,
        dry_run=batch.dry_run,
        rows=batch.rows,
        created=batch.created,
        updated=batch.updated,
        unchanged=batch.unchanged,
        duplicates=batch.duplicates,
        refused=batch.refused,
        progress=_progress(batch, is_finished),
        is_finished=is_finished,
        may_apply=state == Batch.State.CHECKED and bool(batch.source) and not batch.dry_run,
        may_undo=state == Batch.State.DONE
        and not batch.dry_run
        and batch.created + batch.updated > 0,
        removed=batch.removed,
        restored=batch.restored,
        holds=batch.holds,
        undone_by=str(batch.undone_by or "cli") if batch.undone_at else "",
        undone_at=batch.undone_at,
        warnings=batch.warnings,
        errors=batch.errors,
        has_errors_file=bool(batch.errors_file),
        error=batch.error,
        requested_by=str(batch.requested_by or "cli"),
        created_at=batch.created_at,
        finished_at=batch.finished_at,
    )


def _progress(batch: Batch, is_finished: bool) -> int:
    if is_finished or batch.state == Batch.State.CHECKED:
        return 100
    if batch.state == Batch.State.APPLYING and batch.chunks:
        return 50 + 50 * batch.chunks_done // batch.chunks
    return {Batch.State.RECEIVED: 0, Batch.State.CHECKING: 20}.get(Batch.State(batch.state), 50)
