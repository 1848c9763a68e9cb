"""Search for duplicates: over everybody in scope, or over whom an import touched."""

import json
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from xinheng import access, journal, messaging
from xinheng.kernel.actors import Actor
from xinheng.masterdata import blocking, names, rules
from xinheng.masterdata.models import Candidate, Search
from xinheng.masterdata.places import CITIES
from xinheng.masterdata.refusals import SearchRunning
from xinheng.masterdata.rules import Subject, Verdict
from xinheng.parties.models import Customer
from xinheng.reference import queries as reference

Found = tuple[int, int, Verdict]

STEP = 50_000  # pairs between two notes of progress
CHUNK = 5_000
_FINISHED = (Search.State.DONE, Search.State.FAILED)

_KEEP = """
INSERT INTO masterdata_candidate
    (first_id, second_id, score, reasons, state, note, decided_by, found_at)
SELECT f, s, score, reasons::jsonb, 'open', '', '', %(at)s
  FROM unnest(%(first)s::bigint[], %(second)s::bigint[], %(score)s::int[], %(reasons)s::text[])
       AS found(f, s, score, reasons)
    ON CONFLICT (first_id, second_id) DO UPDATE
   SET score = excluded.score, reasons = excluded.reasons, found_at = excluded.found_at
 WHERE masterdata_candidate.state = 'open'
"""


@transaction.atomic
def request(*, by: Actor) -> UUID:
    """Queue a search over all customers in scope and return its number.

    refuses: SearchRunning
    """
    access.require(by, "masterdata.write")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('masterdata'), hashtext('search'))")
    waiting = Search.objects.filter(batch_id__isnull=True).exclude(state__in=_FINISHED)
    if waiting.exists():
        raise SearchRunning()
    search = Search.objects.create(requested_by_id=by.id)
    messaging.defer("masterdata.search", search=str(search.uuid))
    journal.write(by=by, action="masterdata.request_search", object=f"search:{search.uuid}")
    return search.uuid


@transaction.atomic
def after_import(*, by: Actor, batch_id: UUID) -> UUID:
    """Note that the customers an import touched are to be compared; return the search's number."""
    access.require(by, "masterdata.write")
    search, _ = Search.objects.get_or_create(batch_id=batch_id)
    return search.uuid


def execute(*, by: Actor, search_id: UUID, at: datetime) -> int:
    """Carry out a search and return how many pairs it found; one that is done adds nothing.

    What people decided stays. A search over everybody takes pairs off the list that are no
    longer alike.
    """
    access.require(by, "masterdata.write")
    search = Search.objects.get(uuid=search_id)
    if search.state == Search.State.DONE:
        return search.found or 0
    Search.objects.filter(pk=search.pk).update(state=Search.State.RUNNING, progress=0, error="")
    try:
        subjects = _subjects(by)
        _note(search, 20)
        touched = _touched(search)
        found = list(_compared(search, subjects, touched))
        _record(by, search, found, len(subjects), at)
    except Exception as error:
        Search.objects.filter(pk=search.pk).update(
            state=Search.State.FAILED, error=f"{type(error).__name__}: {error}"[:1_000]
        )
        raise
    return len(found)


def _subjects(by: Actor) -> list[Subject]:
    """Return every living customer in scope as it is compared."""
    regions = [row.name for row in reference.regions(by=access.system("masterdata"))]
    rows = access.visible(by, "masterdata.write", Customer.objects.all()).order_by("pk")
    columns = ("pk", "credit_code", "name", "region", "industry", "registered_capital_minor")
    said = set(rows.order_by().values_list("region", flat=True).distinct())
    places = names.short_places([*CITIES, *regions, *(one for one in said if one)])
    found = []
    for pk, code, name, region, industry, capital in rows.values_list(*columns).iterator(CHUNK):
        read = names.read(name, places)
        sound = names.sound(read.core)
        found.append(Subject(pk, code, read, sound, region, industry, capital))
    return found


def _touched(search: Search) -> frozenset[int] | None:
    if search.batch_id is None:
        return None
    rows = Customer.objects.filter(batch_id=search.batch_id)
    return frozenset(rows.values_list("pk", flat=True))


def _compared(
    search: Search, subjects: list[Subject], touched: frozenset[int] | None
) -> Iterator[Found]:
    """Yield the pairs that are worth a person's time, by ids, the lower first."""
    pairs = list(blocking.pairs(subjects, touched))
    _note(search, 40)
    for number, (first, second) in enumerate(pairs, 1):
        verdict = rules.compare(subjects[first], subjects[second])
        if verdict.score >= rules.LISTED_FROM:
            yield subjects[first].id, subjects[second].id, verdict
        if number % STEP == 0:
            _note(search, 40 + 55 * number // len(pairs))


def _note(search: Search, progress: int) -> None:
    Search.objects.filter(pk=search.pk).update(progress=progress)


@transaction.atomic
def _record(by: Actor, search: Search, found: list[Found], customers: int, at: datetime) -> None:
    with connection.cursor() as cursor:
        for start in range(0, len(found), CHUNK):
            part = found[start : start + CHUNK]
            cursor.execute(
                _KEEP,
                {
                    "at": at,
                    "first": [first for first, _, _ in part],
                    "second": [second for _, second, _ in part],
                    "score": [verdict.score for _, _, verdict in part],
                    "reasons": [_as_json(verdict) for _, _, verdict in part],
                },
            )
    if search.batch_id is None and by.scope == "all":
        Candidate.objects.filter(state=Candidate.State.OPEN, found_at__lt=at).delete()
    Search.objects.filter(pk=search.pk).update(
        state=Search.State.DONE, progress=100, customers=customers, found=len(found),
        finished_at=at,
    )  # fmt: skip
    journal.write(
        by=by, action="masterdata.search", object=f"search:{search.uuid}",
        after={"customers": customers, "found": len(found)},
    )  # fmt: skip


def _as_json(verdict: Verdict) -> str:
    return json.dumps([[reason.code, reason.params] for reason in verdict.reasons])
