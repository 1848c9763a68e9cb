"""Why a document was held or not: the explanation tells what the verdict tells, for every rule."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.orders import rulebook
from tests.orders.rulebook import applies, facts, late, rule, rule_set
from tests.orders.test_remedies import some_facts
from xinheng.orders import rules
from xinheng.orders.rules import explaining, sentences
from xinheng.orders.rules.verdict import Finding, Level, Outcome, Reason

SCOPES = [applies("all"), applies("tier", "A"), applies("group", "G1"), applies("customer", "K01")]


@st.composite
def some_books(draw: st.DrawFn):
    checks = draw(st.lists(st.sampled_from(list(Reason)), min_size=1, max_size=8))
    made = [
        rule(
            one.code,
            draw(st.sampled_from(["off", "warn", "hold", "refuse"])),
            name=f"{number}",
            applies_to=draw(st.sampled_from(SCOPES)),
        )
        for number, one in enumerate(checks)
    ]
    exclusions = [
        {
            "name": f"x{number}",
            "check": one.code,
            "release": draw(st.integers(0, 9)) == 0,
            "applies_to": draw(st.sampled_from(SCOPES)),
        }
        for number, one in enumerate(draw(st.lists(st.sampled_from(checks), max_size=3)))
    ]
    return rule_set(*made, exclusions=exclusions)


@settings(
    max_examples=80, deadline=None, database=None, derandomize=True,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(some_facts(), some_books())
def test_the_explanation_tells_what_the_verdict_tells(of, book):
    verdict = rules.decide(of, book)
    lines = explaining.explain(of, book)
    assert len(lines) == len(book.rules)
    told = tuple(line.finding for line in lines if line.finding is not None)
    assert told == verdict.findings
    for line in lines:
        for language in ("zh-hans", "en"):
            assert sentences.explained(line, "CNY", language)


@pytest.mark.parametrize(
    ("rule_dict", "state"),
    [
        (rule("document-value", "off"), "off"),
        (rule("document-value", applies_to=applies("customer", "K02")), "others"),
        (rule("payment-index"), "unmeasured"),
        (rule("document-value"), "passed"),
        (rule("over-utilisation"), "told"),
    ],
)
def test_each_way_of_saying_nothing_has_a_name(rule_dict, state):
    (line,) = explaining.explain(facts(5000), rule_set(rule_dict))
    assert line.state == state


def test_a_rule_that_another_outweighs_names_it():
    of = facts(owed_by_day=late((62, 500)))
    mild = rule("oldest-open-item", "warn", name="本客户", applies_to=applies("customer", "K01"))
    lines = explaining.explain(of, rule_set(rule("oldest-open-item", name="全部"), mild))
    assert [(line.rule, line.state, line.by) for line in lines] == [
        ("本客户", "outweighed", "全部"),
        ("全部", "told", ""),
    ]


def test_an_exclusion_is_named_by_what_it_took_back_or_let_go():
    mine = {"name": "老客户", "check": "document-value", "applies_to": applies("customer", "K01")}
    big = facts(10**6)
    (line,) = explaining.explain(big, rule_set(rule("document-value"), exclusions=[mine]))
    assert (line.state, line.by) == ("excluded", "老客户")
    assert "老客户" in sentences.explained(line, "CNY", "zh")
    lets_go = {"name": "内部", "release": True}
    (line,) = explaining.explain(big, rule_set(rule("document-value"), exclusions=[lets_go]))
    assert (line.state, line.by) == ("released", "内部")
    prepaid = facts(10**6, document={"is_prepaid": True})
    (line,) = explaining.explain(prepaid, rule_set(rule("document-value")))
    assert line.state == "prepaid"


def test_sentences_say_what_why_and_how_to_mend_it():
    book = rule_set(rule("over-utilisation"))
    (finding,) = rules.decide(facts(400, path=(rulebook.node(700, 1000),)), book).findings
    assert sentences.whole(finding, "CNY", "zh-hans") == (
        "已用 7.00 CNY，加上本单 4.00 CNY 共 11.00 CNY，比额度 10.00 CNY 多 1.00 CNY。"
        "可以：客户付款 1.00 CNY；或把单据金额减到 3.00 CNY；或本单预付 4.00 CNY；"
        "或特批放行 4.00 CNY；或申请额度 11.00 CNY。"
    )
    assert sentences.whole(finding, "CNY", "en").startswith(
        "Used 7.00 CNY, with this 4.00 CNY it is 11.00 CNY: 1.00 CNY over the limit of 10.00 CNY."
    )
    (late_one,) = rules.decide(
        facts(owed_by_day=late((62, 123_456))), rule_set(rule("oldest-open-item"))
    ).findings
    assert sentences.sentence(late_one, "CNY", "zh") == (
        "最早一笔欠款已逾期 62 天，超过允许的 30 天；逾期共 1,234.56 CNY"
    )


def test_every_reason_level_and_outcome_has_a_name_in_both_languages():
    for language in ("zh", "en"):
        assert all(sentences.name(one, language) for one in Reason)
        assert all(sentences.level(one, language) for one in Level)
        assert all(sentences.outcome(one, language) for one in Outcome)
    raced = Finding(Reason.OVER_UTILISATION, Level.HOLD, "ledger", {"account": 1})
    assert sentences.sentence(raced, "CNY", "en")
