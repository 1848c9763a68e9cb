"""Which customers are taken for one company, and that people's decisions stay."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests import make
from xinheng.masterdata import blocking, names, queries, rules
from xinheng.masterdata import operations as masterdata
from xinheng.masterdata.models import Candidate, Search
from xinheng.masterdata.rules import Subject

AT = datetime(2026, 4, 1, tzinfo=UTC)
LATER = datetime(2026, 4, 2, tzinfo=UTC)
PLACES = names.short_places(["深圳市", "上海市", "苏州市", "广东省", "新疆维吾尔自治区"])
# Two codes with right check characters (GB 32100, appendix A).
ONE, OTHER = "91310115MA1H7XQN6B", "914403001922038216"


def subject(number: int, name: str, code: str = "", **given: Any) -> Subject:
    read = names.read(name, PLACES)
    return Subject(number, code, read, names.sound(read.core), **given)


@pytest.mark.parametrize(
    ("text", "core", "places"),
    [
        ("深圳市華強電子股份有限公司", "华强电子", {"深圳"}),
        ("华强电子（深圳）有限公司", "华强电子", {"深圳"}),
        ("广东省深圳市华强电子（集团）有限责任公司", "华强电子", {"广东", "深圳"}),
        ("ＡＢＣ　科技有限公司", "abc科技", set()),
        ("上海有限公司", "上海", set()),
        ("Huaqiang Electronics Co., Ltd.", "huaqiangelectronics", set()),
    ],
)
def test_a_name_is_taken_apart(text, core, places):
    found = names.read(text, PLACES)
    assert (found.core, set(found.places)) == (core, places)


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("苏州恒通机械有限公司", "苏州恒通机械有限公司", "name-equal"),
        ("苏州恒通机械有限公司", "苏州市恒通机械股份有限公司", "name-form"),
        ("深圳华强电子有限公司", "深圳華強電子有限公司", "name-equal"),
        ("苏州恒通机械有限公司", "苏州衡通机械有限公司", "name-sound"),
        ("苏州恒通精密机械制造有限公司", "苏州恒通精密机械制有限公司", "name-near"),
        ("华强电子有限公司", "电子华强有限公司", "name-order"),
    ],
)
def test_names_of_one_company_are_listed_with_the_reason(one, other, reason):
    found = rules.compare(subject(1, one), subject(2, other))
    assert found.score >= rules.LISTED_FROM
    assert found.reasons[0].code == reason
    assert found.reasons[0].say("zh") and found.reasons[0].say("en")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("上海华强电子有限公司", "深圳华强电子有限公司"),
        ("苏州恒通机械有限公司", "苏州恒达机械有限公司"),
        ("苏州恒通机械有限公司", "苏州恒通机械有限公司上海分公司"),
        ("苏州恒通机械有限公司", "上海远景贸易有限公司"),
        ("华强东鑫电子科技有限公司", "华强西鑫电子科技有限公司"),
    ],
)
def test_names_of_different_companies_are_not_listed(one, other):
    assert rules.compare(subject(1, one), subject(2, other)).score < rules.LISTED_FROM


def test_an_equal_credit_code_decides_and_two_sound_ones_that_differ_exclude():
    same = rules.compare(subject(1, "甲乙有限公司", ONE), subject(2, "丙丁有限公司", ONE))
    assert (same.score, same.reasons[0].code) == (100, "code-equal")
    apart = rules.compare(subject(1, "甲乙有限公司", ONE), subject(2, "甲乙有限公司", OTHER))
    assert apart.score == 0
    read = ONE.replace("1", "I").lower()
    misread = rules.compare(subject(1, "甲", ONE), subject(2, "乙", f" {read[:8]} {read[8:]}"))
    assert (misread.score, misread.reasons[0].code) == (98, "code-misread")
    typed = rules.compare(subject(1, "甲", ONE), subject(2, "乙", ONE[:9] + "9" + ONE[10:]))
    assert typed.reasons[0].code == "code-typing"


def test_every_pair_worth_listing_shares_a_key():
    spelled = [
        "苏州恒通机械有限公司", "苏州市恒通机械股份有限公司", "苏州衡通机械有限公司",
        "恒通机械（苏州）有限公司", "苏州恒通精密机械制造有限公司", "苏州恒通精密机械制有限公司",
        "苏州恒通精密机戒制造有限公司", "机械恒通有限公司",
    ]  # fmt: skip
    subjects = [subject(number, name) for number, name in enumerate(spelled)]
    listed = {
        (one.id, other.id)
        for one in subjects
        for other in subjects
        if one.id < other.id and rules.compare(one, other).score >= rules.LISTED_FROM
    }
    assert listed
    assert listed <= set(blocking.pairs(subjects))
    some = set(blocking.pairs(subjects, touched=frozenset({0})))
    assert some == {pair for pair in blocking.pairs(subjects) if 0 in pair}


def test_work_grows_with_the_number_of_customers_not_with_its_square():
    def work(count: int) -> int:
        return len(list(blocking.pairs([subject(n, "恒通机械有限公司") for n in range(count)])))

    assert work(400) < 2.2 * work(200)


def search(at: datetime = AT) -> list[Candidate]:
    number = masterdata.request(by=make.CLERK)
    masterdata.execute(by=make.CLERK, search_id=number, at=at)
    return list(Candidate.objects.order_by("pk"))


@pytest.mark.django_db
def test_a_search_fills_the_worklist_and_remembers_what_people_decided():
    one = make.customer("A1", name="苏州恒通机械有限公司")
    make.customer("A2", name="苏州市恒通机械股份有限公司")
    make.customer("A3", name="上海远景贸易有限公司")
    (pair,) = search()
    listed = queries.worklist(by=make.CLERK)
    assert [(row.first.code, row.second.code) for row in listed.rows] == [("A1", "A2")]
    assert listed.states == {"open": 1}
    masterdata.judge(by=make.CLERK, candidate_id=pair.pk, is_distinct=True, note="分立", at=AT)
    (again,) = search(LATER)
    assert (again.state, again.note) == ("distinct", "分立")
    assert queries.worklist(by=make.CLERK).rows == ()
    masterdata.judge(by=make.CLERK, candidate_id=pair.pk, is_distinct=False, note="", at=AT)
    # A name that was put right takes the pair off the list.
    one.name = "苏州新名称有限公司"
    one.save()
    assert search(datetime(2026, 4, 3, tzinfo=UTC)) == []


@pytest.mark.django_db
def test_an_import_is_compared_with_everybody_but_not_everybody_with_each_other():
    from uuid import uuid4

    batch = uuid4()
    for code in ("B1", "B2"):
        make.customer(code, name="苏州恒通机械有限公司")
    make.customer("B3", name="苏州恒通机械厂有限公司")
    make.customer("B4", name="深圳华强电子有限公司")
    make.customer("B5", name="深圳市华强电子有限公司", batch_id=batch)
    number = masterdata.after_import(by=make.CLERK, batch_id=batch)
    assert masterdata.execute(by=make.CLERK, search_id=number, at=AT) == 1
    assert masterdata.execute(by=make.CLERK, search_id=number, at=AT) == 1
    listed = queries.worklist(by=make.CLERK).rows
    assert [(row.first.code, row.second.code) for row in listed] == [("B4", "B5")]
    assert Search.objects.get(uuid=number).customers == 5


@pytest.mark.django_db
def test_a_pair_is_seen_by_who_may_see_both():
    from xinheng import access
    from xinheng.access.models import User

    person = User.objects.create(username="own", roles=["credit_manager"], scope="own")
    make.customer("C1", name="苏州恒通机械有限公司", owner=person)
    two = make.customer("C2", name="苏州恒通机械有限公司")
    search()
    by = access.actor_of(person)
    assert queries.worklist(by=by).rows == ()
    two.owner = person
    two.save()
    assert len(queries.worklist(by=by).rows) == 1
