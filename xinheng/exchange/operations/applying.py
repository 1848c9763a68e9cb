"""Judge a batch without touching the books, then write it: whole, or chunk by chunk.

Each chunk and the mark that it is done commit together, so a process that dies leaves a batch that
goes on where it stopped.
"""

import json
import uuid
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from xinheng import access, messaging
from xinheng.evidence import operations as evidence
from xinheng.exchange import error_file, reading, store
from xinheng.exchange.faults import Fault
from xinheng.exchange.kinds import KINDS, custom
from xinheng.exchange.models import Batch
from xinheng.exchange.operations.regrouping import follow_groups
from xinheng.exchange.queries import batch_row
from xinheng.exchange.refusals import BatchBusy, BatchFinished, SourceGone
from xinheng.exchange.staging import CHUNK_ROWS, Counts, Staging
from xinheng.files.bounds import Limits
from xinheng.files.limited import Reading
from xinheng.kernel.actors import Actor
from xinheng.kernel.refusals import Refusal, say
from xinheng.kernel.staged import Outcome
from xinheng.limits import operations as limits
from xinheng.orders import operations as orders
from xinheng.parties import operations as parties
from xinheng.receivables import operations as receivables
from xinheng.reference import operations as reference

MOST_ERRORS_KEPT = 200
MOST_ERRORS_IN_FILE = 100_000
# Kinds whose rows lean on each other are always written in one transaction.
_WHOLE = frozenset(("groups", "rates"))
# The column of a kind that moves credit accounts in the tree.
_MOVED_BY = {"customers": "group_code", "groups": "parent_code"}
Recorder = Callable[..., Outcome]
ENDED = (Batch.State.DONE, Batch.State.REFUSED, Batch.State.UNDOING, Batch.State.UNDONE)


