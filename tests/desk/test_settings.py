"""The designer of custom fields: from a draft to what is in force, without a programmer."""

import pytest

from tests import make
from tests.desk.conftest import apart, sign_in, user
from xinheng.definitions import operations as definitions
from xinheng.definitions.models import Version
from xinheng.fields import queries

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PAGE = "/settings/fields/customers/"


def text_of(answer) -> str:
    return answer.content.decode()


def send(client, act: str, **given):
    """Do one act as the page's own form does, with the digest the page showed."""
    shown = client.get(PAGE).context["drafting"].digest
    return client.post(f"{PAGE}{act}/", {"seen": shown, "to": "", **given}, follow=True)


def add(client, **given):
    field = {"zh": "仓库面积", "type": "number", "secrecy": "internal", "filterable": "on"}
    return send(client, "field", **{**field, **given})


def names() -> list[str]:
    return [one.name for one in queries.form("customers").active]


def drafted(client) -> list[str]:
    return [row["field"]["name"] for row in client.get(PAGE).context["rows"]]


def test_a_field_goes_from_draft_to_published(signed_in):
    assert "还没有自定义字段" in text_of(signed_in.get(PAGE))
    shown = add(signed_in, digits="2", minimum="0")
    assert "已存入草稿" in text_of(shown) and names() == []
    assert drafted(signed_in) == ["cangkumianji"]
    assert "检查通过" in text_of(send(signed_in, "check"))
    assert "已发布" in text_of(send(signed_in, "publish", note="第一版"))
    (field,) = queries.form("customers").active
    assert (field.type, field.digits, field.minimum) == ("number", 2, "0")
    assert "第一版" in text_of(signed_in.get("/settings/"))


def test_what_belongs_to_another_type_is_left_out(signed_in):
    choices = {
        "choice_zh": ["甲", "", "乙"], "choice_en": ["", "", "B"],
        "choice_code": ["", "", "second"],
    }  # fmt: skip
    stray = {"digits": "3", "minimum": "9", "pattern": "digits"}
    add(signed_in, zh="等级", type="choice", name="level", **stray, **choices)
    (row,) = signed_in.get(PAGE).context["rows"]
    field = row["field"]
    assert (field["digits"], field["minimum"], field["pattern"]) == (0, "", "")
    assert [one["code"] for one in field["choices"]] == ["jia", "second"]


def test_errors_stand_beside_their_fields(signed_in):
    wrong = add(signed_in, zh="", name="9", digits="99")
    assert wrong.status_code == 422
    assert {"zh", "name", "digits"} <= set(wrong.context["form"].errors)
    assert "以小写字母开头" in text_of(wrong)
    add(signed_in, name="code", minimum="9", maximum="1")
    page = signed_in.get(PAGE, {"at": "0"})
    assert set(page.context["beside"]) == {"name", "maximum"}
    assert "上限小于下限" in text_of(page)
    assert "检查通过" not in text_of(send(signed_in, "check"))
    refused = send(signed_in, "publish")
    assert "处需要修改" in text_of(refused) and names() == []


def test_fields_are_put_in_order_retired_and_removed(signed_in):
    for name in ("one", "two", "three"):
        add(signed_in, zh=name, name=name)
    send(signed_in, "move", at="2", to="0")
    assert drafted(signed_in) == ["three", "one", "two"]
    send(signed_in, "remove", at="1")
    assert drafted(signed_in) == ["three", "two"]
    send(signed_in, "check")
    send(signed_in, "publish")
    send(signed_in, "retire", at="0")
    assert "停用" in text_of(signed_in.get(PAGE))
    send(signed_in, "remove", at="1")  # published: the check refuses what the page does not offer
    assert "不能删除" in text_of(signed_in.get(PAGE))


def test_steps_are_undone_one_by_one_and_a_draft_given_up(signed_in):
    add(signed_in, zh="one", name="one")
    add(signed_in, zh="two", name="two")
    send(signed_in, "undo")
    assert drafted(signed_in) == ["one"]
    send(signed_in, "undo")
    assert drafted(signed_in) == [] and not Version.objects.filter(state="draft").exists()
    add(signed_in, zh="three", name="three")
    send(signed_in, "discard")
    assert drafted(signed_in) == []


