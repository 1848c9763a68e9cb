"""Generated files are what an import and a review expect."""

import math
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.sample.conftest import UNTIL
from xinheng import access, sample

pytestmark = pytest.mark.django_db
BY = access.system("test")
NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
KINDS = (
    "groups", "customers", "invoices", "receipts", "statements", "events", "bureau",
    "questionnaires", "tax_invoices", "interactions", "limits",
)  # fmt: skip
SIZE = {"customers": 45, "invoices": 500, "seed": 11, "until": UNTIL}


def load(folder: Path, kinds=KINDS):
    """Import every file of a folder; return what became of each row, by kind."""
    from xinheng.exchange import operations as exchange

    found = {}
    for kind in kinds:
        with (folder / f"{kind}.csv").open("rb") as file:
            batch = exchange.submit(by=BY, kind=kind, file=file)
        batch = exchange.apply(by=BY, batch_id=batch.uuid, today=UNTIL, at=NOW)
        found[kind] = (batch.created, batch.unchanged, batch.refused, batch.errors)
    return found


def review(as_of, **options):
    from xinheng.definitions import operations as definitions
    from xinheng.reviews import operations as reviews

    definitions.publish_shipped(by=BY)
    return reviews.run(by=BY, as_of=as_of, dry_run=True, **options).rows.to_pylist()


def test_every_row_is_taken_and_a_second_import_changes_nothing(tmp_path):
    rows = sample.generate(tmp_path, **SIZE)
    assert load(tmp_path) == {kind: (rows[kind], 0, 0, []) for kind in KINDS}
    assert load(tmp_path) == {kind: (0, rows[kind], 0, []) for kind in KINDS}


def test_the_people_of_the_demo_own_its_customers(tmp_path):
    from xinheng.access import operations as people
    from xinheng.parties.models import Customer
    from xinheng.sample import company

    people.demo_users(by=BY, at=NOW, departments=company.DEPARTMENTS, people=company.USERS)
    sample.generate(tmp_path, **SIZE, people=True)
    assert all(refused == 0 for _, _, refused, _ in load(tmp_path).values())
    assert not Customer.objects.filter(owner=None).exists()
    assert not Customer.objects.filter(department=None).exists()


def test_the_parquet_form_is_reviewed_like_the_imported_books(tmp_path):
    sample.generate(tmp_path / "csv", **SIZE)
    sample.generate(tmp_path / "parquet", **SIZE, format="parquet")
    # What is granted stands in the books alone; a snapshot has no table of it.
    load(tmp_path / "csv", [kind for kind in KINDS if kind != "limits"])
    for as_of in (date(2025, 3, 31), UNTIL):
        from_books = review(as_of, engine="postgres")
        from_files = review(as_of, snapshot=tmp_path / "parquet")
        assert len(from_books) == SIZE["customers"]
        for ours, theirs in zip(from_books, from_files, strict=True):
            names = set(ours) - {"customer_id"}
            assert [name for name in names if differ(ours[name], theirs[name])] == []


def differ(one, other):
    """Say whether two results differ by more than the last bit of a quotient."""
    if isinstance(one, float) and isinstance(other, float):
        return not math.isclose(one, other, rel_tol=1e-12)
    return one != other
