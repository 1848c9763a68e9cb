"""Take a file or a request's rows in; what happens to them is decided later."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO

from django.db import transaction
from django.db.models import Q

from xinheng import access
from xinheng.exchange import mapping as mappings
from xinheng.exchange import store
from xinheng.exchange.kinds import KINDS
from xinheng.exchange.models import Batch
from xinheng.exchange.operations.applying import ENDED
from xinheng.exchange.queries import batch_row
from xinheng.exchange.refusals import (
    BatchFinished,
    NothingToResume,
    SourceGone,
    TooManyRows,
    UnknownKind,
)
from xinheng.kernel.actors import Actor
from xinheng.messaging import tasks as messaging

MOST_ROWS_IN_A_REQUEST = 5_000
_UNFINISHED = (Batch.State.APPLYING, Batch.State.FAILED)


def submit(
    *,
    by: Actor,
    kind: str,
    file: BinaryIO | None = None,
    rows: Sequence[Mapping[str, Any]] | None = None,
    file_name: str = "",
    mapping: Mapping[str, Any] | None = None,
    partial: bool = False,
    dry_run: bool = False,
) -> Batch:
    """Store a file, or the rows of a request, as a batch that nothing has looked into yet.

    mapping: the plain form of a mapping (`mapping.from_yaml` reads one)
    refuses: UnknownKind, TooManyRows, MappingWrong
    """
    access.require(by, "exchange.import")
    if kind not in KINDS:
        raise UnknownKind(kind=kind[:40], kinds=", ".join(KINDS))
    access.require(by, KINDS[kind].permission)
    made = mappings.from_data(mapping, kind) if mapping is not None else None
    number = uuid.uuid4()
    if file is not None:
        source, digest = store.keep(file, number)
    else:
        assert rows is not None, "a file or rows"
        if len(rows) > MOST_ROWS_IN_A_REQUEST:
            raise TooManyRows(rows=len(rows), allowed=MOST_ROWS_IN_A_REQUEST)
        source, digest = store.keep_rows(rows, number)
    return Batch.objects.create(
        uuid=number,
        kind=kind,
        file_name=file_name[-255:],
        file_digest=digest,
        source=source,
        mapping=mappings.as_data(made) if made else None,
        partial=partial,
        dry_run=dry_run,
        requested_by_id=by.id,
    )


@transaction.atomic
def start(*, by: Actor, batch_id: uuid.UUID) -> None:
    """Leave a batch to the worker.

    refuses: UnknownBatch, BatchFinished, SourceGone
    """
    _leave(by, batch_id, "exchange.apply")
    # From here on whoever looks sees it on its way, also before the worker has taken it up.
    Batch.objects.filter(uuid=batch_id).update(state=Batch.State.APPLYING)


@transaction.atomic
def examine(*, by: Actor, batch_id: uuid.UUID) -> None:
    """Leave a batch to the worker to be judged only; `start` writes it when it was found right.

    refuses: UnknownBatch, BatchFinished, SourceGone
    """
    _leave(by, batch_id, "exchange.validate")


def _leave(by: Actor, batch_id: uuid.UUID, task: str) -> None:
    access.require(by, "exchange.import")
    batch = batch_row(by=by, batch_id=batch_id)
    if batch.state in ENDED:
        label = Batch.State(batch.state)
        raise BatchFinished(batch=batch_id, state_zh=label.label, state_en=label.value)
    if not batch.source:
        raise SourceGone(batch=batch_id)
    messaging.defer(task, once=f"{task}:{batch_id}", batch_id=str(batch_id))


def resumable(*, by: Actor, batch: Batch) -> Batch:
    """Return the unfinished batch of the same file, mapping and person, and drop `batch`'s file.

    A process that was killed between two chunks left it; going on there keeps its counts.
    refuses: NothingToResume
    """
    access.require(by, "exchange.import")
    same_mapping = Q(mapping__isnull=True) if batch.mapping is None else Q(mapping=batch.mapping)
    found = (
        Batch.objects.filter(
            same_mapping,
            kind=batch.kind,
            file_digest=batch.file_digest,
            partial=batch.partial,
            dry_run=False,
            requested_by_id=by.id,
            state__in=_UNFINISHED,
            id__lt=batch.pk,
        )
        .exclude(source="")
        .order_by("-id")
        .first()
    )
    if found is None:
        raise NothingToResume()
    store.forget(batch.source)
    Batch.objects.filter(pk=batch.pk).update(
        source="", state=Batch.State.REFUSED, error=f"resumed as {found.uuid}"
    )
    return found


def forget_files(*, by: Actor, before: datetime) -> int:
    """Remove the stored files of batches older than `before`; return how many files or batches."""
    access.require(by, "exchange.import")
    old = Batch.objects.filter(created_at__lt=before).exclude(source="", errors_file="")
    count = 0
    for batch in old.iterator():
        store.forget(batch.source)
        store.forget(batch.errors_file)
        Batch.objects.filter(pk=batch.pk).update(source="", errors_file="")
        count += 1
    named = Batch.objects.exclude(source="", errors_file="").values_list("source", "errors_file")
    return count + store.forget_strays(before, {name for pair in named for name in pair})
