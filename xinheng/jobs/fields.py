"""Bodies that let stored values of custom fields follow the classes of their fields."""

from datetime import timedelta

from django.utils import timezone

from xinheng import access
from xinheng.fields import operations as fields
from xinheng.fields import records

# A file may take so long from its first row to its last.
KEPT_UNUSED = timedelta(days=2)


def reseal(record: str) -> None:
    """Seal, open or index what is stored; a second run finds nothing left to do."""
    fields.reseal(by=access.system("worker"), record=record)


def follow_all() -> None:
    """Find what a file wrote beside a change of class, and forget what nothing refers to."""
    for record in records.every():
        reseal(record.key)
    fields.forget_unused(by=access.system("worker"), before=timezone.now() - KEPT_UNUSED)
