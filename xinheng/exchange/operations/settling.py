"""Bring imports to an end that no process works on any more.

A command or a request that was killed leaves its batch between two states. What a page left to
the worker is a job and is run again as one; the rest has nobody but this.
"""

import uuid
from datetime import datetime

from django.db import connection
from django.db.models import Q

from xinheng import access
from xinheng.exchange import store
from xinheng.exchange.models import Batch
from xinheng.kernel.actors import Actor
from xinheng.messaging import queries as messages
from xinheng.messaging import tasks as messaging

_BETWEEN = (Batch.State.RECEIVED, Batch.State.CHECKING, Batch.State.APPLYING)
INTERRUPTED = "interrupted"


def settle_interrupted(*, by: Actor, before: datetime) -> tuple[int, int]:
    """End what a dead process left; return how many imports go on and how many were given up.

    An import of which a part is in the books goes on in the background until it is whole. One
    that had written nothing is given up: whoever ran it may have meant to stop it.
    before: younger ones are left alone, a living process may be about to hold them
    """
    access.require(by, "exchange.import")
    # Commands act as a service; rows of a request are stored as such. Pages leave jobs.
    alone = Q(requested_by__isnull=True) | Q(source__endswith=".rows")
    found = Batch.objects.filter(alone, state__in=_BETWEEN, created_at__lt=before)
    resumed = ended = 0
    for batch in found.order_by("pk").iterator():
        has_job = messages.is_waiting(
            by=by, task="exchange.apply", argument="batch_id", value=str(batch.uuid)
        )
        if has_job or _is_held(batch.pk):
            continue
        if batch.chunks_done and not batch.dry_run and store.path_of(batch.source).exists():
            _go_on(batch.uuid)
            resumed += 1
        else:
            _give_up(batch)
            ended += 1
    return resumed, ended


def _is_held(number: int) -> bool:
    """Say whether a process works on a batch: it holds a lock as long as it lives."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        if not cursor.fetchone()[0]:
            return True
        cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
    return False


def _go_on(batch_id: uuid.UUID) -> None:
    name = "exchange.apply"
    messaging.defer(name, once=f"{name}:{batch_id}", batch_id=str(batch_id))


def _give_up(batch: Batch) -> None:
    store.forget(batch.source)
    Batch.objects.filter(pk=batch.pk, state__in=_BETWEEN).update(
        state=Batch.State.FAILED, error=INTERRUPTED, source=""
    )
