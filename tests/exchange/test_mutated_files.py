"""Mutated files of every kind: no crash, nothing half written, and a good one can be taken back."""

import os
from datetime import date

import pytest
from django.apps import apps

from tests import make
from tests.exchange import mutants
from tests.exchange.conftest import NOW, TODAY
from xinheng import access
from xinheng.exchange import operations as exchange
from xinheng.exchange.kinds import KINDS
from xinheng.exchange.models import Batch
from xinheng.exposure import verification as ledger
from xinheng.receivables import verification as documents

pytestmark = pytest.mark.django_db
COUNT = int(os.environ.get("XINHENG_MUTANTS", "200"))
SEED = int(os.environ.get("XINHENG_SEED", "7"))
BY = access.system("test")
TABLES = [model for model in apps.get_models() if any(
    field.name == "batch_id" for field in model._meta.fields)]  # fmt: skip


@pytest.fixture
def books(db):
    make.invoice("K1", make.customer("C1"), 10_000, date(2026, 3, 1))


def written(batch) -> int:
    """Return how many rows of all rooms carry the mark of a batch."""
    return sum(
        model._default_manager.filter(batch_id=batch.uuid).count()
        for model in TABLES
        if model._meta.app_label not in ("exchange", "journal")
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_good_file_of_each_kind_is_taken_and_can_be_taken_back(kind, books, imported):
    body = mutants.as_csv(*mutants.good(KINDS[kind]))
    batch = imported(kind, body)
    assert (batch.state, batch.created) == (Batch.State.DONE, mutants.ROWS), batch.errors
    assert imported(kind, body).unchanged == mutants.ROWS
    done = exchange.undo(by=BY, batch_id=batch.uuid, today=TODAY, at=NOW)
    assert (done.state, done.removed, written(batch)) == (Batch.State.UNDONE, mutants.ROWS, 0)
    assert imported(kind, body).created == mutants.ROWS


def test_mutated_files_of_all_kinds_crash_nothing_and_leave_nothing_half_written(books, imported):
    wrong = []
    for nth, (kind, way, body) in enumerate(mutants.mutants(COUNT, SEED)):
        batch = imported(kind, body, partial=nth % 4 == 3)
        sums = batch.created + batch.updated + batch.unchanged + batch.duplicates + batch.refused
        is_whole = (
            batch.state == Batch.State.DONE
            and sums == batch.rows
            and (batch.partial or not batch.refused)
        )
        is_absent = batch.state == Batch.State.REFUSED and batch.errors and not written(batch)
        if not (is_whole or is_absent):
            wrong.append(f"{nth} {kind} {way}: {batch.state} {batch.errors[:2]}")
        for error in batch.errors:
            assert error["zh"] and error["en"]
    assert not wrong, "\n".join(wrong)
    checks = [*documents.verify(by=BY), *ledger.verify(by=BY)]
    assert not [check for check in checks if not check.ok]
