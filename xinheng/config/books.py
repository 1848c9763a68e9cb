"""What `doctor` looks at inside the books: keys of sealed fields, age of the last backup."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.db import DatabaseError

from xinheng.access import keys
from xinheng.access import queries as people
from xinheng.hosting.doctor import Finding, not_seen
from xinheng.hosting.refusals import (
    BackupOld,
    FieldKeysMissing,
    HostingRefusal,
    NoBackup,
)
from xinheng.journal.models import Event
from xinheng.kernel.actors import Actor
from xinheng.parties.models import Customer

BACKUPS = ("books.backup", "books.base_backup")
LONGEST_WITHOUT = timedelta(days=7)


def examine(*, by: Actor, at: datetime) -> Iterator[Finding]:
    """Yield what is found in a database that answers; changes nothing."""
    looks: tuple[tuple[str, str, str, bool, Callable[[], HostingRefusal | None]], ...] = (
        ("keys", "加密字段的密钥", "keys of sealed fields", False, lambda: _keys(by)),
        ("backup", "备份", "backup", True, lambda: _backup(at)),
    )
    for name, zh, en, is_optional, look in looks:
        try:
            yield Finding(name, zh, en, look(), optional=is_optional)
        except DatabaseError:
            yield not_seen()
            return


def _keys(by: Actor) -> HostingRefusal | None:
    have = {key.id.hex() for key in keys.read_again().keys}
    lacking = [use for use in people.key_uses(by) if use.key not in have]
    if not lacking:
        return None
    return FieldKeysMissing(
        values=sum(use.values for use in lacking),
        keys=", ".join(sorted({use.key for use in lacking})),
        folder=keys.folder(),
    )


def _backup(at: datetime) -> HostingRefusal | None:
    last = Event.objects.filter(action__in=BACKUPS).order_by("-pk").first()
    if last is None:
        return NoBackup() if Customer.every.exists() else None
    age = at - last.at
    if age <= LONGEST_WITHOUT:
        return None
    return BackupOld(on=last.at.date(), days=age.days, allowed=LONGEST_WITHOUT.days)