class _BooksRefuse(Exception):
    """Rows that the books refuse while nothing but the whole file was wanted."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__(len(faults))


class _WriteNothing(Exception):
    """Ends the transaction of a dry run."""


def validate(*, by: Actor, batch_id: uuid.UUID, today: date, at: datetime) -> Batch:
    """Read and judge a batch; the books are only read.

    Leaves the batch checked, or refused with its errors and an error file.
    refuses: UnknownBatch, BatchBusy, BatchFinished, SourceGone
    """
    access.require(by, "exchange.import")
    with _held(by, batch_id) as batch, _opened(batch, by) as staging:
        counts = _judged(batch, staging, by, today, at)
        if counts is not None and (batch.partial or not counts.refused):
            _close(batch, Batch.State.CHECKED, at)
    return batch


def apply(
    *, by: Actor, batch_id: uuid.UUID, today: date, at: datetime, chunk_rows: int = CHUNK_ROWS
) -> Batch:
    """Judge a batch and write it into the books; a dry run writes nothing but the batch.

    Goes on after the last chunk that was written when a run before this one died.
    chunk_rows: how many rows one transaction holds at most
    refuses: UnknownBatch, BatchBusy, BatchFinished, SourceGone
    """
    access.require(by, "exchange.import")
    with _held(by, batch_id) as batch, _opened(batch, by) as staging:
        counts = _judged(batch, staging, by, today, at)
        if counts is None or (counts.refused and not batch.partial):
            return batch
        if not batch.chunks_done:
            batch.created = batch.updated = batch.unchanged = 0
            batch.chunk_rows = chunk_rows
        # Whoever goes on deals the rows as the first run did.
        size = batch.chunk_rows or chunk_rows
        is_whole = counts.accepted <= size or batch.kind in _WHOLE
        batch.chunks = 1 if is_whole else staging.deal(size)
        batch.state = Batch.State.APPLYING
        batch.save()
        try:
            for chunk in range(batch.chunks_done, batch.chunks):
                _write(batch, staging, by, today, None if is_whole else chunk)
        except _BooksRefuse as refused:
            batch.refresh_from_db()
            staging.add(refused.faults)
            _refuse(batch, staging, at)
            return batch
        _finish(batch, staging, at)
    return batch


@contextmanager
def _held(by: Actor, batch_id: uuid.UUID) -> Iterator[Batch]:
    """Hold a batch against a second worker, and mark it failed when something breaks."""
    batch = batch_row(by=by, batch_id=batch_id)
    access.require(by, KINDS[batch.kind].permission)
    if batch.state in ENDED:
        label = Batch.State(batch.state)
        raise BatchFinished(batch=batch_id, state_zh=label.label, state_en=label.value)
    if not batch.source or not store.path_of(batch.source).exists():
        raise SourceGone(batch=batch_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [batch.pk])
        if not cursor.fetchone()[0]:
            raise BatchBusy(batch=batch_id)
    try:
        yield batch
    except Exception as error:
        _mark_failed(batch, error)
        raise
    finally:
        _let_go(batch)


def _mark_failed(batch: Batch, error: Exception) -> None:
    """Remember why a batch stopped; a database that is gone cannot be told."""
    if connection.needs_rollback or not connection.is_usable():
        return
    Batch.objects.filter(pk=batch.pk).update(
        state=Batch.State.FAILED, error=f"{type(error).__name__}: {error}"[:1_000]
    )


def _let_go(batch: Batch) -> None:
    if connection.is_usable() and not connection.needs_rollback:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [batch.pk])


@contextmanager
def _opened(batch: Batch, by: Actor) -> Iterator[Staging]:
    staging = Staging(custom.current(KINDS[batch.kind]), by)
    staging.open()
    try:
        yield staging
    finally:
        if connection.is_usable() and not connection.needs_rollback:
            staging.close()


def _judged(batch: Batch, staging: Staging, by: Actor, today: date, at: datetime) -> Counts | None:
    """Read and judge; a batch that is refused is closed here. None: the file as a whole is."""
    batch.state, batch.started_at, batch.error = Batch.State.CHECKING, at, ""
    batch.save()
    try:
        staging.load(_pieces(batch, staging, today))
    except Refusal as refusal:
        _refuse_whole(batch, refusal, at)
        return None
    counts = staging.judge()
    batch.rows, batch.duplicates, batch.refused = counts.rows, counts.repeats, counts.refused
    if counts.refused:
        _note_errors(batch, staging)
    if counts.refused and not batch.partial:
        _close(batch, Batch.State.REFUSED, at)
    return counts


def _pieces(batch: Batch, staging: Staging, today: date) -> Iterator[bytes]:
    """Yield the COPY text of a batch: from the limited child, or from a request's rows."""
    if batch.source.endswith(".rows"):
        outlet = _Collected()
        table = reading.table_of_rows(store.rows_of(batch.source))
        reading.stage_table(outlet, table, staging.kind, batch.mapping, today)
        _note_header(batch, staging, outlet.facts)
        yield from outlet.pieces
        return
    arguments = {
        "path": str(store.path_of(batch.source)),
        "kind": batch.kind,
        "form": custom.form_of(staging.kind).model_dump(mode="json"),
        "mapping": batch.mapping,
        "today": today.isoformat(),
    }
    child = Reading("xinheng.exchange.reading.stage", arguments, Limits())
    for kind, body in child.frames():
        if kind == b"D":
            yield body
        else:
            _note_header(batch, staging, json.loads(body))


