"""Values of 敏感 and 机密 fields leave by no door that was not meant for them.

A value nobody else has stands in a field of each class and each type; every reader of every role
knocks on every door, and what comes out is searched for what that role may not see.
"""

import io
import json
import zipfile
from datetime import UTC, date, datetime

import pytest

from tests import make
from tests.access import world as worlds
from tests.api.rest import problem, rest
from xinheng import access
from xinheng.access import policy
from xinheng.engines import operations as engines
from xinheng.exchange import operations as exchange
from xinheng.factors import custom
from xinheng.fields import queries, rules, secrecy
from xinheng.insight import customers as insight
from xinheng.journal.models import Payload
from xinheng.masterdata import operations as masterdata
from xinheng.masterdata import queries as merges
from xinheng.masterdata import side_by_side
from xinheng.parties.models import Customer

DAY, NOW = date(2026, 3, 1), datetime(2026, 3, 1, tzinfo=UTC)
CODED = [{"code": "canary_code", "zh": "金丝雀选项"}, {"code": "plain_code", "zh": "别的"}]
FIELDS = (
    {"name": "area", "zh": "面积", "type": "number", "listed": True},
    {"name": "tel", "zh": "私人电话", "type": "text", "pattern": "phone", "secrecy": "sensitive",
     "listed": True, "indexed": True},
    {"name": "worth", "zh": "家庭财产", "type": "amount", "secrecy": "sensitive", "listed": True,
     "indexed": True},
    {"name": "born", "zh": "生日", "type": "date", "secrecy": "sensitive", "listed": True,
     "indexed": True},
    {"name": "note", "zh": "秘密说明", "type": "text", "secrecy": "confidential", "listed": True},
    {"name": "weight", "zh": "秘密数", "type": "number", "secrecy": "confidential",
     "listed": True, "indexed": True},
    {"name": "kind", "zh": "秘密类", "type": "choice", "choices": CODED,
     "secrecy": "confidential", "listed": True, "indexed": True},
)  # fmt: skip
SENSITIVE = {"tel": "15400076543", "worth": "7654321.98", "born": "1961-07-13"}
CONFIDENTIAL = {"note": "金丝雀肆号", "weight": "918273645", "kind": "canary_code"}
OPEN = {"area": "4711"}
# As texts, as stored, as shown.
CANARIES = {
    "sensitive": (
        "15400076543",
        "7654321.98",
        "765432198",
        "7,654,321.98",
        "1961-07-13",
        "22475",
    ),
    "confidential": ("金丝雀肆号", "918273645", "918,273,645", "canary_code"),
}


@pytest.fixture
def world(db):
    make.custom_fields(*FIELDS)
    found = worlds.build()
    Customer.objects.filter(code="C-IN").update(custom=values())
    make.resealed()
    return found


def values():
    form = queries.form("customers")
    texts = {**OPEN, **SENSITIVE, **CONFIDENTIAL}
    return {name: rules.read(form.field(name), text) for name, text in texts.items()}


def hidden_from(roles):
    """Return the canaries that these roles may not see as they are."""
    return [
        canary for level, canaries in CANARIES.items() for canary in canaries
        if policy.view_of(frozenset(roles), level) != policy.PLAIN
    ]  # fmt: skip


def text_of(answer):
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as found:
            return "".join(found.read(name).decode("utf-8", "replace") for name in found.namelist())
    return body.decode("utf-8", "replace")


def heard(text, canaries):
    forms = [(one, json.dumps(one).strip('"')) for one in canaries]
    return [one for one, escaped in forms if one in text or escaped in text]


@pytest.mark.parametrize("role", sorted(policy.ROLES))
def test_pages_and_files_show_a_role_no_more_than_its_view(world, role):
    browser = world.browser(role)
    every = "&".join(f"cols={one['name']}" for one in FIELDS)
    for address in ("/customers/C-IN/", "/customers/", f"/customers/?{every}", "/search/?q=C-IN",
                    "/customers/C-IN/edit/", "/customers/file.csv", "/customers/file.xlsx",
                    "/customers/C-IN/timeline/",
                    "/duplicates/compare/?survivor=C-IN&merged=C-IN2"):  # fmt: skip
        answer = browser.get(address)
        text = text_of(answer)
        assert heard(text, hidden_from([role])) == [], address
        if answer.status_code == 200 and "file.csv" in address:
            assert ("秘密说明" in text) == (policy.view_of({role}, "confidential") != "hidden")
            assert "4711" in text
            for level, canary in (("sensitive", "15400076543"), ("confidential", "金丝雀肆号")):
                assert (canary in text) == (policy.view_of({role}, level) == policy.PLAIN)


