"""The pages of duplicates and merges: list, judge, compare, merge, undo."""

from datetime import date
from typing import Any

import pytest

from tests import make
from tests.desk.conftest import user
from xinheng.masterdata.models import Candidate, Merge, Search
from xinheng.parties.models import Customer

JAN = date(2026, 1, 5)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
FRAGMENT = {"HTTP_HX_REQUEST": "true"}
pytestmark = pytest.mark.django_db


def text_of(response: Any) -> str:
    return response.content.decode()


@pytest.fixture
def pair() -> tuple[Customer, Customer]:
    """Two records of one company, each with an account and an invoice, and the pair found."""
    left = make.customer("K1", name="苏州恒通机械有限公司", region="江苏", group=make.group("G1"))
    right = make.customer("K2", name="苏州市恒通机械股份有限公司", region="江苏", industry="C34")
    for number, customer in enumerate((left, right), 1):
        make.account(number * 1_000_000, of=customer)
        make.invoice(f"I{number}", customer, 900_000, JAN)
    Candidate.objects.create(
        first=left, second=right, score=92,
        reasons=[["name-form", {"core": "恒通机械"}], ["region-equal", {"region": "江苏"}]],
    )  # fmt: skip
    return left, right


def test_the_worklist_shows_pairs_with_reasons_and_filters_them(signed_in, pair):
    page = text_of(signed_in.get("/duplicates/"))
    assert "恒通机械" in page and "去掉地区与公司形式后名称相同" in page
    assert "还没有全面查找过" in page
    part = text_of(signed_in.get("/duplicates/", {"q": "nobody"}, **FRAGMENT))
    assert "<html" not in part and "没有符合条件的客户对" in part
    assert "K2" in text_of(signed_in.get("/duplicates/", {"q": "K2", "least": "90"}))
    for nonsense in ("?state=x", "?least=x", "?page=0", "?least=99999"):
        assert signed_in.get(f"/duplicates/{nonsense}").status_code == 200


def test_an_empty_worklist_says_what_to_do(signed_in):
    assert "没有待处理的重复客户" in text_of(signed_in.get("/duplicates/"))
    assert "还没有合并过客户" in text_of(signed_in.get("/duplicates/merges/"))


def test_a_search_is_started_once_and_shows_its_progress(signed_in):
    assert signed_in.post("/duplicates/search/").status_code == 302
    assert Search.objects.get().state == "waiting"
    part = text_of(signed_in.get("/duplicates/", {"part": "state"}, **FRAGMENT))
    assert "<html" not in part and "排队中" in part and "every 2s" in part
    assert signed_in.post("/duplicates/search/").status_code == 422


def test_a_decision_is_remembered_and_taken_back(signed_in, pair):
    address = f"/duplicates/{Candidate.objects.get().pk}/judge/"
    answer = signed_in.post(address, {"verdict": "distinct", "back": "https://elsewhere.example/"})
    assert answer["Location"] == "/duplicates/"
    assert Candidate.objects.get().state == "distinct"
    assert "重新处理" in text_of(signed_in.get("/duplicates/", {"state": "distinct"}))
    signed_in.post(address, {"verdict": "open"})
    assert Candidate.objects.get().state == "open"


def test_two_records_are_compared_merged_and_parted_again(signed_in, pair):
    page = signed_in.get("/duplicates/compare/", {"survivor": "K1", "merged": "K2"})
    shown = text_of(page)
    assert 'name="field.name"' in shown and 'name="field.region"' not in shown
    assert "18,000.00" in shown and "超出" in shown
    answer = signed_in.post(
        "/duplicates/merge/",
        {"survivor": "K1", "merged": "K2", "field.industry": "merged", "field.name": "survivor",
         "limit.main": "merged", "note": "同一家"},
    )  # fmt: skip
    made = Merge.objects.get()
    assert answer["Location"] == f"/duplicates/merges/{made.uuid}/"
    detail = text_of(signed_in.get(answer["Location"]))
    assert "发票与收款" in detail and "撤销合并" in detail and "C34" in detail
    assert "已合并" in text_of(signed_in.get("/duplicates/", {"state": "merged"}))
    # The old code leads to the survivor, on its page and in the search.
    assert "苏州恒通机械有限公司" in text_of(signed_in.get("/customers/K2/"))
    assert "苏州恒通机械有限公司" in text_of(signed_in.get("/search/", {"q": "K2"}))
    assert "K1" in text_of(signed_in.get("/duplicates/merges/", {"q": "恒通"}))
    signed_in.post(f"/duplicates/merges/{made.uuid}/undo/", {"note": "弄错了"})
    assert "已撤销" in text_of(signed_in.get(answer["Location"]))
    assert Customer.objects.filter(code__in=["K1", "K2"]).count() == 2


def test_what_forbids_undoing_is_said_on_the_page(signed_in, pair):
    signed_in.post("/duplicates/merge/", {"survivor": "K1", "merged": "K2"})
    made = Merge.objects.get()
    make.receipt("R1", pair[0], 100, JAN, invoice_number="I2")
    signed_in.post(f"/duplicates/merges/{made.uuid}/undo/", {"note": "x"})
    page = text_of(signed_in.get(f"/duplicates/merges/{made.uuid}/"))
    assert "R1 → I2" in page and "已撤销" not in page


def test_codes_that_cannot_be_compared_are_refused_beside_their_fields(signed_in, pair):
    assert "比较两个客户" in text_of(signed_in.get("/duplicates/compare/"))
    for other, status in (("K1", 422), ("nobody", 404)):
        answer = signed_in.get("/duplicates/compare/", {"survivor": "K1", "merged": other})
        assert answer.status_code == status and 'id="e-pair"' in text_of(answer)


def test_who_may_only_look_cannot_merge(client, pair):
    client.force_login(user("seller", role="sales"), backend=BACKEND)
    client.cookies["django_language"] = "zh-hans"
    page = text_of(client.get("/duplicates/compare/", {"survivor": "K1", "merged": "K2"}))
    assert "合并需要" in page and 'type="radio" name="field' not in page
    for address in ("/duplicates/merge/", "/duplicates/search/"):
        assert client.post(address, {"survivor": "K1", "merged": "K2"}).status_code == 403