class _Collected:
    """Takes a small stream in this process."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.facts: dict[str, Any] = {}

    def data(self, body: bytes) -> None:
        self.pieces.append(body)

    def message(self, body: dict[str, Any]) -> None:
        self.facts.update(body)


def _note_header(batch: Batch, staging: Staging, facts: dict[str, Any]) -> None:
    staging.present = frozenset(facts["present"])
    staging.format = facts["format"]
    batch.warnings = [
        {
            "code": "column-unknown",
            "column": title,
            "zh": f"列“{title}”不认识，未导入。",
            "en": f"The column “{title}” is not known and was not imported.",
        }
        for title in facts["unknown"]
    ]


def _write(batch: Batch, staging: Staging, by: Actor, today: date, chunk: int | None) -> None:
    """Write one chunk and the mark that it is written in one transaction.

    refuses: _BooksRefuse when the whole file was wanted and the books refuse a row
    """
    try:
        with transaction.atomic():
            # Ids are looked up below; whom they mean must not change before the rows are written.
            parties.hold_merges(by=access.system("exchange"))
            one_at_a_time(by=by, kind=batch.kind)
            relation = staging.hand_over(chunk)
            outcome = _record(batch, by, relation, staging.present, today)
            faults = [_fault(row.row, row.column, row.refusal) for row in outcome.refused]
            if faults and not batch.partial:
                raise _BooksRefuse(faults)
            if _MOVED_BY.get(batch.kind) in staging.present:
                # A customer in one group whose account stays in another would be a lie.
                stuck = follow_groups(by=by, relation=relation, on=today, kind=batch.kind)
                if stuck:
                    raise _BooksRefuse([_fault(r.row, r.column, r.refusal) for r in stuck])
            batch.created += outcome.created
            batch.updated += outcome.updated
            batch.unchanged += outcome.unchanged
            if batch.dry_run:
                raise _WriteNothing
            batch.chunks_done += 1
            batch.save()
            if batch.kind == "customers" and batch.chunks_done == batch.chunks:
                messaging.defer("masterdata.search_batch", batch_id=str(batch.uuid))
    except _WriteNothing:
        batch.save()
    staging.add(faults)


def one_at_a_time(*, by: Actor, kind: str) -> None:
    """Let imports of one kind follow each other, so that neither meets half of the other."""
    access.require(by, "exchange.read")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('exchange'), hashtext(%s))", [kind])


def _record(
    batch: Batch, by: Actor, relation: str, present: Collection[str], today: date
) -> Outcome:
    """Hand the staged relation to the room that owns its kind."""
    common: dict[str, Any] = {"by": by, "batch_id": batch.uuid, "relation": relation}
    match batch.kind:
        case "customers":
            return parties.record_staged_customers(**common, present=present)
        case "groups":
            return parties.record_staged_groups(**common, present=present)
        case "invoices":
            return receivables.record_staged_invoices(**common, present=present)
        case "receipts":
            return receivables.record_staged_receipts(**common, present=present)
        case "disputes":
            return receivables.record_staged_disputes(**common)
        case "limits":
            return limits.record_staged_limits(**common, present=present, on=today)
        case "orders":
            return orders.record_staged_orders(**common, today=today)
        case "statements":
            return evidence.record_staged_statements(**common, present=present)
        case "events":
            return evidence.record_staged_events(**common, present=present)
        case "bureau":
            return evidence.record_staged_bureau(**common, present=present)
        case "questionnaires":
            return evidence.record_staged_questionnaires(**common, present=present)
        case "tax_invoices":
            return evidence.record_staged_tax_invoices(**common, present=present)
        case "interactions":
            return evidence.record_staged_interactions(**common, present=present)
        case "rates":
            return reference.record_staged_rates(**common, present=present)
        case "holidays":
            return reference.record_staged_holidays(**common, present=present)
    raise AssertionError(batch.kind)


def _fault(row: int, column: str, refusal: Refusal) -> Fault:
    params = {"zh": say(refusal, "zh"), "en": say(refusal, "en"), "books": refusal.code}
    return Fault(row, column, "refused-by-books", params)


def _finish(batch: Batch, staging: Staging, at: datetime) -> None:
    counts = staging.counts()
    if counts.refused != batch.refused:
        batch.refused = counts.refused
        _note_errors(batch, staging)
    _close(batch, Batch.State.DONE, at)


def _refuse(batch: Batch, staging: Staging, at: datetime) -> None:
    batch.refused = staging.counts().refused
    _note_errors(batch, staging)
    _close(batch, Batch.State.REFUSED, at)


def _refuse_whole(batch: Batch, refusal: Refusal, at: datetime) -> None:
    """Close a batch whose file cannot be read at all."""
    batch.errors = [
        {
            "row": refusal.params.get("row"),
            "column": refusal.params.get("column", ""),
            "code": refusal.code,
            "zh": say(refusal, "zh"),
            "en": say(refusal, "en"),
        }
    ]
    batch.error = refusal.code
    _close(batch, Batch.State.REFUSED, at)


def _note_errors(batch: Batch, staging: Staging) -> None:
    """Keep the first errors with the batch and all of them in a file to send back."""
    batch.errors = [fault.as_json() for fault in staging.faults(MOST_ERRORS_KEPT)]
    if batch.source.endswith(".rows"):
        return
    suffix = "xlsx" if staging.format == "xlsx" else "csv"
    batch.errors_file = f"{batch.uuid}-errors.{suffix}"
    target, source = store.path_of(batch.errors_file), store.path_of(batch.source)
    error_file.write(target, source, staging.faults(MOST_ERRORS_IN_FILE), "zh")


def _close(batch: Batch, state: str, at: datetime) -> None:
    """Write the end state; a file that nobody will read again is removed."""
    batch.state, batch.finished_at = state, at
    if state != Batch.State.CHECKED:
        store.forget(batch.source)
        batch.source = ""
    batch.save()
