"""The rule designer: rules read as sentences, changed by forms, tried on history, published."""

import re
from typing import Any

import pytest

from tests import make
from tests.desk.conftest import user
from tests.desk.test_orders import BACKEND, FRAGMENT, place, text_of
from xinheng import definitions

pytestmark = pytest.mark.django_db


@pytest.fixture
def buyer(db):
    return make.account(100_000, of=make.customer("HD01", name="华东轴承有限公司"))


@pytest.fixture
def desk(buyer, signed_in):
    place("SO-1", buyer, 60_000)
    return signed_in


def rules_of() -> Any:
    return definitions.published("credit_rules").content


def at_of(name: str) -> int:
    return next(at for at, row in enumerate(rules_of().rules) if row.name == name)


def test_the_rules_read_as_sentences(desk):
    page = text_of(desk.get("/orders/rules/"))
    for told in ("最早欠款逾期过久，30 天（1 以下不计，宽限 3 天）", "放行权限", "500000",
                 "没有例外"):  # fmt: skip
        assert told in page, told


def test_a_rule_is_changed_tried_on_history_published_and_taken_back(desk):
    at = at_of("单笔上限")
    form = text_of(desk.get(f"/orders/rules/rules/{at}/"))
    seen = re.search(r'name="seen" value="([^"]+)"', form)[1]
    sent = {
        "seen": seen, "name": "单笔上限", "type": "document-value", "effect": "warn",
        "breadth": "all", "amount": "500", "at.order.confirm": "hold", "at.order.ship": "off",
    }  # fmt: skip
    wrong = desk.post(f"/orders/rules/rules/{at}/", {**sent, "amount": "viel"})
    assert wrong.status_code == 422 and "应为不小于 0 的金额" in text_of(wrong)
    page = text_of(desk.post(f"/orders/rules/rules/{at}/", sent, follow=True))
    assert "已存入草稿" in page and "已改" in page and "下单 冻结" in page
    late = desk.post(f"/orders/rules/rules/{at}/", sent)
    assert late.status_code == 422
    effect = text_of(desk.get("/orders/rules/effect/", **FRAGMENT))
    assert "<html" not in effect and "0 → 1" in effect and "SO-1" in effect
    assert "检查通过" in text_of(desk.post("/orders/rules/draft/default/check/", follow=True))
    published = desk.post("/orders/rules/draft/default/publish/", {"note": "收紧"}, follow=True)
    assert "已发布" in text_of(published)
    rule = rules_of().rules[at]
    assert rule.parameters.amount == "500" and rule.effect_at("order", "confirm") == "hold"
    # An older version comes back as a draft of its own.
    old = re.search(r'action="(/orders/rules/restore/\d+/)"', text_of(published))[1]
    seen = re.search(r'name="seen" value="([^"]+)"', text_of(published))[1]
    assert "旧版本的内容已成为草稿" in text_of(desk.post(old, {"seen": seen}, follow=True))
    desk.post("/orders/rules/draft/default/check/")
    desk.post("/orders/rules/draft/default/publish/")
    assert rules_of().rules[at].parameters.amount == "1000000"


def test_rules_and_exclusions_are_added_doubled_moved_and_removed(desk):
    sent = {
        "name": "老客户放行", "type": "overdue-amount", "breadth": "customer", "keys": "HD01、HD02",
        "amount_up_to": "1,000", "documents": ["order"],
    }  # fmt: skip
    page = text_of(desk.post("/orders/rules/exclusions/new/", sent, follow=True))
    assert "客户 HD01、HD02：逾期金额过大，金额不超过 1,000 CNY，不因此冻结" in page
    # HD02 does not exist: advised, not forbidden.
    assert "规则体检" in page and "HD02" in page
    page = text_of(desk.post("/orders/rules/rules/0/duplicate/", follow=True))
    assert "账户冻结 副本" in page and "新增" in page
    desk.post("/orders/rules/rules/1/down/")
    page = text_of(desk.post("/orders/rules/rules/2/remove/", follow=True))
    assert "账户冻结 副本" not in page
    assert "草稿里删除了" in text_of(desk.post("/orders/rules/rules/0/remove/", follow=True))
    assert "已存入草稿" not in text_of(desk.post("/orders/rules/draft/default/undo/", follow=True))
    desk.post("/orders/rules/draft/default/discard/")
    assert "老客户放行" not in text_of(desk.get("/orders/rules/"))
    assert desk.get("/orders/rules/rules/99/").status_code == 404
    assert desk.post("/orders/rules/rules/0/explode/").status_code == 404


def test_who_may_release_how_much_is_set_in_the_draft(desk):
    sent = {
        "horizon_days": "45", "reservation_days": "20", "pick": "1", "ship": "2",
        "may.executive": "on", "may.sales_manager": "on", "excess.sales_manager": "5,000",
    }  # fmt: skip
    page = text_of(desk.post("/orders/rules/general/", sent, follow=True))
    assert "已存入草稿" in page and 'value="5000"' in page and 'value="45"' in page
    wrong = desk.post("/orders/rules/general/", {**sent, "horizon_days": "x"}, follow=True)
    assert "展望天数" in text_of(wrong)


def test_a_reader_of_the_rules_changes_nothing(desk, client):
    client.force_login(user("guan", role="executive"), backend=BACKEND)
    page = text_of(client.get("/orders/rules/"))
    assert "最早欠款" in page and "新规则" not in page
    assert client.post("/orders/rules/rules/0/remove/").status_code == 403
    client.force_login(user("xiao", role="sales"), backend=BACKEND)
    assert client.get("/orders/rules/").status_code == 403
