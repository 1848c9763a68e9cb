"""Every page by Django's client: whole and in part, to whom it opens, and what it costs."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.desk.conftest import user

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
FRAGMENT = {"HTTP_HX_REQUEST": "true"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(company: None, signed_in: Any) -> Any:
    """The filled company, seen by a credit manager."""
    return signed_in


def text_of(response: Any) -> str:
    return response.content.decode()


def queries_of(client: Any, address: str, **extra: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address, **extra).status_code == 200
    return len(captured)


def test_lists_answer_whole_and_in_part_within_their_queries(desk):
    for address, marker, most in (
        ("/", "指标与算法", 12), ("/customers/", 'id="customers"', 12),
        ("/orders/", 'id="orders"', 7), ("/orders/holds/", 'id="holds"', 7),
        ("/items/", 'id="items"', 5), ("/ageing/", 'id="ageing-table"', 6),
        ("/kpi/", 'id="kpi-trend"', 6), ("/reviews/", "历次评审", 6), ("/imports/", "导入记录", 6),
    ):  # fmt: skip
        whole = desk.get(address)
        assert whole.status_code == 200
        assert "<html" in text_of(whole) and marker in text_of(whole)
        assert "HX-Request" in whole["Vary"]
        assert queries_of(desk, address) <= most, address


def test_a_fragment_is_the_table_alone_and_is_not_kept(desk):
    for address, marker in (("/customers/", 'id="customers"'), ("/items/", 'id="items"')):
        part = desk.get(address, **FRAGMENT)
        assert "<html" not in text_of(part) and marker in text_of(part)
        assert "no-store" in part["Cache-Control"]
    assert queries_of(desk, "/customers/", **FRAGMENT) <= 12


def test_filters_and_sort_stand_in_the_address(desk):
    from xinheng.parties.models import Customer

    one = Customer.objects.order_by("pk")[0]
    found = text_of(desk.get("/customers/", {"q": one.name_pinyin[:8], "sort": "code"}))
    assert one.name in found
    assert "没有符合条件的客户" in text_of(desk.get("/customers/", {"q": "nobody-here"}))
    for nonsense in ("?page=0", "?page=-3", "?page=x", "?size=7", "?sort=drop", "?view=none",
                     "?page=99999999999999999999"):  # fmt: skip
        assert desk.get(f"/customers/{nonsense}").status_code == 200


def test_the_whole_list_is_a_file_nothing_executes(desk):
    from xinheng.parties.models import Customer

    Customer.objects.filter(pk=Customer.objects.order_by("code")[0].pk).update(name="=1+1")
    body = b"".join(desk.get("/customers/file.csv").streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(body)))
    assert len(rows) == 1 + Customer.objects.count()
    assert rows[1][1] == "'=1+1"
    for address in ("/customers/file.xlsx", "/items/file.xlsx", "/ageing/file.xlsx"):
        assert b"".join(desk.get(address).streaming_content)[:2] == b"PK"


def test_every_figure_of_the_ageing_leads_to_its_invoices(desk):
    from xinheng import access
    from xinheng.desk.frame import today
    from xinheng.insight import ageing

    found = ageing.ageing(by=access.system("test"), as_of=today())
    line = found.currencies["CNY"]
    bucket = next(at for at, minor in enumerate(line.buckets, 1) if minor)
    page = desk.get("/items/", {"bucket": bucket, "currency": "CNY"})
    assert page.context["found"].totals == {"CNY": line.buckets[bucket - 1]}
    overdue = desk.get("/items/", {"state": "overdue", "currency": "CNY"})
    assert overdue.context["found"].totals == {"CNY": line.overdue}
    assert desk.get("/items/", {"currency": "CNY"}).context["found"].totals == {"CNY": line.total}


def test_unreadable_buckets_are_refused_beside_their_field(desk):
    answer = desk.get("/ageing/", {"buckets": "90,30"})
    assert answer.status_code == 422
    assert "请填写递增的正整数天数" in text_of(answer)


def test_a_customer_file_explains_its_grade(desk):
    from xinheng.limits.models import Latest

    latest = Latest.objects.select_related("customer").order_by("score")[0]
    page = desk.get(f"/customers/{latest.customer.code}/")
    shown = text_of(page)
    assert page.context["explained"].grade == latest.grade
    lines = page.context["explained"].lines
    earned = sum(line.earned for line in lines)
    # The lines add up to the score, which is floored to hundredths.
    assert latest.score <= earned < latest.score + 1
    assert "为什么是这个评级" in shown and "steelyard" in shown
    older = desk.get(f"/customers/{latest.customer.code}/timeline/?page=2", **FRAGMENT)
    assert older.status_code == 200 and "<html" not in text_of(older)
    assert queries_of(desk, f"/customers/{latest.customer.code}/") <= 34


def test_a_review_is_read_filtered_and_filed(desk):
    from xinheng.reviews.models import Review

    review = Review.objects.order_by("-pk")[0].uuid
    page = desk.get(f"/reviews/{review}/")
    grade = next(iter(page.context["distribution"].grades))
    assert page.context["matrix"]["migration"].before is not None
    narrowed = desk.get(f"/reviews/{review}/", {"grade": grade}, **FRAGMENT)
    assert narrowed.context["pages"].count == page.context["distribution"].grades[grade]
    body = b"".join(desk.get(f"/reviews/{review}/file.csv").streaming_content)
    assert body.decode("utf-8-sig").count("\r\n") == 1 + page.context["distribution"].customers
    assert queries_of(desk, f"/reviews/{review}/") <= 34


def test_starting_a_review_wants_a_day_that_has_come(desk):
    for given, said in (
        ({"as_of": ""}, "请选择截止日"), ({"as_of": "2999-01-01"}, "截止日不能晚于今天"),
        ({"as_of": "2026-01-01", "customers": "ghost"}, "找不到客户"),
    ):  # fmt: skip
        answer = desk.post("/reviews/start/", given)
        assert answer.status_code == 422
        assert said in text_of(answer)


def test_an_upload_is_refused_beside_its_field(desk):
    nothing = desk.post("/imports/new/invoices/", {})
    assert nothing.status_code == 422 and "请选择一个 CSV 或 XLSX 文件" in text_of(nothing)
    wrong = SimpleUploadedFile("a.pdf", b"%PDF")
    assert desk.post("/imports/new/invoices/", {"file": wrong}).status_code == 422
    mapping = SimpleUploadedFile("m.yml", b"kind: customers\ncolumns: {code: a}\n")
    file = SimpleUploadedFile("a.csv", b"number\n1\n")
    answer = desk.post("/imports/new/invoices/", {"file": file, "mapping": mapping})
    assert answer.status_code == 422
    assert desk.get("/imports/new/nothing/").status_code == 404


def test_a_template_carries_the_labels_of_its_kind(desk):
    from xinheng.exchange.kinds import KINDS

    body = b"".join(desk.get("/imports/templates/invoices.csv").streaming_content)
    header = body.decode("utf-8-sig").strip().split(",")
    assert header == [column.zh for column in KINDS["invoices"].columns]


def test_what_is_not_there_says_so_in_words(desk):
    for address in ("/customers/ghost/", "/items/invoice/ghost/", "/nowhere/"):
        answer = desk.get(address)
        assert answer.status_code == 404
        assert "返回工作台" in text_of(answer)


@pytest.mark.parametrize(
    ("role", "address", "status"),
    [
        ("sales", "/imports/new/invoices/", 403), ("auditor", "/imports/new/invoices/", 403),
        ("administrator", "/customers/", 403), ("administrator", "/", 200),
        ("sales", "/", 200), ("finance", "/", 200), ("collector", "/", 200),
        ("executive", "/", 200), ("auditor", "/", 200), ("auditor", "/reviews/", 200),
    ],
)  # fmt: skip
def test_a_page_opens_to_those_who_may(client, role, address, status):
    client.force_login(user(role, role), backend=BACKEND)
    answer = client.get(address)
    assert answer.status_code == status
    if status == 403:
        assert "管理员" in text_of(answer) or "administrator" in text_of(answer)


def test_a_salesperson_sees_own_customers_only(company, client):
    from xinheng.parties.models import Customer

    seller = user("seller", "sales", "own")
    mine, other = Customer.objects.order_by("code")[:2]
    Customer.objects.filter(pk=mine.pk).update(owner=seller)
    client.force_login(seller, backend=BACKEND)
    listed = client.get("/customers/").context["found"]
    assert [row.code for row in listed.rows] == [mine.code]
    assert client.get(f"/customers/{other.code}/").status_code == 404
    assert client.get("/search/", {"q": other.code}).context["found"].customers == ()


def test_a_stranger_is_sent_to_the_door_and_a_fragment_moves_the_browser(client):
    assert client.get("/customers/")["Location"].startswith("/accounts/login/")
    moved = client.get("/customers/", **FRAGMENT)
    assert moved.status_code == 204
    assert moved["HX-Redirect"].startswith("/accounts/login/")


def test_the_bell_tells_once_and_leads_on(signed_in):
    from django.contrib.auth import get_user_model

    from xinheng import access
    from xinheng.messaging import operations as messaging

    me = get_user_model().objects.get(username="lin")
    messaging.notify(
        by=access.system("test"), user_id=me.pk, key="k", title_zh="评审完成", title_en="done",
        link="/reviews/",
    )  # fmt: skip
    page = signed_in.get("/reviews/")
    assert "评审完成" in text_of(page)
    notice = page.context["shell"].notices[0].id
    assert signed_in.get(f"/notices/{notice}/")["Location"] == "/reviews/"
    assert signed_in.get("/reviews/").context["shell"].notices == ()
    assert signed_in.get("/notices/999999/").status_code == 404


def test_empty_books_invite_to_begin(signed_in):
    for address, said in (
        ("/", "账簿还是空的"), ("/customers/", "还没有客户"), ("/items/", "没有未清的应收"),
        ("/ageing/", "没有未清的应收"), ("/reviews/", "还没有运行过评审"),
        ("/imports/", "还没有导入过文件"),
    ):  # fmt: skip
        assert said in text_of(signed_in.get(address)), address


def test_the_policy_lets_no_inline_script_run(signed_in):
    policy = signed_in.get("/")["Content-Security-Policy"]
    assert "script-src 'self'" in policy and "unsafe-eval" not in policy
    templates = Path(__file__).resolve().parents[2] / "xinheng" / "desk" / "templates"
    for path in templates.rglob("*.html"):
        source = path.read_text("utf-8")
        assert " style=" not in source, path
        assert "onclick" not in source and "hx-on" not in source and "<style" not in source, path
        for tag in source.split("<script")[1:]:
            assert "src=" in tag.split(">")[0], path