def test_who_may_see_them_sees_them_plain_and_edits_them(world):
    browser = world.browser("finance")
    page = text_of(browser.get("/customers/C-IN/"))
    assert "15400076543" in page and "金丝雀肆号" in page and "金丝雀选项" in page
    assert "15400076543" in text_of(browser.get("/customers/C-IN/edit/"))
    assert "154****6543" in text_of(world.browser("sales").get("/customers/C-IN/"))


@pytest.mark.parametrize(
    "asked",
    ["c.tel=15400076543", "c.worth=7654321.98", "c.born=1961-07-13", "c.weight=918273645.00",
     "c.kind=canary_code", "c.weight.is=missing", "c.tel.is=missing"],
)  # fmt: skip
def test_what_is_not_seen_plain_narrows_nothing(world, asked):
    Customer.objects.filter(code="C-IN").update(custom={})
    make.customer("C-TWO", department=Customer.objects.get(code="C-IN").department,
                  custom=values())  # fmt: skip
    make.resealed()
    for role, narrowed in (("sales", False), ("auditor", False), ("finance", True)):
        for address in ("/customers/", "/customers/file.csv"):
            text = text_of(world.browser(role).get(f"{address}?{asked}"))
            both = "C-IN" in text and "C-TWO" in text
            assert both == (not narrowed), (role, address)


@pytest.mark.parametrize("name", [*SENSITIVE, *CONFIDENTIAL])
def test_what_is_not_seen_plain_sorts_nothing(world, name):
    east = Customer.objects.get(code="C-IN").department
    high = {"tel": "99999", "worth": 9 * 10**9, "born": "2020-01-01", "note": "龘", "weight": "1e0",
            "kind": "plain_code"}  # fmt: skip
    make.customer("C-A", department=east, custom={name: high[name]})
    where = insight.CustomerFilter(form=queries.form("customers"))

    def order(role, sort):
        found = insight.page(by=world.actor(role), where=where, sort=sort)
        return [row.code for row in found.rows]

    for role in ("sales", "auditor", "executive"):
        assert order(role, f"c.{name}") == order(role, "overdue")
        assert order(role, f"-c.{name}") == order(role, "-overdue")


def test_rest_masks_leaves_out_and_refuses_to_filter(world):
    user = {role: rest("read", user=f"the_{role}") for role in ("sales", "finance")}
    service = rest("read")
    for path in ("/customers", "/customers/C-IN"):
        found = {name: caller.get(path).json() for name, caller in user.items()}
        found = {name: one["items"][0] if "items" in one else one for name, one in found.items()}
        assert found["sales"]["custom"] == {
            "area": "4711", "tel": "154****6543", "worth": "****", "born": "****",
        }  # fmt: skip
        assert found["finance"]["custom"] == {**OPEN, **SENSITIVE, **CONFIDENTIAL}
        canaries = [one for many in CANARIES.values() for one in many]
        assert heard(service.get(path).content.decode(), canaries) == []
    for name, text in {**SENSITIVE, **CONFIDENTIAL}.items():
        asked = json.dumps({"not": {"field": name, "operator": "=", "value": text}})
        for caller in (user["sales"], service):
            problem(caller.get(f"/customers?custom={asked}"), 422, "custom-filter-wrong")
        answer = user["finance"].get(f"/customers?custom={asked}")
        if name == "note":
            assert "相等查找" in problem(answer, 422, "custom-filter-wrong")["detail"]
        else:
            assert "C-IN" not in [row["code"] for row in answer.json()["items"]]
            equal = json.dumps({"field": name, "operator": "=", "value": text})
            answer = user["finance"].get(f"/customers?custom={equal}")
            assert [row["code"] for row in answer.json()["items"]] == ["C-IN"]


