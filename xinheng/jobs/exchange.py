"""Bodies that import files in the background."""

import uuid
from datetime import timedelta

from django.utils import timezone

from xinheng import access
from xinheng.exchange import operations as exchange
from xinheng.exchange.models import Batch

KEEP_FILES = timedelta(days=30)


def apply(batch_id: str) -> None:
    """Write a batch as the person who asked for it; a second run finds it ended."""
    batch = Batch.objects.select_related("requested_by").get(uuid=batch_id)
    if batch.state in (Batch.State.DONE, Batch.State.REFUSED):
        return
    person = batch.requested_by
    by = access.actor_of(person) if person is not None else access.system("worker")
    number = uuid.UUID(batch_id)
    exchange.apply(by=by, batch_id=number, today=timezone.localdate(), at=timezone.now())


def forget_files() -> None:
    """Remove what was uploaded a month ago, and the error files of then."""
    before = timezone.now() - KEEP_FILES
    exchange.forget_files(by=access.system("worker"), before=before)
