"""The code of a merged customer leads to the survivor wherever a code is read."""

from datetime import date
from typing import Any

import pytest

from tests import make
from tests.api.rest import problem, rest
from tests.exchange.conftest import imported  # noqa: F401
from tests.masterdata import books
from xinheng.evidence.models import Event
from xinheng.insight import search
from xinheng.masterdata import operations as masterdata
from xinheng.masterdata.models import Candidate, Merge
from xinheng.parties.models import Customer
from xinheng.receivables.models import Invoice, Receipt

JAN = date(2026, 1, 5)
pytestmark = pytest.mark.django_db


@pytest.fixture
def merged() -> Merge:
    """OLD was merged into NEW."""
    make.customer("NEW", name="新名称有限公司", credit_code="91310115MA1H7XQN6B")
    old = make.customer("OLD", name="旧名称有限公司", credit_code="914403001922038216")
    make.invoice("I1", old, 1_000, JAN)
    return masterdata.merge(by=make.CLERK, survivor="NEW", merged="OLD", choices={}, limits={},
                            note="", on=JAN)  # fmt: skip


def test_files_with_the_old_code_reach_the_survivor(merged, imported: Any):  # noqa: F811
    done = imported(
        "invoices",
        "number,customer_code,issue_date,amount\nI1,OLD,2026-01-05,10.00\nI2,OLD,2026-02-01,5.00\n",
    )
    assert done.state == "done", done.errors
    done = imported(
        "receipts", "number,customer_code,received_date,amount\nR1,OLD,2026-02-02,1.00\n"
    )
    assert done.state == "done", done.errors
    done = imported(
        "events",
        "event_date,kind,title,credit_code,name,source,reference\n"
        "2026-01-06,news,甲,914403001922038216,,s,1\n2026-01-06,news,乙,,旧名称有限公司,s,2\n",
    )
    assert done.state == "done", done.errors
    for model in (Invoice, Receipt, Event):
        assert set(model.objects.values_list("customer__code", flat=True)) == {"NEW"}
    assert Invoice.objects.count() == 2
    assert books.wrong() == []


def test_a_customer_file_with_the_old_code_leaves_the_survivor_alone(
    merged,
    imported: Any,  # noqa: F811
):
    done = imported("customers", "code,name\nOLD,更旧的名称有限公司\n")
    assert done.state == "done", done.errors
    assert Customer.objects.get().name == "新名称有限公司"
    assert Customer.every.get(code="OLD").name == "更旧的名称有限公司"
    masterdata.undo(by=make.CLERK, merge_id=merged.uuid, note="", on=JAN, at=make.midnight(JAN))
    assert Customer.objects.get(code="OLD").name == "更旧的名称有限公司"
    assert books.wrong() == []


def test_search_and_rest_follow_the_old_code(merged):
    for text in ("OLD", "旧名称", "914403001922038216"):
        found = search.search(by=make.CLERK, text=text).customers
        assert [one.code for one in found] == ["NEW"]
    reader = rest("read")
    assert reader.get("/customers/OLD").json()["code"] == "NEW"
    assert reader.get("/customers/OLD/timeline").status_code == 200
    assert [one["code"] for one in reader.get("/customers").json()["items"]] == ["NEW"]


def test_pairs_are_listed_judged_merged_and_parted_over_rest():
    one, other = make.customer("A", name="甲有限公司"), make.customer("B", name="甲有限公司")
    pair = Candidate.objects.create(first=one, second=other, score=92,
                                    reasons=[["name-equal", {}]])  # fmt: skip
    reader, steward = rest("read"), rest("admin")
    (line,) = reader.get("/duplicates?min_score=90").json()["items"]
    assert [party["code"] for party in line["customers"]] == ["A", "B"]
    assert line["reasons"][0]["message"] == "名称相同"
    problem(reader.post("/merges", {"survivor": "A", "merged": "B"}), 403, "forbidden")
    judged = steward.post(f"/duplicates/{pair.pk}/judge", {"is_distinct": True, "note": "x"})
    assert judged.json() == {"id": pair.pk, "state": "distinct"}
    body = {"survivor": "A", "merged": "B", "fields": {"region": "merged"}}
    made = steward.post("/merges", body, key="once")
    assert made.status_code == 201
    assert steward.post("/merges", body, key="once").content == made.content
    problem(steward.post("/merges", body), 409, "already-merged")
    undone = steward.post(f"/merges/{made.json()['id']}/undo", {})
    assert undone.json()["kept"] == []
    problem(steward.post(f"/merges/{made.json()['id']}/undo", {}), 409, "merge-already-undone")
