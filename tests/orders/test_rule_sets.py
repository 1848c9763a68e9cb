"""Rule sets as definitions: the shipped one, what keeps one a draft, what the linter advises."""

from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from tests.orders import rulebook
from tests.orders.rulebook import applies, facts, group, node, rule
from xinheng.orders import linter, rules, soundness
from xinheng.orders.definition import CreditRules, scoped
from xinheng.orders.rules.ruleset import DOCUMENTS, POINTS
from xinheng.orders.rules.specs import SPECS
from xinheng.orders.rules.verdict import Level, Reason

SHIPPED = Path(rules.__file__).parents[1] / "shipped" / "credit_rules.default.yaml"
NOBODY = linter.Known(frozenset(), frozenset(), frozenset())
RELEASERS = [{"role": "credit_manager", "excess": "1"}]


def content(*rule_dicts, **more) -> CreditRules:
    return CreditRules.model_validate({"rules": rule_dicts, "releasers": RELEASERS, **more})


def problems(of: CreditRules) -> list[tuple[str, str]]:
    return [(one.path, one.code) for one in soundness.check(of)]


def advice(of: CreditRules, names: linter.Known = NOBODY) -> list[tuple[str, str]]:
    return [(one.path, one.code) for one in linter.lint(of, names)]


@pytest.fixture
def shipped() -> CreditRules:
    return CreditRules.model_validate(yaml.safe_load(SHIPPED.read_text("utf-8"))["content"])


def test_the_shipped_rule_set_is_sound_and_asks_every_check_everywhere(shipped):
    assert problems(shipped) == []
    assert advice(shipped) == []
    assert [one.check for one in shipped.rules] == [reason.code for reason in Reason]
    for kind in DOCUMENTS:
        for point in POINTS:
            assert len(shipped.prepared.at(kind, point)) == len(Reason)


def test_by_the_shipped_rule_set_only_limits_and_blocks_hold(shipped):
    holds = {
        one.reason for one in shipped.prepared.rules if set(one.effects.values()) == {Level.HOLD}
    }
    assert holds == {
        Reason.ACCOUNT_BLOCKED, Reason.ACCOUNT_STOPPED, Reason.OVER_UTILISATION, Reason.GROUP_LIMIT,
    }  # fmt: skip


def test_an_imported_limit_alone_lets_a_fitting_order_pass(shipped):
    book = shipped.prepared
    fits = rules.decide(facts(1000, path=(node(0, 1000), group(0, None))), book)
    assert (fits.outcome, fits.authority, fits.excess_minor) == ("approved", "limit", 0)
    assert rules.decide(facts(1001, path=(node(0, 1000),)), book).outcome == "held"
    nothing = rules.decide(facts(1, path=(node(0, None, mode="none"),)), book)
    assert rulebook.codes(nothing) == ["no-credit", "over-utilisation", "over-utilisation-dynamic"]
    assert nothing.outcome == "held"


def test_a_content_is_prepared_once_and_defaults_written_out_change_nothing(shipped):
    assert shipped.prepared is shipped.prepared
    again = CreditRules.model_validate(shipped.model_dump(mode="json"))
    assert again == shipped and again.prepared == shipped.prepared


@pytest.mark.parametrize(
    "wrong",
    [
        {"check": "no-such-check"},
        {"effect": "stop"},
        {"at": {"order": {"somewhere": "hold"}}},
        {"tolerance_percent": "5.001"},
        {"tolerance_amount": "-1"},
        {"grace_days": -1},
    ],
)
def test_what_cannot_be_read_is_refused(wrong):
    with pytest.raises(ValidationError):
        content({**rule("over-utilisation"), **wrong})


@pytest.mark.parametrize("reason", Reason)
def test_a_check_says_which_parameters_it_needs_and_which_it_does_not_know(reason):
    spec = SPECS[reason]
    bare = content({"name": "一", "check": reason.code})
    missing = [path for path, code in problems(bare) if code == "missing"]
    assert len(missing) == len(spec.needs)
    everything = {"amount": "1", "percent": "1", "days": 1, "level": 1, "index": 1,
                  "horizon_days": 1, "covers_excess": True, "is_required": True}  # fmt: skip
    full = content(
        {"name": "一", "check": reason.code, "parameters": everything, "tolerance_percent": "1",
         "de_minimis": "1", "grace_days": 1}
    )  # fmt: skip
    unknown = [path for path, code in problems(full) if code == "not-known"]
    assert len(unknown) == len(everything) + 3 - len(spec.needs + spec.may + spec.knows)


