"""Book the entries of one act in one INSERT, once per key; say what the database refused."""

import json
from datetime import datetime

from django.db import DatabaseError, connection, transaction

from xinheng import journal
from xinheng.exposure import sql
from xinheng.exposure.refusals import (
    AccountHalted,
    AlreadyResolved,
    KeyReused,
    LimitExceeded,
)
from xinheng.exposure.rules import Booked, Line
from xinheng.kernel import money
from xinheng.kernel.actors import Actor


class _Replayed(Exception):
    """A key of this act is on record; leaves the savepoint."""


def book(*, by: Actor, lines: list[Line], said_at: datetime | None = None) -> Booked:
    """Insert the entries of one act, or return what its keys already stand for.

    said_at: what the caller's clock said, kept in the journal
    refuses: LimitExceeded, AlreadyResolved, KeyReused. The caller has asked `access`.
    """
    params = [value for line in lines for value in sql.values(line)]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql.insert(len(lines)), params)
            ids = {key: entry_id for entry_id, key in cursor.fetchall()}
            if len(ids) < len(lines):
                raise _Replayed
    except _Replayed:
        return next(iter([_replay(line) for line in lines]))
    except DatabaseError as error:
        _refuse(error, lines[0])
        raise
    first = lines[0]
    journal.write(
        by=by,
        action=f"exposure.{first.kind.lower()}",
        object=f"account:{first.account_id}",
        after={
            "entry": ids[first.key], "source": first.document.source,
            "moves": [[line.kind, *move] for line in lines for move in line.moves],
            **({"said_at": said_at.isoformat()} if said_at else {}),
        },
    )  # fmt: skip
    return Booked(ids[first.key], first.account_id, first.kind, first.moves)


def _replay(line: Line) -> Booked:
    """Return the entry on record under a line's key; the same content or none at all."""
    with connection.cursor() as cursor:
        cursor.execute(sql.FIND_BY_KEY, [[line.key]])
        row = cursor.fetchone()
    if row is None or not sql.same_act(row[:-1], line):
        raise KeyReused(key=line.key)
    return Booked(row[-1], line.account_id, line.kind, sql.moves(row), is_replay=True)


def _refuse(error: DatabaseError, line: Line) -> None:
    """Raise the refusal that a database error stands for; return when it stands for none."""
    diagnosis = getattr(error.__cause__, "diag", None)
    if diagnosis is None:
        return
    if diagnosis.sqlstate == "XH001":
        found = json.loads(diagnosis.message_detail)
        currency = found.pop("currency")
        amounts = {name: money.text(found[name], currency) for name in ("limit", "used", "asked")}
        raise LimitExceeded(
            account=found["account"], mode=found["mode"], currency=currency, **amounts
        ) from error
    if diagnosis.sqlstate == "XH002":
        raise AccountHalted(**json.loads(diagnosis.message_detail)) from error
    if "resolves" in (diagnosis.constraint_name or ""):
        raise AlreadyResolved(reservation=line.resolves) from error
