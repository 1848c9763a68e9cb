"""More rows than one transaction holds: written in chunks, resumed after a death, never doubled."""

import io
from datetime import UTC, date, datetime

import psycopg
import pytest

from tests import make
from tests.exchange.outcomes import counts
from xinheng import access
from xinheng.exchange import operations as exchange
from xinheng.exchange.models import Batch
from xinheng.exchange.operations import applying
from xinheng.journal.models import Event
from xinheng.receivables.models import Invoice

TODAY, NOW = date(2026, 11, 21), datetime(2026, 11, 21, tzinfo=UTC)
CLI = access.system("test")


def invoices(count: int) -> bytes:
    rows = ["number,line,customer_code,issue_date,amount,kind"]
    for i in range(count):
        kind = "credit_note" if i % 10 == 0 else "invoice"
        rows += [f"N{i:04d},{line},C1,2026-03-01,{i + line}.00,{kind}" for line in (1, 2)]
    return "\n".join(rows).encode()


class Killed(BaseException):
    """Stands for a process that is gone: nothing handles it."""


@pytest.fixture
def dies_at_chunk(monkeypatch):
    """Let a run die when it is about to write a chunk."""

    def arrange(chunk: int) -> None:
        write = applying._write
        done = iter(range(1_000))

        def dying(*args):
            if next(done) == chunk:
                raise Killed
            write(*args)

        monkeypatch.setattr(applying, "_write", dying)
        return lambda: monkeypatch.setattr(applying, "_write", write)

    return arrange


def submit(**options) -> Batch:
    file = io.BytesIO(invoices(50))
    return exchange.submit(by=CLI, kind="invoices", file=file, **options)


def apply(batch: Batch) -> Batch:
    return exchange.apply(by=CLI, batch_id=batch.uuid, today=TODAY, at=NOW, chunk_rows=30)


@pytest.mark.django_db
def test_chunks_keep_the_lines_of_an_invoice_together():
    make.customer("C1")
    batch = apply(submit())
    assert batch.chunks > 1 and batch.chunks == batch.chunks_done
    assert counts(batch) == (100, 100, 0, 0, 0, 0)
    assert Invoice.objects.count() == 50
    assert Event.objects.filter(object=f"batch:{batch.uuid}").count() == batch.chunks


@pytest.mark.django_db(transaction=True)
def test_a_run_that_died_is_resumed_where_it_stopped(dies_at_chunk):
    make.customer("C1")
    revive = dies_at_chunk(2)
    dead = submit()
    with pytest.raises(Killed):
        apply(dead)
    dead.refresh_from_db()
    assert (dead.state, dead.chunks_done) == (Batch.State.APPLYING, 2)
    written = Invoice.objects.count()
    assert 0 < written < 50
    revive()
    found = exchange.resumable(by=CLI, batch=submit())
    assert found.uuid == dead.uuid
    batch = apply(found)
    assert (batch.state, counts(batch)) == (Batch.State.DONE, (100, 100, 0, 0, 0, 0))
    assert Invoice.objects.count() == 50
    again = apply(submit())
    assert counts(again) == (100, 0, 0, 100, 0, 0)


@pytest.mark.django_db
def test_a_small_file_is_one_transaction():
    make.customer("C1")
    batch = submit()
    batch = exchange.apply(by=CLI, batch_id=batch.uuid, today=TODAY, at=NOW)
    assert (batch.chunks, batch.state) == (1, Batch.State.DONE)


@pytest.mark.django_db
def test_an_ended_batch_is_not_written_twice():
    from xinheng.exchange.refusals import BatchFinished, NothingToResume

    make.customer("C1")
    batch = apply(submit())
    with pytest.raises(BatchFinished):
        apply(batch)
    with pytest.raises(NothingToResume):
        exchange.resumable(by=CLI, batch=submit())


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_command_left_goes_on_or_is_given_up_by_itself(dies_at_chunk):
    """The first had written two chunks, the second nothing; a third is still being worked on."""
    from xinheng.jobs import exchange as bodies

    make.customer("C1")
    revive = dies_at_chunk(2)
    begun = submit()
    with pytest.raises(Killed):
        apply(begun)
    revive()
    unbegun, alive = submit(), submit()
    Batch.objects.filter(pk=unbegun.pk).update(state=Batch.State.CHECKING)
    later = datetime(2100, 1, 1, tzinfo=UTC)
    assert exchange.settle_interrupted(by=CLI, before=datetime(2000, 1, 1, tzinfo=UTC)) == (0, 0)
    with psycopg.connect(**_parameters(), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [alive.pk])
        assert exchange.settle_interrupted(by=CLI, before=later) == (1, 1)
    unbegun.refresh_from_db()
    alive.refresh_from_db()
    assert (unbegun.state, unbegun.error, unbegun.source) == ("failed", "interrupted", "")
    assert (alive.state, bool(alive.source)) == ("received", True)
    bodies.apply(str(begun.uuid))
    begun.refresh_from_db()
    assert (begun.state, counts(begun)) == (Batch.State.DONE, (100, 100, 0, 0, 0, 0))
    assert Invoice.objects.count() == 50


def _parameters() -> dict:
    from django.db import connections

    found = connections["default"].settings_dict
    return {
        "dbname": found["NAME"], "user": found["USER"], "password": found["PASSWORD"],
        "host": found["HOST"], "port": found["PORT"],
    }  # fmt: skip
