"""Bodies that write imported files into the books."""

import uuid

from django.utils import timezone

from xinheng import access
from xinheng.exchange import operations as exchange
from xinheng.exchange import queries


def apply(batch_id: str) -> None:
    """Write a batch as the person who sent it, with the rights that person has now."""
    number = uuid.UUID(batch_id)
    batch = queries.batch_row(by=access.system("worker"), batch_id=number)
    by = access.actor_of_id(batch.requested_by_id)
    exchange.apply(by=by, batch_id=number, today=timezone.localdate(), at=timezone.now())