def test_saving_over_somebody_elses_change_is_refused(signed_in):
    add(signed_in, zh="one", name="one")
    late = signed_in.post(
        f"{PAGE}field/", {"seen": "old", "zh": "two", "type": "text", "secrecy": "public"}
    )
    assert late.status_code == 422 and "已被他人修改" in text_of(late)
    moved = signed_in.post(f"{PAGE}retire/", {"seen": "old", "at": "0"}, follow=True)
    assert "已被他人修改" in text_of(moved)
    assert drafted(signed_in) == ["one"]


def test_the_difference_from_what_is_in_force_is_said(signed_in):
    add(signed_in, zh="面积", name="area")
    send(signed_in, "check")
    send(signed_in, "publish")
    add(signed_in, at="0", zh="仓储面积", name="area", listed="on")
    page = text_of(signed_in.get(PAGE))
    assert (
        "与现行版本的差别" in page and "<del>面积</del>" in page and "<ins>仓储面积</ins>" in page
    )


@pytest.mark.parametrize("role", ["sales", "finance", "auditor", "executive", "collector"])
def test_others_may_not_change_fields(client, db, role):
    client.force_login(user("wang", role), backend=BACKEND)
    for act in ("field", "move", "check", "publish", "discard", "undo"):
        assert client.post(f"{PAGE}{act}/", {}).status_code == 403
    page = client.get(PAGE)
    assert page.status_code in (200, 403)
    if page.status_code == 200:
        assert "加入草稿" not in text_of(page) and "发布说明" not in text_of(page)


def test_nonsense_is_answered(signed_in):
    assert signed_in.get("/settings/fields/planets/").status_code == 404
    assert signed_in.get(PAGE, {"at": "99"}).status_code == 200
    assert signed_in.get(PAGE, {"at": "x"}).status_code == 200
    for act, given in (("move", {"at": "7", "to": "1"}), ("nothing", {}), ("undo", {}),
                       ("publish", {}), ("check", {})):  # fmt: skip
        assert send(signed_in, act, **given).status_code == 200


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_fields_are_put_in_order_by_hand_and_by_keyboard(fresh_db, live_server, watched):
    def prepare():
        user()
        content = {
            "fields": [{"name": n, "zh": n, "type": "number"} for n in ("one", "two", "six")]
        }
        definitions.save_draft(
            by=make.CLERK, kind="fields", key="customers", title="t", content=content
        )

    def order() -> list[str]:
        draft = Version.objects.get(definition__kind="fields", state="draft")
        return [field["name"] for field in draft.content["fields"]]

    apart(lambda: prepare() or True)
    seen = watched()
    page = seen.page
    sign_in(page, live_server.url)
    page.goto(live_server.url + PAGE)
    with page.expect_navigation():
        page.locator(".piece .grip").nth(0).drag_to(page.locator(".piece .grip").nth(2))
    assert apart(order) == ["two", "six", "one"]
    with page.expect_navigation():
        page.get_by_role("button", name="把“two”下移").press("Enter")
    assert apart(order) == ["six", "two", "one"]
    page.select_option("#id_type", "choice")
    assert page.locator("[data-for='choice choices']").is_visible()
    assert not page.locator("[data-for=text]").first.is_visible()
    assert seen.complaints == []


def test_documents_have_a_designer_without_what_only_a_list_needs(signed_in):
    for key, label in (("invoices", "发票"), ("receipts", "收款")):
        assert f'href="/settings/fields/{key}/"' in text_of(signed_in.get("/settings/"))
        page = text_of(signed_in.get(f"/settings/fields/{key}/"))
        assert label in page and 'name="required"' in page
        # Receipts have no list.
        for tick in ("listed", "filterable"):
            assert (f'name="{tick}"' in page) == (key == "invoices")
    assert 'name="listed"' in text_of(signed_in.get(PAGE))