def test_names_scopes_and_releasers_are_checked():
    wrong = content(
        rule("over-utilisation", name="一", applies_to=applies("all", "K01")),
        rule("no-credit", name="一", applies_to=applies("group")),
        exclusions=[{"name": "二"}],
        releasers=[{"role": "nobody"}, {"role": "sales"}, *RELEASERS, *RELEASERS],
    )
    assert problems(wrong) == [
        ("rules.0.applies_to", "keys-for-all"),
        ("rules.1.name", "duplicate"),
        ("rules.1.applies_to", "no-keys"),
        ("exclusions.0.check", "missing"),
        ("releasers.0.role", "unknown-role"),
        ("releasers.1.role", "may-not-release"),
        ("releasers.3.role", "duplicate"),
    ]
    assert [path for path, _ in scoped(wrong)] == ["rules.0", "rules.1", "exclusions.0"]


# ---- the linter ---------------------------------------------------------------------------------


def linted(*rule_dicts, **more) -> list[tuple[str, str]]:
    """Advice on these rules, beside one that watches every point."""
    return advice(content(*rule_dicts, rule("over-utilisation", name="底线"), **more))


def test_a_rule_that_checks_nowhere_or_can_never_be_passed_never_fires():
    assert linted(rule("no-credit", "off")) == [("rules.0", "never-fires")]
    whole = rule("overdue-share", parameters={"percent": "100"})
    assert linted(whole) == [("rules.0", "never-fires")]
    released = [{"name": "全放", "release": True}]
    assert ("rules.0", "never-fires") in linted(rule("no-credit"), exclusions=released)


def test_a_rule_that_a_wider_and_as_strict_one_covers_changes_nothing():
    mine = rule("oldest-open-item", name="本", applies_to=applies("all"), parameters={"days": 90})
    wide = rule("oldest-open-item", name="全", parameters={"days": 61})
    assert linted(mine, wide) == [("rules.0", "covered")]
    # Stricter or heavier for some is what narrower rules are for.
    assert linted({**mine, "parameters": {"days": 30}}, wide) == [("rules.1", "covered")]
    assert linted({**mine, "effect": "refuse"}, wide) == []
    # Twins: only the second is superfluous.
    assert linted(wide, {**wide, "name": "又"}) == [("rules.1", "covered")]


@pytest.mark.parametrize(
    ("exclusion", "code"),
    [
        ({"check": "payment-index"}, "nothing-to-exclude"),
        ({"check": "oldest-open-item"}, "not-narrower"),
        (
            {
                "check": "oldest-open-item",
                "applies_to": applies("tier", "A"),
                "amount_up_to": "1",
            },
            "other-value-type",
        ),
    ],
)
def test_an_exclusion_that_can_take_nothing_back_is_idle(exclusion, code):
    names = linter.Known(frozenset(), frozenset(), frozenset({"A"}))
    found = advice(
        content(
            rule("oldest-open-item"), rule("over-utilisation"),
            exclusions=[{"name": "例外", **exclusion}],
        ),
        names,
    )  # fmt: skip
    assert found == [("exclusions.0", code)]


def test_an_exclusion_that_an_earlier_one_covers_is_shadowed():
    names = linter.Known(frozenset(), frozenset(), frozenset({"A"}))
    shared = {"check": "oldest-open-item", "applies_to": applies("tier", "A")}
    rows = [
        {"name": "九十", "days_up_to": 90, **shared},
        {"name": "六十", "days_up_to": 60, **shared},
    ]
    found = advice(content(rule("oldest-open-item"), rule("no-credit"), exclusions=rows), names)
    assert found == [("exclusions.1", "shadowed")]
    assert advice(content(rule("oldest-open-item"), exclusions=rows[::-1]), names) == []


def test_check_points_without_any_rule_and_unknown_names_are_told():
    only = rule("over-utilisation", "off", at={"order": {"confirm": "hold"}})
    found = advice(content(only))
    assert found == [("rules", "unwatched")] * 5
    strangers = rule("no-credit", applies_to=applies("customer", "K01", "K99"))
    names = linter.Known(frozenset({"K01"}), frozenset(), frozenset())
    found = advice(content(rule("over-utilisation"), strangers), names)
    assert found == [("rules.1.applies_to", "unknown-name")]


def test_a_rule_set_that_nobody_may_release_from_is_told():
    lonely = CreditRules.model_validate({"rules": [rule("over-utilisation")]})
    assert ("releasers", "nobody") in advice(lonely)


@pytest.mark.django_db
def test_the_names_that_exist_are_read_from_the_books():
    from tests import make

    make.customer("K01")
    make.group("G1")
    asked = content(
        rule("no-credit", applies_to=applies("customer", "K01", "K99")),
        rule("over-utilisation", applies_to=applies("group", "G1", "G9")),
        rule("document-value", applies_to=applies("tier", "A", "Z")),
    )
    found = [
        one.zh for one in linter.advice(by=make.CLERK, content=asked) if one.code == "unknown-name"
    ]
    assert found == ["客户“K99”不存在", "集团“G9”不存在", "分类“Z”不存在"]
