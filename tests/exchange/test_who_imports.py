"""Who may import, for whose customers, and that one batch is worked on by one worker."""

import io
from datetime import UTC, date, datetime

import psycopg
import pytest

from tests import make
from tests.exchange.outcomes import counts, faults
from xinheng import access
from xinheng.access import operations as people
from xinheng.access.models import User
from xinheng.exchange import operations as exchange
from xinheng.exchange import queries, store
from xinheng.exchange.models import Batch
from xinheng.exchange.refusals import (
    BatchBusy,
    BatchFinished,
    SourceGone,
    TooManyRows,
    UnknownBatch,
    UnknownKind,
)
from xinheng.exposure.models import Account
from xinheng.parties.models import Customer
from xinheng.receivables.models import Receipt

CLI = access.system("cli")
WHEN = {"today": date(2026, 11, 21), "at": datetime(2026, 11, 21, tzinfo=UTC)}
RECEIPTS = "number,customer_code,received_date,amount\nR1,C1,2026-03-01,5\nR2,C2,2026-03-01,5\n"


def person(name: str, role: str = "finance", scope: str = "own", department: str = ""):
    people.create_user(
        by=CLI, username=name, roles=[role], scope=scope, department=department or None
    )
    return access.actor_of(User.objects.get(username=name))


def submit(by=CLI, text=RECEIPTS, kind="receipts", **options) -> Batch:
    return exchange.submit(by=by, kind=kind, file=io.BytesIO(text.encode()), **options)


@pytest.mark.django_db
def test_who_lacks_the_right_may_not_even_send_a_file():
    for role in ("sales", "executive", "auditor", "administrator"):
        with pytest.raises(access.Forbidden):
            submit(by=person(role, role))
    with pytest.raises(UnknownKind):
        submit(kind="secrets")
    with pytest.raises(TooManyRows):
        exchange.submit(by=CLI, kind="groups", rows=[{"code": "G"}] * 5_001)


@pytest.mark.django_db
def test_facts_about_customers_out_of_scope_are_refused_as_unknown(imported):
    me = person("zhang")
    make.customer("C1", owner_id=me.id)
    make.customer("C2")
    batch = imported("receipts", RECEIPTS, by=me, partial=True)
    assert faults(batch) == [(3, "customer_code", "unknown-customer")]
    assert list(Receipt.objects.values_list("number", flat=True)) == ["R1"]


@pytest.mark.django_db
def test_a_person_imports_customers_for_itself_and_gives_none_away(imported):
    me, other = person("zhang"), person("li")
    assert counts(imported("customers", "code,name\nC1,甲\n", by=me))[1] == 1
    assert Customer.objects.get().owner_id == me.id
    given_away = "code,name,owner\nC1,甲,li\n"
    assert faults(imported("customers", given_away, by=me)) == [
        (2, "owner", "customer-out-of-scope")
    ]
    assert faults(imported("customers", "code,name\nC1,乙\n", by=other)) == [
        (2, "code", "customer-out-of-scope")
    ]
    assert imported("customers", given_away, by=CLI).updated == 1


@pytest.mark.django_db
def test_owners_and_departments_are_found_by_name(imported):
    people.create_department(by=CLI, code="east", name="华东部")
    person("zhang")
    text = "code,name,owner,department\nC1,甲,zhang,华东部\nC2,乙,,east\nC3,丙,nobody,west\n"
    batch = imported("customers", text, partial=True)
    assert faults(batch) == [
        (4, "department", "unknown-department"),
        (4, "owner", "unknown-owner"),
    ]
    first = Customer.objects.get(code="C1")
    assert (first.owner.username, first.department.code) == ("zhang", "east")


