"""Bodies that look for duplicate customers in the background."""

import uuid

from django.utils import timezone

from xinheng import access
from xinheng.masterdata.models import Search


def search(search: str) -> None:
    """Carry out a search as the person who asked for it; a second run finds it done."""
    from xinheng.masterdata import operations as masterdata

    number = uuid.UUID(search)
    asked = Search.objects.get(uuid=number)
    by = access.actor_of_id(asked.requested_by_id)
    masterdata.execute(by=by, search_id=number, at=timezone.now())


def search_batch(batch_id: str) -> None:
    """Compare the customers of an import with everybody; nobody has to ask for it."""
    from xinheng.masterdata import operations as masterdata

    by = access.system("worker")
    number = masterdata.after_import(by=by, batch_id=uuid.UUID(batch_id))
    masterdata.execute(by=by, search_id=number, at=timezone.now())
