"""A customer by hand, and lists by custom fields: the page, its address, its files."""

import csv
import io

import pytest

from tests import make
from tests.desk.conftest import user
from xinheng.journal.models import Event, Payload
from xinheng.parties.models import Customer

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
CODE = "91310000631122334X"
FIELDS = (
    {"name": "area", "zh": "仓库面积", "type": "number", "digits": 2, "minimum": "0",
     "required": True, "listed": True},
    {"name": "line", "zh": "业务线", "type": "choice",
     "choices": [{"code": "retail", "zh": "零售"}, {"code": "trade", "zh": "批发"}]},
    {"name": "brands", "zh": "品牌", "type": "choices",
     "choices": [{"code": "a", "zh": "甲牌"}, {"code": "b", "zh": "乙牌"}]},
    {"name": "signed", "zh": "签约日", "type": "date"},
    {"name": "remark", "zh": "备注语", "type": "text"},
)  # fmt: skip


@pytest.fixture
def form(db):
    return make.custom_fields(*FIELDS)


def text_of(answer) -> str:
    return answer.content.decode()


def given(**more):
    return {"code": "C1", "name": "上海一家公司", "currency": "CNY", "area": "12.50", **more}


def edited(client, of: str, **changes):
    page = client.get(f"/customers/{of}/edit/")
    shown = {**page.context["form"].initial, **{i.name: i.value for i in page.context["custom"]}}
    seen = page.context["seen"]
    return client.post(f"/customers/{of}/edit/", {**shown, "seen": seen, **changes})


def test_a_customer_is_created_by_hand(form, signed_in):
    done = signed_in.post(
        "/customers/~new/", given(size="small", brands=["b", "a"], line="trade", since="2024-01-02")
    )
    assert done.status_code == 302 and done["Location"] == "/customers/C1/"
    found = Customer.objects.get(code="C1")
    assert found.custom == {"area": "12.5", "brands": ["a", "b"], "line": "trade"}
    assert found.name_pinyin.startswith("shanghai") and found.size == "small"
    act = Event.objects.get(action="parties.create_customer")
    assert (act.object, act.actor) == ("customer:C1", "user:lin")
    page = text_of(signed_in.get("/customers/C1/"))
    assert "甲牌、乙牌" in page and "/customers/C1/edit/" in page


@pytest.mark.parametrize(
    ("wrong", "column"),
    [
        ({"code": ""}, "code"), ({"name": " "}, "name"),
        ({"credit_code": "913100006311223341"}, "credit_code"),
        ({"group_code": "nowhere"}, "group_code"), ({"owner": "nobody"}, "owner"),
        ({"department": "nothing"}, "department"), ({"currency": "XXX"}, "currency"),
        ({"since": "2999-01-01"}, "since"), ({"registered_capital": "-1"}, "registered_capital"),
        ({"registered_capital": "1.234"}, "registered_capital"), ({"name": "=1+1"}, "name"),
    ],
)  # fmt: skip
def test_the_form_refuses_what_a_file_would(form, signed_in, wrong, column):
    answer = signed_in.post("/customers/~new/", given(**wrong))
    assert answer.status_code == 422 and column in answer.context["form"].errors
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "column"),
    [
        ({"area": ""}, "area"), ({"area": "-1"}, "area"), ({"area": "NaN"}, "area"),
        ({"line": "hidden"}, "line"), ({"brands": ["a", "c"]}, "brands"),
        ({"signed": "2023-02-29"}, "signed"), ({"remark": "=cmd|' /c'!A1"}, "remark"),
        ({"remark": "x" * 201}, "remark"),
    ],
)  # fmt: skip
def test_a_wrong_custom_value_stands_beside_its_input(form, signed_in, wrong, column):
    answer = signed_in.post("/customers/~new/", given(**wrong))
    assert answer.status_code == 422 and not Customer.objects.exists()
    assert [one.name for one in answer.context["custom"] if one.errors] == [column]


def test_a_change_is_journalled_and_a_code_is_given_once(form, signed_in):
    signed_in.post("/customers/~new/", given())
    again = signed_in.post("/customers/~new/", given(name="另一家"))
    assert again.status_code == 422 and "已被使用" in text_of(again)
    assert edited(signed_in, "C1", area="20", region="上海", code="C9").status_code == 302
    found = Customer.objects.get()
    assert (found.code, found.region, found.custom) == ("C1", "上海", {"area": "20"})
    change = Payload.objects.filter(event__action="parties.update_customer").get()
    assert change.before == {"region": "", "custom.area": "12.5"}
    assert change.after == {"region": "上海", "custom.area": "20"}


