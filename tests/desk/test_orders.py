"""Pages of order credit: whole and in part, who may what, what is said when it is refused."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import make
from tests.desk.conftest import user
from xinheng.exposure.models import Account
from xinheng.kernel.money import Money
from xinheng.orders import operations as orders
from xinheng.orders.models import Decision, Hold, Order
from xinheng.orders.rules.placed import LineFacts, OrderFacts

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
FRAGMENT = {"HTTP_HX_REQUEST": "true"}
pytestmark = pytest.mark.django_db


def text_of(response: Any) -> str:
    return response.content.decode()


def place(number: str, of: Account, minor: int, **more: Any) -> Order:
    """Enter an order of one line; it is decided on at once."""
    facts = OrderFacts(
        number, of.customer_id, timezone.localdate(), Money(minor, "CNY"),
        lines=(LineFacts(minor, "轴承"),), **more,
    )  # fmt: skip
    return orders.place(by=make.CLERK, facts=facts, today=timezone.localdate()).order


@pytest.fixture
def buyer(db):
    """A customer of 华东轴承 with a limit of 1,000.00."""
    return make.account(100_000, of=make.customer("HD01", name="华东轴承有限公司"))


@pytest.fixture
def desk(buyer, signed_in):
    """The desk of a credit manager; one order goes on, another is held."""
    place("SO-1", buyer, 60_000, ship_date=timezone.localdate() + timedelta(days=3))
    place("SO-2", buyer, 70_000)
    return signed_in


def queries_of(client, address, **extra):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address, **extra).status_code == 200
    return len(captured)


def test_lists_answer_whole_and_in_part_within_their_queries(desk):
    for address, marker in (("/orders/", 'id="orders"'), ("/orders/holds/", 'id="holds"')):
        whole, part = desk.get(address), desk.get(address, **FRAGMENT)
        assert "<html" in text_of(whole) and marker in text_of(whole)
        assert "<html" not in text_of(part) and marker in text_of(part)
        assert "HX-Request" in whole["Vary"] and "no-store" in part["Cache-Control"]
        assert queries_of(desk, address) <= 12, address


def test_the_queries_of_the_lists_do_not_grow_with_the_orders(desk, buyer):
    desk.get("/orders/")  # the session is written once
    before = [queries_of(desk, address) for address in ("/orders/", "/orders/holds/")]
    for at in range(12):
        place(f"SO-9{at}", buyer, 90_000)
    assert [queries_of(desk, address) for address in ("/orders/", "/orders/holds/")] == before


def test_orders_are_narrowed_sorted_and_added_up_by_the_address(desk, buyer):
    held = text_of(desk.get("/orders/?credit=held", **FRAGMENT))
    assert "SO-2" in held and "SO-1<" not in held and "700.00" in held
    assert "合计 1 张订单" in held
    assert "SO-1" in text_of(desk.get("/orders/?q=so-1", **FRAGMENT))
    assert "SO-2" in text_of(desk.get("/orders/?view=waiting&customer=HD01", **FRAGMENT))
    assert "没有符合条件的订单" in text_of(desk.get("/orders/?q=nobody"))
    first = text_of(desk.get("/orders/?sort=amount", **FRAGMENT))
    assert first.index("SO-1") < first.index("SO-2")
    for nonsense in ("?page=0", "?sort=drop", "?first=x", "?view=none", "?status=gone"):
        assert desk.get(f"/orders/{nonsense}").status_code == 200


def test_the_list_is_a_file_nothing_executes(desk, buyer):
    place("=1+1", buyer, 1_000)
    body = b"".join(desk.get("/orders/file.csv").streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(body)))
    assert len(rows) == 4 and {row[0] for row in rows[1:]} == {"SO-1", "SO-2", "'=1+1"}
    assert b"".join(desk.get("/orders/file.xlsx").streaming_content)[:2] == b"PK"


def test_one_box_answers_whether_one_may_ship(desk):
    yes = text_of(desk.post("/orders/check/", {"q": "300 给 华东"}, **FRAGMENT))
    assert "<html" not in yes and "is-approved" in yes and "之后还可用 100.00" in yes
    no = text_of(desk.post("/orders/check/", {"q": "HD01 5万"}))
    assert "会被冻结" in no and "超出信用额度" in no and "现在可用 400.00" in no
    # What would help is a link where it can be begun here.
    assert re.search(r'href="/orders/check/\?q=400\.00\+HD01"', no)
    assert Decision.objects.filter(purpose="check").count() == 2
    assert Order.objects.count() == 2


def test_the_box_says_what_it_misses(desk, buyer):
    make.account(1, of=make.customer("HD02", name="华东阀门有限公司"))
    for said, told in (
        ("华东轴承", "没有读到金额"), ("5万 给 查无此人", "找不到“查无此人”"),
        ("100.999 HD01", "100.999"), ("5万", "没有读到客户"),
    ):  # fmt: skip
        answer = desk.post("/orders/check/", {"q": said}, **FRAGMENT)
        assert answer.status_code == 422 and told in text_of(answer), said
    several = text_of(desk.post("/orders/check/", {"q": "100 华东"}, **FRAGMENT))
    assert "是哪一家" in several and 'value="HD02"' in several
    chosen = desk.post("/orders/check/", {"q": "100 华东", "customer": "HD01"}, **FRAGMENT)
    assert "is-approved" in text_of(chosen)


def test_an_order_page_tells_the_verdict_the_way_and_what_may_be_done(desk):
    held = text_of(desk.get("/orders/of/SO-2/?from=holds"))
    for told in ("已冻结", "超出信用额度", "客户付款 300.00 CNY", "从敞口到可用额度",
                 "在您的放行权限以内", 'data-open="d-release"', "信用决定"):  # fmt: skip
        assert told in held, told
    passed = text_of(desk.get("/orders/of/SO-1/"))
    assert 'data-open="d-ship"' in passed and "d-release" not in passed
    assert desk.get("/orders/of/none/").status_code == 404
    assert queries_of(desk, "/orders/of/SO-2/") <= 24


def test_an_order_is_entered_with_lines_and_kept_when_it_is_held(desk):
    assert "SO-" in text_of(desk.get("/orders/new/?customer=HD01&amount=50.00"))
    sent = {
        "number": "SO-7", "customer": "HD01", "order_date": f"{timezone.localdate()}",
        "currency": "CNY", "item": ["轴承", "", "皮带"], "quantity": ["2", "", ""],
        "line_amount": ["100.00", "", "1,400"],
    }  # fmt: skip
    live = text_of(desk.post("/orders/new/check/", sent, **FRAGMENT))
    assert "会被冻结" in live and not Order.objects.filter(number="SO-7").exists()
    assert not Decision.objects.filter(document_number="SO-7").exists()
    answer = desk.post("/orders/new/", sent, follow=True)
    assert "被信用冻结" in text_of(answer) and answer.redirect_chain[0][0] == "/orders/of/SO-7/"
    assert list(
        Order.objects.get(number="SO-7").lines.order_by("line").values_list("amount_minor", "item")
    ) == [(10_000, "轴承"), (140_000, "皮带")]
    again = desk.post("/orders/new/", sent)
    assert again.status_code == 422 and "订单 SO-7 已存在" in text_of(again)
    empty = {"line_amount": [""], "item": [""], "quantity": [""]}
    for wrong, told in (
        ({"customer": "没有这家"}, "找不到客户"), ({"line_amount": ["x"]}, "x"),
        (empty, "至少填写一行"),
    ):  # fmt: skip
        answer = desk.post("/orders/new/", {**sent, "number": "SO-8", **wrong})
        assert answer.status_code == 422 and told in text_of(answer), told


def test_a_change_is_checked_and_does_not_overwrite_a_later_one(desk):
    order = Order.objects.get(number="SO-2")
    sent = {
        "number": "SO-2", "customer": "HD01", "order_date": f"{order.order_date}",
        "currency": "CNY", "item": "轴承", "line_amount": "300.00", "version": order.version,
    }  # fmt: skip
    assert desk.get("/orders/of/SO-2/edit/").status_code == 200
    assert "已放行" in text_of(desk.post("/orders/of/SO-2/edit/", sent, follow=True))
    late = desk.post("/orders/of/SO-2/edit/", sent)
    assert late.status_code == 422 and "已被他人修改" in text_of(late)


def act(client, number, verb, /, **given):
    return text_of(client.post(f"/orders/of/{number}/act/{verb}/", given, follow=True))


def test_a_held_order_is_rechecked_released_shipped_and_held_again(desk, buyer):
    today = f"{timezone.localdate()}"
    assert "仍然冻结" in act(desk, "SO-2", "recheck")
    assert "放行金额" in act(desk, "SO-2", "release", amount="", covers="later", reason="老客户")
    done = act(desk, "SO-2", "release", amount="700", covers="later", reason="老客户",
               until=today)  # fmt: skip
    assert "已特批放行" in done and "老客户" in done and "本单及后续步骤" in done
    assert "已发货 D-1" in act(desk, "SO-2", "ship", number="D-1", shipped_on=today, amount="200")
    assert "已撤回" in act(desk, "SO-2", "revoke", reason="回款没有到")
    assert Order.objects.get(number="SO-2").credit == "held"
    assert "已特批放行" in act(desk, "SO-2", "release", amount="700", covers="later", reason="补")
    assert "只剩" in act(desk, "SO-2", "ship", number="D-2", shipped_on=today, amount="9000")
    assert "已冻结" in act(desk, "SO-2", "hold", reason="等对账")
    assert "已拒绝" in act(desk, "SO-2", "reject", reason="对账不符")
    assert desk.post("/orders/of/SO-2/act/explode/").status_code == 404


def test_an_order_is_cancelled_reopened_and_copied(desk):
    assert "占用已释放" in act(desk, "SO-1", "cancel", reason="客户取消")
    assert Order.objects.get(number="SO-1").reservation_id is None
    assert "重新打开" in text_of(desk.get("/orders/of/SO-1/"))
    assert "已放行" in act(desk, "SO-1", "reopen")
    copied = text_of(desk.get("/orders/new/?copy=SO-1"))
    assert "复制自 SO-1" in copied and "600.00" in copied


def test_ticked_holds_are_rechecked_or_released_within_authority(desk, buyer):
    place("SO-3", buyer, 90_000_000)  # beyond what a credit manager may release
    told = {"back": "/orders/holds/?sort=-amount", "order": ["SO-2", "SO-3"]}

    def post(**more):
        return text_of(desk.post("/orders/holds/act/", {**told, **more}, follow=True))

    assert "请先勾选订单" in post(order=[], verb="recheck")
    assert "请填写放行原因" in post(verb="release")
    assert "已重新检查 2 张" in post(verb="recheck")
    assert "已重新检查 2 张" in post(verb="recheck-all")
    done = post(verb="release", reason="小额放行")
    assert "已放行 1 张订单" in done and "SO-3：放行需要超出额度" in done
    assert list(Hold.objects.filter(state="open").values_list("order__number", flat=True)) == [
        "SO-3"
    ]
    answer = desk.post("/orders/holds/act/", {"back": "//evil.example/"})
    assert answer["Location"] == "/orders/holds/"


def test_a_reader_may_look_and_not_act_and_others_see_nothing(desk, client):
    client.force_login(user("shen", role="auditor"), backend=BACKEND)
    page = text_of(client.get("/orders/of/SO-2/"))
    assert "已冻结" in page and "d-release" not in page and "d-cancel" not in page
    assert client.get("/orders/check/").status_code == 403
    assert client.get("/orders/new/").status_code == 403
    client.post("/orders/of/SO-2/act/release/",
                {"amount": "1", "covers": "step", "reason": "x"})  # fmt: skip
    assert Hold.objects.get(order__number="SO-2").state == "open"
    client.force_login(user("xiao", role="sales", scope="own"), backend=BACKEND)
    for address in ("of/SO-2/", "of/SO-2/edit/", "exposure/customer/HD01/"):
        assert client.get(f"/orders/{address}").status_code == 404
    assert "SO-2" not in text_of(client.get("/orders/")) + text_of(client.get("/orders/holds/"))
    refused = client.post("/orders/check/", {"q": "100 HD01"}, **FRAGMENT)
    assert refused.status_code == 422 and "找不到“HD01”" in text_of(refused)


def test_exposure_shows_the_path_the_sums_and_every_entry(desk, buyer):
    page = desk.get("/orders/exposure/customer/HD01/")
    shown = text_of(page)
    assert page.context["file"].node.reserved_minor == 60_000
    assert page.context["file"].room_minor == 40_000
    for told in ("静态敞口", "动态敞口", "从占用到可用", "/orders/of/SO-1/", "按到期日与发货日"):
        assert told in shown, told
    part = text_of(desk.get("/orders/exposure/customer/HD01/?counter=reserved", **FRAGMENT))
    assert "<html" not in part and "SO-1" in part
    assert "这一种没有分录" in text_of(
        desk.get("/orders/exposure/customer/HD01/?counter=bills", **FRAGMENT)
    )
    assert queries_of(desk, "/orders/exposure/customer/HD01/") <= 16
    assert desk.get("/orders/exposure/customer/none/").status_code == 404


def test_a_group_shows_its_members_and_what_they_were_promised_together(desk):
    group = make.group("G1")
    first = make.account(80_000, of=make.customer("M1", name="甲公司", group=group))
    make.account(70_000, of=make.customer("M2", name="乙公司", group=group))
    make.limited(make.group_account(group), 100_000)
    place("SO-5", first, 30_000)
    shown = text_of(desk.get("/orders/exposure/group/G1/"))
    for told in ("集团成员", "甲公司", "乙公司", "成员额度合计 1,500.00", "比集团额度多 500.00"):
        assert told in shown, told
    assert desk.get("/orders/exposure/group/G9/").status_code == 404


def test_why_says_of_every_rule_what_became_of_it(desk):
    page = text_of(desk.get("/orders/of/SO-1/why/"))
    assert "通过" in page and "额度占用" in page and "credit_rules.default@" in page
    held = text_of(desk.get("/orders/of/SO-2/why/?now=1", **FRAGMENT))
    assert "<html" not in held and "比额度" in held
    assert desk.get("/orders/of/none/why/").status_code == 404


def test_the_first_page_shows_what_is_held_and_asks_in_one_box(desk):
    home = text_of(desk.get("/"))
    later = re.findall(r'hx-get="(/[^"]*(?:holds|quick)[^"]*)"', home)
    shown = "".join(text_of(desk.get(one)) for one in later)
    assert "冻结的订单" in shown and "SO-2" in shown and 'action="/orders/check/"' in shown


def test_the_palette_finds_orders_by_their_number(desk):
    found = text_of(desk.get("/search/", {"q": "SO-2"}, **FRAGMENT))
    assert 'href="/orders/of/SO-2/"' in found and "冻结" in found and "SO-1" not in found