def test_a_merge_compares_masked_and_leaves_out_what_is_hidden(world):
    east = Customer.objects.get(code="C-IN").department
    make.customer("C-IN2", department=east, custom={"note": "金丝雀肆号", "tel": "15400000000"})
    make.resealed()
    pair = {"survivor": "C-IN", "merged": "C-IN2"}
    for role in ("auditor", "administrator", "finance", "credit_manager"):
        found = side_by_side.compare(by=world.actor(role), **pair)
        assert heard(repr(found.lines), hidden_from([role])) == []
        lines = {line.name: line for line in found.lines}
        assert ("custom.tel" in lines) == (role != "administrator")
        if "custom.tel" in lines:
            assert lines["custom.tel"].differs and not lines["custom.note"].differs
        page = world.browser(role).get("/duplicates/compare/", pair)
        assert page.status_code == 200 and heard(text_of(page), hidden_from([role])) == []
    made = masterdata.merge(
        by=access.system("test"), choices={"custom.tel": "merged", "custom.area": "survivor"},
        limits={}, note="", on=DAY, **pair,
    )  # fmt: skip
    assert make.custom_of(Customer.objects.get(code="C-IN"))["tel"] == "15400000000"
    for role in ("auditor", "administrator", "finance"):
        detail = merges.merge_detail(by=world.actor(role), merge_id=made.uuid)
        assert heard(repr((detail.before, detail.after)), hidden_from([role])) == []
        page = world.browser(role).get(f"/duplicates/merges/{made.uuid}/")
        assert heard(text_of(page), hidden_from([role])) == []
    masterdata.undo(by=access.system("test"), merge_id=made.uuid, note="", on=DAY, at=NOW)
    assert make.custom_of(Customer.objects.get(code="C-IN")) == values()
    assert heard(journalled(), [*CANARIES["sensitive"], "15400000000", "金丝雀肆号"]) == []


def journalled():
    return "".join(str((one.before, one.after)) for one in Payload.objects.all())


def test_the_journal_keeps_that_they_changed_and_never_what_they_hold(world, imported):
    texts = {**OPEN, **SENSITIVE, **CONFIDENTIAL}
    row = {"code": "C-NEW", "name": "新客户", **texts}
    faults = exchange.record_customer(by=make.CLERK, row=row, today=DAY, seen=None)
    assert faults == () and make.custom_of(Customer.objects.get(code="C-NEW")) == values()
    created = Payload.objects.get(event__action="parties.create_customer").after
    assert created["custom"]["area"] == "4711"
    assert {created["custom"][name] for name in {**SENSITIVE, **CONFIDENTIAL}} == {secrecy.UNTOLD}
    other = "code,name,tel,worth,note\nC-NEW,新客户,15400011111,1.00,别的说明\n"
    assert imported("customers", other).updated == 1
    canaries = [one for many in CANARIES.values() for one in many]
    assert heard(journalled(), [*canaries, "15400011111", "别的说明"]) == []


def test_a_wrong_value_is_not_quoted_in_the_faults_of_a_batch(world, imported):
    wrong = {"tel": "canary-tel", "worth": "1.2345678", "born": "1961-99-99", "weight": "canary9",
             "kind": "canary_other"}  # fmt: skip
    header, cells = ",".join(wrong), ",".join(wrong.values())
    done = imported("customers", f"code,name,{header}\nC-9,甲,{cells}\n")
    assert done.state == "refused" and {one["column"] for one in done.errors} == set(wrong)
    assert heard(str(done.errors), wrong.values()) == []


@pytest.mark.django_db(transaction=True)
def test_they_are_no_columns_of_engines_and_of_snapshots(fresh_db, tmp_path):
    make.custom_fields(*FIELDS)
    make.customer("C1", custom=values())
    make.resealed()
    assert set(custom.fields()) == {"custom_area"}
    engines.take_snapshot(by=access.system("test"), folder=tmp_path / "s", at=NOW)
    files = [one for one in (tmp_path / "s").rglob("*") if one.is_file()]
    text = "".join(one.read_bytes().decode("latin-1") for one in files)
    assert "custom_area" in text
    assert heard(text, ["custom_worth", "custom_kind", "custom_weight", "canary_code",
                        "15400076543"]) == []  # fmt: skip