def test_a_change_over_somebody_elses_is_refused(form, signed_in):
    signed_in.post("/customers/~new/", given())
    Customer.objects.filter(code="C1").update(changed_xid="1")
    late = signed_in.post("/customers/C1/edit/", given(seen="2", name="迟到的"))
    assert late.status_code == 422 and "刚被他人修改" in text_of(late)
    assert Customer.objects.get().name == "上海一家公司"


@pytest.mark.parametrize("role", ["sales", "sales_manager", "collector", "executive", "auditor"])
def test_who_may_not_write_customers_sees_no_form(client, form, role):
    make.customer("C1")
    client.force_login(user("wang", role), backend=BACKEND)
    assert client.get("/customers/~new/").status_code == 403
    assert client.post("/customers/C1/edit/", given()).status_code == 403
    assert "新建客户" not in text_of(client.get("/customers/"))


def test_a_customer_outside_the_scope_is_not_there(client, form):
    make.customer("C1")
    client.force_login(user("wang", "finance", scope="own"), backend=BACKEND)
    assert client.get("/customers/C1/edit/").status_code == 404
    assert client.post("/customers/C1/edit/", given(seen="1")).status_code == 404
    taken = client.post("/customers/~new/", given())
    assert taken.status_code == 422
    mine = client.post("/customers/~new/", given(code="C2"))
    assert mine.status_code == 302 and Customer.objects.get(code="C2").owner.username == "wang"


def filled():
    for code, values in (
        ("C1", {"area": "9", "line": "retail", "brands": ["a"]}),
        ("C2", {"area": "10.5", "line": "trade", "brands": ["a", "b"], "remark": "=1+1"}),
        ("C3", {}),
    ):
        make.customer(code, custom=values)


def codes(answer) -> list[str]:
    return [row.code for row in answer.context["found"].rows]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("c.area.min=10", ["C2"]), ("c.area.min=9&c.area.max=10", ["C1"]),
        ("c.line=retail", ["C1"]), ("c.line=retail&c.line=trade", ["C1", "C2"]),
        ("c.brands=b", ["C2"]), ("c.area.is=missing", ["C3"]), ("c.remark=%3D1", ["C2"]),
        ("c.area.min=9&c.line=trade", ["C2"]), ("c.nobody=1", ["C1", "C2", "C3"]),
        ("c.signed.min=2024-01-01", []),
    ],
)  # fmt: skip
def test_the_address_narrows_by_custom_fields(form, signed_in, query, expected):
    filled()
    answer = signed_in.get(f"/customers/?sort=code&{query}")
    assert codes(answer) == expected
    rows = list(csv.reader(io.StringIO(export(signed_in, query))))
    assert [row[0] for row in rows[1:]] == expected


def export(client, query: str = "") -> str:
    answer = client.get(f"/customers/file.csv?{query}")
    return b"".join(answer.streaming_content).decode("utf-8-sig")


def test_columns_sort_and_files_carry_custom_fields(form, signed_in):
    filled()
    page = text_of(signed_in.get("/customers/?sort=-c.area"))
    assert page.index("10.5") < page.index(">9<") and "仓库面积" in page
    hidden = signed_in.get("/customers/?cols=line")
    assert [h["label"] for h in hidden.context["headings"]][-1] == "业务线"
    rows = list(csv.reader(io.StringIO(export(signed_in))))
    assert rows[0][-5:] == ["仓库面积", "业务线", "品牌", "签约日", "备注语"]
    assert rows[2][-5:] == ["10.5", "批发", "甲牌、乙牌", "", "'=1+1"]
    assert b"".join(signed_in.get("/customers/file.xlsx").streaming_content)[:2] == b"PK"


def test_an_unreadable_bound_is_named_and_narrows_nothing(form, signed_in):
    filled()
    for text in ("NaN", "1e9", "x" * 500, "'; DROP TABLE parties_customer; --", '$."a"'):
        answer = signed_in.get("/customers/", {"c.area.min": text})
        assert answer.status_code == 200 and len(codes(answer)) == 3
        assert "不是数字" in text_of(answer)


def test_the_list_asks_a_bounded_number_of_queries(form, signed_in, django_assert_max_num_queries):
    filled()
    with django_assert_max_num_queries(12):
        signed_in.get("/customers/?c.area.min=1&sort=c.area", HTTP_HX_REQUEST="true")
