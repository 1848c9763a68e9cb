"""Bodies that import files in the background."""

import uuid
from datetime import timedelta

from django.utils import timezone

from xinheng import access
from xinheng.exchange import operations as exchange
from xinheng.exchange import store
from xinheng.exchange.models import Batch
from xinheng.exchange.operations.applying import ENDED
from xinheng.jobs.telling import tell
from xinheng.kernel.actors import Actor

KEEP_FILES = timedelta(days=store.KEPT_DAYS)
LEFT_ALONE = timedelta(minutes=1)


def validate(batch_id: str) -> None:
    """Judge a batch as the person who asked for it; a second run finds it ended."""
    by = _asker(batch_id)
    if by is not None:
        number = uuid.UUID(batch_id)
        exchange.validate(by=by, batch_id=number, today=timezone.localdate(), at=timezone.now())


def apply(batch_id: str) -> None:
    """Write a batch as the person who asked for it; a second run finds it ended."""
    by = _asker(batch_id)
    if by is not None:
        number = uuid.UUID(batch_id)
        exchange.apply(by=by, batch_id=number, today=timezone.localdate(), at=timezone.now())
    _tell(batch_id)


def _tell(batch_id: str) -> None:
    """Tell who asked; a second run of a job tells what the first could not, and nothing twice."""
    batch = Batch.objects.select_related("requested_by").get(uuid=batch_id)
    if batch.state in (Batch.State.DONE, Batch.State.REFUSED):
        of = batch.file_name or batch.kind
        is_well = batch.state == Batch.State.DONE
        tell(batch.requested_by, "batch", batch.uuid, of, is_well=is_well)


def undo(batch_id: str, user_id: int) -> None:
    """Take a batch back as the person who asked for it, and tell; once undone it stays so."""
    batch = Batch.objects.select_related("undone_by").get(uuid=batch_id)
    try:
        by, today, now = access.actor_of_id(user_id), timezone.localdate(), timezone.now()
        exchange.undo(by=by, batch_id=batch.uuid, today=today, at=now)
    finally:
        batch.refresh_from_db()
        if batch.state in (Batch.State.DONE, Batch.State.UNDONE):
            is_well = batch.state == Batch.State.UNDONE
            of = batch.file_name or batch.kind
            tell(batch.undone_by, "undo", batch.uuid, of, is_well=is_well)


def settle_interrupted() -> None:
    """End the imports of commands and requests that were killed."""
    before = timezone.now() - LEFT_ALONE
    exchange.settle_interrupted(by=access.system("worker"), before=before)


def forget_files() -> None:
    """Remove what was uploaded a month ago, and the error files of then."""
    before = timezone.now() - KEEP_FILES
    exchange.forget_files(by=access.system("worker"), before=before)


def _asker(batch_id: str) -> Actor | None:
    """Return who asked for a batch, with the rights that person has now; None once it ended."""
    batch = Batch.objects.get(uuid=batch_id)
    if batch.state in ENDED:
        return None
    by: Actor = access.actor_of_id(batch.requested_by_id)
    return by
