"""Mutated files of every kind: no crash, nothing half written, and a good one can be taken back.

Files are read in this process here: the limited child would turn a crash of ours into a refusal.
"""

import importlib
import json
import os
from datetime import date

import pytest
from django.apps import apps

from tests import make
from tests.exchange import mutants
from tests.exchange.conftest import NOW, TODAY
from xinheng import access
from xinheng.exchange import error_file
from xinheng.exchange import operations as exchange
from xinheng.exchange.kinds import KINDS
from xinheng.exchange.models import Batch
from xinheng.exchange.operations import applying
from xinheng.exposure import verification as ledger
from xinheng.files import child, encodings, packages, readers
from xinheng.files.refusals import FileDamaged
from xinheng.receivables import verification as documents

pytestmark = pytest.mark.django_db
COUNT = int(os.environ.get("XINHENG_MUTANTS", "200"))
SEED = int(os.environ.get("XINHENG_SEED", "7"))
BY = access.system("test")
TABLES = [model for model in apps.get_models() if any(
    field.name == "batch_id" for field in model._meta.fields)]  # fmt: skip


class ReadHere:
    """The limited child without a process of its own; what crashes, crashes the test."""

    def __init__(self, function, arguments, _limits):
        module, _, name = function.rpartition(".")
        self._function = getattr(importlib.import_module(module), name)
        self._arguments = arguments
        self._frames = []

    def data(self, body):
        self._frames.append((b"D", body))

    def message(self, body):
        self._frames.append((b"M", json.dumps(body, ensure_ascii=False).encode()))

    def frames(self):
        try:
            self._function(self, **self._arguments)
        except BaseException as error:
            # A workbook library that gives up is the file's fault, and the child's to survive.
            if type(error).__name__ != "PanicException":
                raise
            raise FileDamaged(why="panic") from None
        yield from self._frames


def open_here(path):
    if not encodings.is_package(path):
        return readers.open_table(path)
    return readers.open_table(path, packages.survey(path))


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch):
    for place in (applying, error_file):
        monkeypatch.setattr(place, "Reading", ReadHere)
    monkeypatch.setattr(child, "open_limited", open_here)


@pytest.fixture
def books(db):
    make.invoice("K1", make.customer("C1"), 10_000, date(2026, 3, 1))


def written(batch) -> int:
    """Return how many rows of all rooms carry the mark of a batch; entries stay for ever."""
    return sum(
        model._default_manager.filter(batch_id=batch.uuid).count()
        for model in TABLES
        if model._meta.app_label not in ("exchange", "exposure", "journal")
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_good_file_of_each_kind_is_taken_and_can_be_taken_back(kind, books, imported):
    body = mutants.as_csv(*mutants.good(KINDS[kind]))
    batch = imported(kind, body)
    assert (batch.state, batch.created) == (Batch.State.DONE, mutants.ROWS), batch.errors
    assert imported(kind, body).unchanged == mutants.ROWS
    done = exchange.undo(by=BY, batch_id=batch.uuid, today=TODAY, at=NOW)
    assert (done.state, done.removed, written(batch)) == (Batch.State.UNDONE, mutants.ROWS, 0)
    again = imported(kind, body)
    # An order was decided on, so its row stays, cancelled; the same file takes it up again.
    assert (again.updated if kind == "orders" else again.created) == mutants.ROWS


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
