"""Snapshots of the books: consistent, never late, the same bytes whichever way they came."""

import random
import shutil
import time
from datetime import UTC, date, datetime, timedelta

import psycopg
import pyarrow.parquet as pq
import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests import make
from tests.engines import histories, recording
from xinheng import access
from xinheng.engines import books, manifest, parting, tracking
from xinheng.engines import operations as engines
from xinheng.engines.refusals import SnapshotFolderTaken, SnapshotRunning, SnapshotUnreadable
from xinheng.factors.tables import SCHEMAS

BY = access.system("test")
NOW = datetime(2026, 7, 1, 4, 0, tzinfo=UTC)
DAY = date(2026, 6, 30)


def take(folder, *, incremental=False, at=NOW):
    return engines.take_snapshot(by=BY, folder=folder, at=at, incremental=incremental)


def settled(*, within=150):
    """Wait until every transaction of the server that began before now has ended.

    Transactions are counted per server: while one of another database is open, what was committed
    after its start may be looked at again. That is right, only more than these tests count.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        (mark,) = cursor.fetchone()
        until = time.monotonic() + within
        while time.monotonic() < until:
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
            if cursor.fetchone()[0] >= mark:
                return
            time.sleep(0.02)
    raise AssertionError(f"a transaction of the server stayed open for {within} s")


def files(folder):
    """Return the bytes of every file the snapshot consists of, by name."""
    found = manifest.read(folder)
    assert manifest.damaged(folder, found) == []
    return {name: (folder / name).read_bytes() for name in found.files()}


def assert_equals_a_full_one(folder, scratch):
    shutil.rmtree(scratch, ignore_errors=True)
    full = take(scratch)
    assert not full.manifest.incremental
    assert files(folder) == files(scratch)
    assert manifest.read(folder).rows() == full.manifest.rows()


def numbers(folder, table="invoices", column="item_id"):
    found = manifest.read(folder)
    return {
        value
        for name in found.files(table)
        for value in pq.read_table(folder / name)[column].to_pylist()
    }


def test_a_snapshot_holds_every_row_of_the_declared_tables(fresh_db, tmp_path):
    customer = make.customer()
    make.invoice("F1", customer, 1000, date(2026, 1, 1))
    make.receipt("R1", customer, 400, date(2026, 1, 9), invoice_number="F1")
    taken = take(tmp_path / "s")
    with connection.cursor() as cursor:
        for table, columns in SCHEMAS.items():
            cursor.execute(books.select(table, tuple(columns)))
            rows = sorted(map(repr, cursor.fetchall()))
            found = [
                tuple(row.values())
                for name in taken.manifest.files(table)
                for row in pq.read_table(tmp_path / "s" / name).to_pylist()
            ]
            assert sorted(map(repr, found)) == rows, table


def test_only_declared_columns_leave_the_house(fresh_db, tmp_path):
    make.customer(name="上海保密有限公司", credit_code="91310000000000001A")
    taken = take(tmp_path / "s")
    for table, columns in SCHEMAS.items():
        for name in taken.manifest.files(table):
            assert pq.read_schema(tmp_path / "s" / name).names == list(columns)
    content = b"".join(files(tmp_path / "s").values())
    assert "保密".encode() not in content
    assert b"91310000000000001A" not in content


def test_nothing_changed_writes_nothing(fresh_db, tmp_path):
    make.invoice("F1", make.customer(), 1000, date(2026, 1, 1))
    settled()
    before = take(tmp_path / "s")
    again = take(tmp_path / "s", incremental=True)
    assert (again.customers, again.written) == (0, 0)
    assert again.manifest.tables == before.manifest.tables
    assert again.manifest.number == 2


def test_only_touched_parts_are_written(fresh_db, tmp_path):
    customers = [make.customer() for _ in range(8)]
    for n, customer in enumerate(customers):
        make.invoice(f"F{n}", customer, 1000, date(2026, 1, 1))
    settled()
    take(tmp_path / "s")
    make.receipt("R1", customers[3], 400, date(2026, 1, 9), invoice_number="F3")
    again = take(tmp_path / "s", incremental=True)
    assert again.customers == 1
    # A receipt, the invoice it met and the allocation: one part of each.
    assert again.written == 3
    assert_equals_a_full_one(tmp_path / "s", tmp_path / "full")


@pytest.mark.parametrize("first_commits_first", [True, False])
def test_a_late_commit_never_escapes(fresh_db, tmp_path, first_commits_first):
    """Two writers are open; one commits before a snapshot, the other after it."""
    one, two = make.customer(), make.customer()
    take(tmp_path / "s")
    insert = (
        "INSERT INTO evidence_statement (customer_id, period_end, months, available_date, currency)"
        " VALUES (%s, '2025-12-31', 12, '2026-04-30', 'CNY')"
    )
    parameters = fresh_db.parameters()
    with psycopg.connect(**parameters) as first, psycopg.connect(**parameters) as second:
        first.execute(insert, [one.pk])
        second.execute(insert, [two.pk])
        early, late = (first, second) if first_commits_first else (second, first)
        seen, unseen = (one, two) if first_commits_first else (two, one)
        early.commit()
        taken = take(tmp_path / "s", incremental=True)
        assert numbers(tmp_path / "s", "statements", "customer_id") == {seen.pk}
        assert taken.manifest.incremental
        late.commit()
    take(tmp_path / "s", incremental=True)
    assert numbers(tmp_path / "s", "statements", "customer_id") == {seen.pk, unseen.pk}
    assert_equals_a_full_one(tmp_path / "s", tmp_path / "full")


def test_what_was_removed_or_given_to_another_customer_leaves_the_snapshot(
    fresh_db, owner_connection, tmp_path
):
    one, two = make.customer(), make.customer()
    make.invoice("F1", one, 1000, date(2026, 1, 1))
    make.invoice("F2", one, 500, date(2026, 1, 2))
    take(tmp_path / "s")
    owner_connection.execute("UPDATE receivables_invoice SET customer_id = %s"
                             " WHERE number = 'F1'", [two.pk])  # fmt: skip
    again = take(tmp_path / "s", incremental=True)
    assert again.customers == 2
    assert_equals_a_full_one(tmp_path / "s", tmp_path / "full")
    owner_connection.execute("DELETE FROM receivables_invoiceline")
    owner_connection.execute("DELETE FROM receivables_invoice")
    assert take(tmp_path / "s", incremental=True).manifest.rows()["invoices"] == 0
    assert_equals_a_full_one(tmp_path / "s", tmp_path / "full")


FEW = settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


@FEW
@given(books_=st.lists(histories.histories(), min_size=5, max_size=6), seed=st.integers(0, 999))
def test_full_and_incremental_snapshots_of_random_histories_are_equal_bytes(
    fresh_db, owner_connection, tmp_path_factory, books_, seed
):
    """Whatever was recorded, changed, voided and removed between snapshots."""
    folder = tmp_path_factory.mktemp("random")
    draw = random.Random(seed)
    take(folder / "s")
    for n, history in enumerate(books_):
        recording.record([history])
        change = draw.choice(CHANGES)
        owner_connection.execute(change)
        if n % 3 == 2:
            taken = take(folder / "s", incremental=True, at=NOW + timedelta(minutes=n))
            assert taken.manifest.incremental
    take(folder / "s", incremental=True)
    assert_equals_a_full_one(folder / "s", folder / "full")


# What a writer may do to facts, also one that forgets to say so.
CHANGES = (
    "UPDATE receivables_invoice SET due_date = issue_date + 7 WHERE id % 3 = 0",
    "UPDATE receivables_invoice SET status = 'void', voided_date = issue_date,"
    " changed_xid = changed_xid WHERE id % 4 = 1 AND kind = 'invoice'",
    "UPDATE receivables_allocation SET ended_date = effective_date WHERE id % 2 = 0",
    "UPDATE parties_customer SET region = '310000' WHERE id % 2 = 1",
    "DELETE FROM receivables_allocation WHERE id % 3 = 1",
    "DELETE FROM evidence_event WHERE id % 2 = 0",
    "UPDATE evidence_event SET customer_id = (SELECT max(id) FROM parties_customer)"
    " WHERE id % 5 = 1",
    "UPDATE evidence_statement SET sales_minor = 1 WHERE id % 2 = 0",
    "SELECT 1",
)


def test_a_killed_snapshot_leaves_the_former_one(fresh_db, tmp_path, monkeypatch):
    customer = make.customer()
    make.invoice("F1", customer, 1000, date(2026, 1, 1))
    take(tmp_path / "s")
    before = files(tmp_path / "s")
    make.invoice("F2", customer, 1000, date(2026, 1, 1))

    def killed(folder, table, number, rows):
        (folder / table / f".{number:02d}.1").write_bytes(b"half")
        if table == "receipts":
            raise KeyboardInterrupt
        return parting_write(folder, table, number, rows)

    parting_write = parting.write
    monkeypatch.setattr(parting, "write", killed)
    with pytest.raises(KeyboardInterrupt):
        take(tmp_path / "s")
    monkeypatch.undo()
    assert files(tmp_path / "s") == before
    take(tmp_path / "s", incremental=True)
    assert not list((tmp_path / "s").rglob(".[0-9]*"))
    assert_equals_a_full_one(tmp_path / "s", tmp_path / "full")


def test_a_reader_of_the_former_snapshot_still_finds_its_files(fresh_db, tmp_path):
    customer = make.customer()
    former = take(tmp_path / "s").manifest
    make.invoice("F1", customer, 1000, date(2026, 1, 1))
    take(tmp_path / "s", incremental=True)
    assert manifest.damaged(tmp_path / "s", former) == []
    make.invoice("F2", customer, 1000, date(2026, 1, 1))
    take(tmp_path / "s", incremental=True)
    with pytest.raises(FileNotFoundError):
        manifest.damaged(tmp_path / "s", former)


@pytest.mark.parametrize(
    ("what", "to"),
    [
        ("database", {"oid": 1, "server": "1", "timeline": 1}),
        ("mark", 2**60),
        ("schemas", {}),
        ("made_at", "2020-01-01T00:00:00+00:00"),
    ],
)
def test_where_nothing_can_be_built_upon_a_full_snapshot_is_taken(fresh_db, tmp_path, what, to):
    import dataclasses

    make.invoice("F1", make.customer(), 1000, date(2026, 1, 1))
    found = take(tmp_path / "s").manifest
    manifest.write(tmp_path / "s", dataclasses.replace(found, **{what: to}))
    taken = take(tmp_path / "s", incremental=True)
    assert (taken.manifest.incremental, taken.customers) == (False, None)


def test_a_folder_of_something_else_is_refused_and_so_is_a_second_writer(fresh_db, tmp_path):
    (tmp_path / "customers.parquet").write_bytes(b"")
    with pytest.raises(SnapshotFolderTaken):
        take(tmp_path)
    (tmp_path / "s").mkdir()
    with engines._alone(tmp_path / "s"), pytest.raises(SnapshotRunning):
        take(tmp_path / "s")


def test_a_damaged_file_or_manifest_is_found(fresh_db, tmp_path):
    make.invoice("F1", make.customer(), 1000, date(2026, 1, 1))
    found = take(tmp_path / "s").manifest
    name = found.files("invoices")[0]
    content = bytearray((tmp_path / "s" / name).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "s" / name).write_bytes(content)
    assert manifest.damaged(tmp_path / "s", found) == [name]
    assert manifest.damaged(tmp_path / "s", take(tmp_path / "s").manifest) == []
    (tmp_path / "s" / name).unlink()
    with pytest.raises(SnapshotUnreadable):
        manifest.read(tmp_path / "s")


def test_the_review_says_the_same_from_a_snapshot_and_from_the_books(fresh_db, tmp_path):
    from xinheng.definitions import operations as definitions
    from xinheng.reviews import operations as reviews

    definitions.publish_shipped(by=BY)
    given_ = make.customer(), make.customer(since=date(2020, 1, 1), region="310000")
    make.invoice("F1", given_[0], 100_000, date(2026, 1, 1))
    make.invoice("F2", given_[0], 70_000, date(2026, 5, 1))
    make.receipt("R1", given_[0], 40_000, date(2026, 3, 9), invoice_number="F1")
    make.credit_note("N1", given_[0], 5_000, date(2026, 3, 10), applies_to="F1")
    make.invoice("F3", given_[1], 30_000, date(2026, 2, 1))
    make.receipt("R2", given_[1], 30_000, date(2026, 2, 20))
    take(tmp_path / "s")
    for as_of in (DAY, date(2026, 3, 9)):
        found = {
            name: reviews.run(by=BY, as_of=as_of, dry_run=True, **options).rows.to_pylist()
            for name, options in {
                "books": {"engine": "duckdb"}, "files": {"snapshot": tmp_path / "s"},
            }.items()
        }  # fmt: skip
        assert len(found["books"]) == 2
        assert found["books"] == found["files"]


def test_every_table_that_is_read_has_its_triggers(owner_connection):
    read = {name for name in tracking.tables() if name.count("_")}
    rows = owner_connection.execute(
        "SELECT c.relname, count(*) FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid"
        " WHERE starts_with(t.tgname, 'engines_touch_') GROUP BY 1"
    ).fetchall()
    assert {name for name, count in rows if count == 3} == {
        name for name in read if _is_table(owner_connection, name)
    }
    with owner_connection.cursor() as cursor:
        assert tracking.apply(cursor) == 0


def _is_table(found, name):
    return found.execute("SELECT to_regclass(%s)", [f"public.{name}"]).fetchone()[0] is not None


@pytest.mark.django_db
def test_whose_facts_changed_is_forgotten_after_a_while():
    from xinheng.engines.models import Touched

    make.customer()
    assert Touched.objects.count() == 1
    now = Touched.objects.get().at
    assert engines.forget_touched(by=BY, at=now + timedelta(days=34)) == 0
    assert engines.forget_touched(by=BY, at=now + timedelta(days=36)) == 1
