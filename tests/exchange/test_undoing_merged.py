"""A batch whose customers were merged meanwhile: named, untouched, and free once that is undone."""

from typing import Any

import pytest
from django.db import connection

from tests import make
from tests.exchange.conftest import NOW, TODAY
from tests.exchange.test_undoing import INVOICES, RECEIPTS, undo
from tests.masterdata import books
from xinheng.exchange.models import Batch
from xinheng.kernel.staged import BatchNeeded
from xinheng.masterdata import operations as masterdata
from xinheng.masterdata.models import Candidate, Merge
from xinheng.parties.models import Customer

SAID = "customer GONE was merged into KEEP since; undo that merge first"
STATEMENTS = "customer_code,period_end,sales\n"


def merge() -> Merge:
    return masterdata.merge(
        by=make.CLERK, survivor="KEEP", merged="GONE", choices={}, limits={}, note="", on=TODAY
    )


def unmerge(made: Merge) -> None:
    masterdata.undo(by=make.CLERK, merge_id=made.uuid, note="", on=TODAY, at=NOW)


def is_refused(batch: Batch) -> bool:
    """Say that the batch is held by the merge, by name, and that nothing was written."""
    before = books.state()
    with pytest.raises(BatchNeeded) as refused:
        undo(batch)
    assert [(hold.row, hold.en) for hold in refused.value.holds] == [("GONE", SAID)]
    assert "GONE" in refused.value.holds[0].zh and "KEEP" in refused.value.holds[0].zh
    batch.refresh_from_db()
    assert (batch.state, batch.holds[0]["en"]) == (Batch.State.DONE, SAID)
    return books.state() == before and books.wrong() == []


@pytest.fixture
def pair(db: Any) -> tuple[Customer, Customer]:
    return make.customer("KEEP"), make.customer("GONE")


CASES = [
    ("invoices", INVOICES + "I1,1,GONE,2026-03-01,,100.00,,,\nI2,1,KEEP,2026-03-01,,7.00,,,\n"),
    ("receipts", RECEIPTS + "R1,GONE,2026-03-02,80.00,\n"),
    ("statements", STATEMENTS + "GONE,2025-12-31,70.00\n"),
    ("statements", STATEMENTS + "GONE,2025-12-31,70.00\nKEEP,2025-12-31,90.00\n"),
    ("events", "customer_code,event_date,kind,title\nGONE,2026-01-05,news,甲\n"),
]


@pytest.mark.parametrize(("kind", "text"), CASES)
def test_facts_of_a_merged_customer_stay_until_the_merge_is_undone(kind, text, pair, imported):
    before = books.state()
    batch = imported(kind, text)
    assert batch.state == Batch.State.DONE and batch.created, batch.errors
    made = merge()
    assert is_refused(batch)
    unmerge(made)
    undo(batch)
    # An account that was opened stays in the ledger, empty.
    facts = {name: rows for name, rows in books.state().items() if name != "exposure_account"}
    assert facts == {name: rows for name, rows in before.items() if name != "exposure_account"}
    assert books.wrong() == []


def test_a_document_never_returns_to_a_record_that_lives_on_in_another(pair, imported):
    """The second file gave I1 to C3; before it, it was GONE's, which is KEEP's by now."""
    make.customer("C3")
    imported("invoices", INVOICES + "I1,1,GONE,2026-03-01,,100.00,,,\n")
    batch = imported("invoices", INVOICES + "I1,1,C3,2026-03-01,,100.00,,,\n")
    made = merge()
    assert is_refused(batch)
    unmerge(made)
    undo(batch)
    assert books.wrong() == []


def test_a_merge_before_the_file_is_in_nobodys_way(pair, imported):
    imported("invoices", INVOICES + "I1,1,GONE,2026-03-01,,100.00,,,\n")
    merge()
    before = books.state()
    batch = imported("invoices", INVOICES + "I1,1,GONE,2026-03-01,,60.00,,,\n")
    undo(batch)
    assert books.state() == before and books.wrong() == []


@pytest.mark.parametrize("is_new", [True, False])
def test_customers_that_were_merged_are_named(is_new, transactional_db, imported):
    if not is_new:
        imported("customers", "code,name\nKEEP,甲\nGONE,甲甲\n")
    batch = imported("customers", "code,name,region\nKEEP,甲,上海\nGONE,甲甲,北京\n")
    assert (batch.created, batch.updated) == ((2, 0) if is_new else (0, 2))
    made = merge()
    assert is_refused(batch)
    unmerge(made)
    if is_new:
        with pytest.raises(BatchNeeded) as refused:
            undo(batch)
        assert {hold.row for hold in refused.value.holds} == {"KEEP", "GONE"}
        assert all("主数据" in hold.zh for hold in refused.value.holds)
    else:
        undo(batch)
        assert set(Customer.objects.values_list("region", flat=True)) == {""}


@pytest.mark.parametrize("by_hand", ["never", "before", "between"])
def test_a_hand_on_a_row_holds_its_batch_through_a_merge(by_hand, transactional_db, imported):
    """Each step commits: whose hand wrote a row is told by its transaction."""
    from xinheng.evidence.models import Statement

    make.customer("KEEP")
    make.customer("GONE")
    batch = imported("statements", STATEMENTS + "GONE,2025-12-31,70.00\n")
    touch = "UPDATE evidence_statement SET changed_xid = pg_current_xact_id()"
    for step in ("before", "between"):
        if by_hand == step:
            with connection.cursor() as cursor:
                cursor.execute(touch)
        if step == "before":
            made = merge()
    unmerge(made)
    if by_hand != "never":
        with pytest.raises(BatchNeeded) as refused:
            undo(batch)
        assert refused.value.holds[0].en == "this row was changed later"
    else:
        undo(batch)
    assert Statement.objects.exists() == (by_hand != "never")


def test_possible_duplicates_go_with_the_customers_they_were_found_among(imported):
    batch = imported("customers", "code,name\nC1,甲\nC2,甲\n")
    one, two = Customer.objects.order_by("pk")
    Candidate.objects.create(first=one, second=two, score=90)
    undo(batch)
    assert not Candidate.objects.exists() and not Customer.objects.exists()
