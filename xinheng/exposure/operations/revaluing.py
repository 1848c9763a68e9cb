"""Restate what is reserved and delivered in another currency than its account's.

The document keeps its amount and the rate it was converted at; a REVALUE entry adds what the rate
of the day makes of it. Receivables are not restated: an invoice is converted once, when it is
recorded, so that documents and ledger agree to the fen (see README).
"""

from datetime import date
from hashlib import sha256
from typing import Any, NamedTuple

from django.db import connection, transaction

from xinheng import access, journal
from xinheng.exposure import revaluation_sql as texts
from xinheng.exposure.operations import filling
from xinheng.exposure.operations.reserving import Rates
from xinheng.kernel import money
from xinheng.kernel.actors import Actor
from xinheng.kernel.money import Money
from xinheng.reference.refusals import NoExchangeRate

ACCOUNTS_AT_ONCE = 500


class _Open(NamedTuple):
    """What stands open of one document: its own amount, and what it is counted as."""

    account_id: int
    currency: str
    reservation_id: int | None
    source: str
    ship_date: date | None
    document_currency: str
    document_minor: int
    credit_minor: int


def revalue(*, by: Actor, on: date) -> int:
    """Book what the rates of a day make of open foreign amounts; return how many changed.

    Once a day: run again it adds nothing. Never refused, so an account may be over its limit
    afterwards, and then nothing new fits. What has no rate stays as it is.
    """
    access.require(by, "exposure.write")
    changed, after, rates = 0, 0, Rates()
    while True:
        with connection.cursor() as cursor:
            cursor.execute(texts.ACCOUNTS, {"after": after, "most": ACCOUNTS_AT_ONCE})
            ids = [row[0] for row in cursor.fetchall()]
        if not ids:
            return changed
        changed += _revalue(by, ids, on, rates)
        after = ids[-1]


@transaction.atomic
def _revalue(by: Actor, ids: list[int], on: date, rates: Rates) -> int:
    filling.lock(ids)
    with connection.cursor() as cursor:
        found: list[_Open] = []
        for query in (texts.RESERVED, texts.DELIVERED):
            cursor.execute(query, {"ids": ids, "on": on})
            found += [_Open(*row) for row in cursor.fetchall()]
        rows = [row for one in found if (row := _row(one, on, rates)) is not None]
        if not rows:
            return 0
        cursor.execute(texts.INSERT, [on, *map(list, zip(*rows, strict=True))])
        booked = cursor.fetchall()
    moved: dict[int, int] = {}
    for account_id, minor in booked:
        moved[account_id] = moved.get(account_id, 0) + minor
    changes = [
        (f"account:{account_id}", None, {"on": on.isoformat(), "moved_minor": minor})
        for account_id, minor in sorted(moved.items())
    ]
    if changes:
        journal.write_many(by=by, action="exposure.revalue", changes=changes)
    return len(booked)


def _row(one: _Open, on: date, rates: Rates) -> tuple[Any, ...] | None:
    """Return the columns of the entry, or None when the rate says what stands already."""
    try:
        quote = rates.quote(one.document_currency, one.currency, on)
    except NoExchangeRate:
        return None
    document = Money(one.document_minor, one.document_currency)
    delta = money.convert(document, quote.rate, one.currency).minor - one.credit_minor
    if not delta:
        return None
    is_reserved = one.reservation_id is not None
    where = f"{one.account_id} {one.ship_date} {one.document_currency} {one.source}"
    what = one.reservation_id or sha256(where.encode()).hexdigest()[:32]
    return (
        one.account_id, one.ship_date, delta if is_reserved else 0, 0 if is_reserved else delta,
        one.document_currency, quote.rate, quote.date, one.reservation_id, one.source,
        f"revalue:{on}:{what}",
    )  # fmt: skip
