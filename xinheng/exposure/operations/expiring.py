"""Let reservations run out by the database's clock: when room is wanted, and in a daily sweep."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction

from xinheng import access, journal
from xinheng.exposure import expiry_sql as texts
from xinheng.exposure.operations import filling
from xinheng.exposure.operations.telling import announce
from xinheng.exposure.rules import MOST_EXPIRED
from xinheng.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class Expired:
    """A reservation that ran out, and whose it was."""

    reservation_id: int
    account_id: int
    source: str
    reserved_minor: int


@transaction.atomic
def sweep(*, by: Actor, on: date, most: int = MOST_EXPIRED) -> list[Expired]:
    """Expire at most `most` overdue reservations, the longest overdue first; return them.

    on: the business date of the entries, never before the reservation's own
    """
    access.require(by, "exposure.write")
    return _expire(by, texts.EVERYWHERE, {"on": on, "most": most, "ids": []})


@transaction.atomic
def expire_on_paths(*, account_ids: Sequence[int], on: date) -> list[Expired]:
    """Expire what is overdue wherever these accounts count, so that its room comes free.

    Every account that shares a node of a path is looked at, at most a thousand reservations.
    """
    params = {"ids": sorted(set(account_ids)), "on": on, "most": MOST_EXPIRED}
    return _expire(access.system("exposure"), texts.ON_PATHS, params)


def are_overdue(account_ids: Sequence[int]) -> bool:
    """Say whether expiring could make room on the paths of these accounts."""
    with connection.cursor() as cursor:
        cursor.execute(texts.ARE_OVERDUE, {"ids": sorted(set(account_ids))})
        return bool(cursor.fetchone()[0])


def _expire(by: Actor, where: str, params: dict[str, Any]) -> list[Expired]:
    """Expire what is found overdue, on locked paths; those asked for are locked along.

    Whoever wants their room next has the locks already, so nobody is waited for out of turn.
    """
    with connection.cursor() as cursor:
        cursor.execute(texts.FIND.format(where=where), params)
        overdue = cursor.fetchall()
        if not overdue:
            return []
        filling.lock([*params["ids"], *(account_id for _, account_id in overdue)])
        entries = [entry_id for entry_id, _ in overdue]
        cursor.execute(texts.EXPIRE, {**params, "entries": entries})
        found = [Expired(*row) for row in cursor.fetchall()]
    if found:
        journal.write_many(
            by=by,
            action="exposure.expire",
            changes=[
                (
                    f"account:{one.account_id}",
                    None,
                    {
                        "reservation": one.reservation_id, "source": one.source,
                        "moves": [["EXPIRE", "reserved", -one.reserved_minor]],
                    },
                )
                for one in found
            ],
        )  # fmt: skip
        announce(
            "credit.expired",
            [(one.account_id, {"reservation": one.reservation_id}) for one in found],
        )
    return found