@pytest.mark.django_db
def test_a_judged_batch_waits_and_is_written_when_somebody_says_so(customers):
    batch = exchange.validate(by=CLI, batch_id=submit().uuid, **WHEN)
    assert (batch.state, batch.rows, Receipt.objects.count()) == (Batch.State.CHECKED, 2, 0)
    row = queries.batch(by=CLI, batch_id=batch.uuid)
    assert (row.may_apply, row.progress) == (True, 100)
    batch = exchange.apply(by=CLI, batch_id=batch.uuid, **WHEN)
    assert (batch.state, Receipt.objects.count()) == (Batch.State.DONE, 2)
    assert not store.path_of(f"{batch.uuid}.source").exists()
    with pytest.raises(BatchFinished):
        exchange.start(by=CLI, batch_id=batch.uuid)


@pytest.mark.django_db
def test_a_batch_is_seen_by_who_sent_it_and_by_who_sees_everything(customers):
    mine = submit(by=person("zhang"))
    other = person("li")
    with pytest.raises(UnknownBatch):
        queries.batch(by=other, batch_id=mine.uuid)
    assert [row.uuid for row in queries.batches(by=other)] == []
    assert [row.uuid for row in queries.batches(by=CLI)] == [mine.uuid]


@pytest.fixture
def own_folder(tmp_path, monkeypatch):
    """Files of other tests, whose batches stand in other books, are none of these books'."""
    monkeypatch.setattr(store, "folder", lambda: tmp_path)


@pytest.mark.django_db
@pytest.mark.usefixtures("own_folder")
def test_old_files_are_forgotten_and_then_nothing_can_be_written(customers):
    batch = submit()
    assert exchange.forget_files(by=CLI, before=datetime(2000, 1, 1, tzinfo=UTC)) == 0
    assert exchange.forget_files(by=CLI, before=datetime(2100, 1, 1, tzinfo=UTC)) == 1
    with pytest.raises(SourceGone):
        exchange.apply(by=CLI, batch_id=batch.uuid, **WHEN)


@pytest.mark.django_db
@pytest.mark.usefixtures("own_folder")
def test_files_that_a_killed_import_left_are_forgotten_too(customers):
    batch = submit()
    stray = store.folder() / "stray.errors.csv"
    stray.write_text("13800138000")
    assert exchange.forget_files(by=CLI, before=datetime(2000, 1, 1, tzinfo=UTC)) == 0
    assert stray.exists()
    assert exchange.forget_files(by=CLI, before=datetime(2100, 1, 1, tzinfo=UTC)) >= 2
    assert not stray.exists() and not store.path_of(batch.source).exists()


def test_a_batch_is_worked_on_by_one_worker(fresh_db):
    batch = submit()
    with psycopg.connect(**fresh_db.parameters(), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [batch.pk])
        with pytest.raises(BatchBusy):
            exchange.apply(by=CLI, batch_id=batch.uuid, **WHEN)


@pytest.mark.django_db
def test_an_account_follows_its_customer_into_another_group(imported):
    """The member owes 5.00 and leaves G1 for G2: so do the sums."""
    imported("groups", "code,name\nG1,甲集团\nG2,乙集团\n")
    imported("customers", "code,name,group_code\nC1,甲,G1\n")
    imported("invoices", "number,customer_code,issue_date,amount\nI1,C1,2026-03-01,5\n")

    def sums():
        rows = Account.objects.filter(group__isnull=False)
        return dict(rows.values_list("group__code", "receivable_minor"))

    assert sums() == {"G1": 500}
    moved = "code,name,group_code\nC1,甲,G2\n"
    clerk = person("clerk", "finance", "all")
    assert faults(imported("customers", moved, by=clerk)) == [(2, "group_code", "regroup-needed")]
    assert imported("customers", moved, by=CLI).updated == 1
    assert sums() == {"G1": 0, "G2": 500}
    placed = "code,name,parent_code\nG2,乙集团,G1\n"
    assert faults(imported("groups", placed, by=clerk)) == [(2, "parent_code", "regroup-needed")]
    assert imported("groups", placed).updated == 1
    assert sums() == {"G1": 500, "G2": 500}
