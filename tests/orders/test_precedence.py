"""Which rule counts: the documented order of Dynamics 365, one story each, and what eases a hold.

Source: Dynamics 365 Finance, Credit holds for sales orders (Days overdue; Sequence the application
of rules).
"""

from dataclasses import replace

import pytest

from tests.orders import rulebook
from tests.orders.rulebook import TODAY, applies, days_ago, facts, late, node, rule, rule_set
from xinheng.orders import rules
from xinheng.orders.rules.facts import Release, Standing, Terms

SIXTY_ONE = rule("oldest-open-item", parameters={"days": 61})


def excluded(name: str = "例外", **more):
    return {"name": name, "check": more.pop("check", "oldest-open-item"), **more}


def outcome(of, *rule_dicts, exclusions=(), **more) -> str:
    return str(rules.decide(of, rule_set(*rule_dicts, exclusions=exclusions, **more)).outcome)


@pytest.mark.parametrize(("days", "says"), [(61, "approved"), (62, "held")])
def test_without_an_exclusion_61_days_are_the_most(days, says):
    assert outcome(facts(owed_by_day=late((days, 500))), SIXTY_ONE) == says


@pytest.mark.parametrize(("days", "says"), [(62, "approved"), (99, "approved"), (100, "held")])
def test_example_1_an_exclusion_of_the_same_value_type_overrides(days, says):
    """All customers are held after 61 days, this one is excluded below 100 days."""
    vip = excluded(applies_to=applies("customer", "K01"), days_up_to=99)
    assert outcome(facts(owed_by_day=late((days, 500))), SIXTY_ONE, exclusions=[vip]) == says


def test_example_2_an_exclusion_by_amount_does_not_override_a_rule_by_days():
    """For US-001 less than 1000 overdue is named: by itself that changes nothing."""
    by_amount = excluded(applies_to=applies("customer", "K01"), amount_up_to="999.99")
    of = facts(owed_by_day=late((62, 50_000)))
    assert outcome(of, SIXTY_ONE, exclusions=[by_amount]) == "held"


@pytest.mark.parametrize(
    ("customer", "overdue", "says"),
    [
        ("US-001", 99_999, "approved"),
        ("US-001", 100_000, "held"),
        ("US-009", 249_999, "approved"),
        ("US-009", 250_000, "held"),
        ("US-010", 1, "held"),
    ],
)
def test_example_2_with_release_ticked_the_amount_overdue_lets_it_go(customer, overdue, says):
    """US-001 below 1000, US-009 below 2500: what is overdue in all, not the order's amount."""
    exclusions = [
        excluded(
            "一", release=True, amount_up_to="999.99", applies_to=applies("customer", "US-001")
        ),
        excluded(
            "九", release=True, amount_up_to="2499.99", applies_to=applies("customer", "US-009")
        ),
    ]
    of = facts(10**6, path=(node(0, None),), owed_by_day=late((62, overdue)))
    of = replace(of, customer=replace(of.customer, code=customer))
    assert outcome(of, SIXTY_ONE, exclusions=exclusions) == says


def test_a_release_wins_outright_and_no_other_rule_is_asked():
    everything = [rule("account-blocked", "refuse"), rule("over-utilisation"), SIXTY_ONE]
    of = facts(
        5000,
        owed_by_day=late((300, 500)),
        standing=Standing(blocks=(("lawsuit", "诉讼", "a lawsuit"),)),
    )
    book = rule_set(*everything, exclusions=[{"name": "内部客户", "release": True}])
    verdict = rules.decide(of, book)
    assert (verdict.outcome, verdict.findings) == ("approved", ())
    assert verdict.excluded == (("*", "内部客户"),)
    assert (verdict.authority, verdict.excess_minor) == ("release", 4000)


def test_an_exclusion_affects_only_the_rule_it_is_defined_on():
    mine = excluded(check="document-value", applies_to=applies("customer", "K01"))
    of = facts(owed_by_day=late((62, 500)))
    assert outcome(of, SIXTY_ONE, exclusions=[mine]) == "held"


@pytest.mark.parametrize(
    ("rule_for", "exclusion_for", "says"),
    [
        (applies("group", "G1"), applies("group", "G1"), "held"),
        (applies("all"), applies("all"), "held"),
        (applies("customer", "K01"), applies("customer", "K01"), "held"),
        (applies("customer", "K01"), applies("group", "G1"), "held"),
        (applies("group", "G1"), applies("customer", "K01"), "approved"),
        (applies("tier", "A"), applies("group", "G1"), "approved"),
        (applies("all"), applies("tier", "A"), "approved"),
        (applies("tier", "A"), applies("all"), "held"),
    ],
)
def test_an_exclusion_must_be_narrower_than_its_rule(rule_for, exclusion_for, says):
    """Table before group before risk group before all; at the same level it does not override."""
    of = facts(owed_by_day=late((62, 500)), customer={"tier": "A", "groups": ("G0", "G1")})
    strict = rule("oldest-open-item", parameters={"days": 61}, applies_to=rule_for)
    assert outcome(of, strict, exclusions=[excluded(applies_to=exclusion_for)]) == says


def test_a_rule_for_some_is_nothing_to_the_others():
    mine = rule("oldest-open-item", parameters={"days": 0}, applies_to=applies("customer", "K02"))
    assert outcome(facts(owed_by_day=late((62, 500))), mine) == "approved"


def test_rules_of_every_level_speak_and_the_heaviest_is_told():
    """A milder rule for one customer does not silence the rule for all; that takes an exclusion."""
    of = facts(owed_by_day=late((62, 500)))
    mild = rule("oldest-open-item", "warn", name="本客户", applies_to=applies("customer", "K01"))
    verdict = rules.decide(of, rule_set(SIXTY_ONE, mild))
    assert (verdict.outcome, verdict.findings[0].rule) == ("held", "oldest-open-item")
    equal = rule("oldest-open-item", name="本客户", applies_to=applies("customer", "K01"))
    verdict = rules.decide(of, rule_set(SIXTY_ONE, equal))
    assert [one.rule for one in verdict.findings] == ["本客户"]


@pytest.mark.parametrize("effect", ["off", "warn", "hold", "refuse"])
def test_each_document_and_point_has_its_own_effect(effect):
    one = rule("document-value", "off", at={"delivery": {"ship": effect}})
    of = facts(10**6, path=(node(0, None),))
    says = {"off": "approved", "warn": "approved", "hold": "held", "refuse": "refused"}[effect]
    assert outcome(of, one) == "approved"
    shipped = replace(of, point="ship", document=replace(of.document, kind="delivery"))
    assert outcome(shipped, one) == says
    verdict = rules.decide(shipped, rule_set(one))
    assert bool(verdict.findings) is (effect != "off")


def test_an_exclusion_counts_only_where_it_is_meant():
    there = excluded(applies_to=applies("customer", "K01"), points=["ship"])
    of = facts(owed_by_day=late((62, 500)))
    assert outcome(of, SIXTY_ONE, exclusions=[there]) == "held"
    assert outcome(replace(of, point="ship"), SIXTY_ONE, exclusions=[there]) == "approved"


def test_who_pays_best_may_be_excluded_by_a_least_index():
    low = rule("payment-index", parameters={"index": 80})
    mine = excluded(check="payment-index", applies_to=applies("tier", "A"), index_from=70)
    for index, says in ((69, "held"), (70, "approved")):
        of = facts(customer={"tier": "A"}, standing=Standing(payment_index=index))
        assert outcome(of, low, exclusions=[mine]) == says


# ---- what eases a hold --------------------------------------------------------------------------


def test_goods_that_are_gone_are_never_held_back():
    of = facts(5000, point="invoice", document={"kind": "invoice", "is_shipped": True})
    verdict = rules.decide(of, rule_set(rule("over-utilisation", "refuse")))
    assert (verdict.outcome, verdict.findings[0].eased) == ("approved", "shipped")
    assert (verdict.authority, verdict.excess_minor) == ("warn", 4000)


def test_prepaid_documents_pass_and_still_tell_a_block():
    blocked = Standing(blocks=(("lawsuit", "诉讼", "a lawsuit"),), status="stopped")
    every = [rule(check) for check in ("account-blocked", "account-stopped", "over-utilisation")]
    verdict = rules.decide(
        facts(5000, standing=blocked, document={"is_prepaid": True}), rule_set(*every)
    )
    assert verdict.outcome == "approved"
    assert rulebook.codes(verdict) == ["account-blocked", "account-stopped"]
    assert {one.eased for one in verdict.findings} == {"prepaid"}
    assert (verdict.authority, verdict.excess_minor) == ("limit", 0)


def test_a_warning_lets_pass_by_as_much_as_is_needed():
    verdict = rules.decide(facts(1500), rule_set(rule("over-utilisation", "warn")))
    assert (verdict.outcome, verdict.authority, verdict.excess_minor) == ("approved", "warn", 500)


def leave(**more) -> Release:
    values = {"id": 1, "document_minor": 1500, "excess_minor": 500, "covers": "later",
              "point": "confirm", "until": TODAY}  # fmt: skip
    return Release(**{**values, **more})


@pytest.mark.parametrize(
    ("release", "point", "amount", "says"),
    [
        (leave(), "confirm", 1500, "approved"),
        (leave(), "ship", 1500, "approved"),
        (leave(), "quote", 1500, "held"),
        (leave(covers="step"), "confirm", 1500, "approved"),
        (leave(covers="step"), "ship", 1500, "held"),
        (leave(point="ship"), "confirm", 1500, "held"),
        (leave(document_minor=1499), "confirm", 1500, "held"),
        (leave(excess_minor=499), "confirm", 1500, "held"),
        (leave(), "confirm", 1501, "held"),
        (leave(until=days_ago(1)), "confirm", 1500, "held"),
        (leave(until=None), "confirm", 1500, "approved"),
    ],
)
def test_a_release_covers_its_amount_its_steps_and_its_days(release, point, amount, says):
    verdict = rules.decide(
        facts(amount, point=point, release=release), rule_set(rule("over-utilisation"))
    )
    assert verdict.outcome == says
    assert verdict.over_minor == amount - 1000
    if says == "approved":
        assert (verdict.authority, verdict.excess_minor) == ("release", 500)
        assert verdict.findings[0].eased == "released"


def test_a_release_lifts_no_refusal():
    verdict = rules.decide(
        facts(1500, release=leave()), rule_set(rule("over-utilisation", "refuse"))
    )
    assert verdict.outcome == "refused"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, "approved"),
        ({"approved_on": days_ago(3)}, "approved"),
        ({"approved_on": days_ago(4)}, "held"),
        ({"approved_minor": 1499}, "held"),
        ({"approved_terms": Terms(60)}, "held"),
        ({"approved_on": None}, "held"),
    ],
)
def test_a_later_step_soon_after_leave_is_not_held_again(change, says):
    before = {"approved_minor": 1500, "approved_on": TODAY, "approved_terms": Terms(30),
              "terms": Terms(30), **change}  # fmt: skip
    of = facts(1500, point="ship", document=before)
    assert outcome(of, rule("over-utilisation"), recheck_days={"ship": 3}) == says
    assert outcome(of, rule("over-utilisation"), recheck_days={"pick": 3}) == "held"


def test_a_stop_holds_however_recent_the_leave():
    before = {"approved_minor": 1500, "approved_on": TODAY}
    of = facts(1500, point="ship", document=before, standing=Standing(status="stopped"))
    assert outcome(of, rule("account-stopped"), recheck_days={"ship": 3}) == "held"


def test_all_reasons_are_told_in_their_order():
    of = facts(
        5000,
        owed_by_day=late((90, 50_000)),
        standing=Standing(status="stopped", payment_index=1),
    )
    checks = ["payment-index", "oldest-open-item", "over-utilisation", "account-stopped"]
    verdict = rules.decide(of, rule_set(*(rule(check) for check in checks)))
    assert rulebook.codes(verdict) == checks[::-1]


# ---- what exclusions compare --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("check", "bound", "passes", "fails"),
    [
        ("discount-worsened", {"percent_up_to": "3"}, {"terms": Terms(30, 3.0)},
         {"terms": Terms(30, 3.01)}),
        ("terms-worsened", {"days_up_to": 45}, {"terms": Terms(45)}, {"terms": Terms(46)}),
        ("document-value", {"amount_up_to": "2000"}, {"credit_minor": 200_000},
         {"credit_minor": 200_001}),
        ("limit-share-used", {"percent_up_to": "95"}, {"credit_minor": 950},
         {"credit_minor": 951}),
        ("over-utilisation", {"amount_up_to": "1"}, {"credit_minor": 1100},
         {"credit_minor": 1101}),
    ],
)  # fmt: skip
def test_an_exclusion_compares_the_values_of_its_check(check, bound, passes, fails):
    mine = excluded(check=check, applies_to=applies("customer", "K01"), **bound)
    for document, says in ((passes, "approved"), (fails, "held")):
        of = facts(document=document, customer={"terms": Terms(30, 2.0)})
        assert outcome(of, rule(check), exclusions=[mine]) == says


@pytest.mark.parametrize(
    ("check", "bound", "passes", "fails"),
    [
        ("limit-expired", {"days_up_to": 9}, {"limit_valid_to": days_ago(9)},
         {"limit_valid_to": days_ago(10)}),
        ("review-overdue", {"days_up_to": 9}, {"review_due": days_ago(9)},
         {"review_due": days_ago(10)}),
        ("dunning-level", {"level_up_to": 2}, {"dunning_level": 2}, {"dunning_level": 3}),
    ],
)  # fmt: skip
def test_an_exclusion_compares_what_stands_about_the_account(check, bound, passes, fails):
    mine = excluded(check=check, applies_to=applies("customer", "K01"), **bound)
    for standing, says in ((passes, "approved"), (fails, "held")):
        of = facts(standing=Standing(**standing), owed_by_day=late((1, 500)))
        assert outcome(of, rule(check), exclusions=[mine]) == says


def test_an_exclusion_by_a_share_compares_what_is_overdue_or_used():
    mine = excluded(
        check="overdue-share", applies_to=applies("customer", "K01"), percent_up_to="60"
    )
    for minor, says in ((600, "approved"), (601, "held")):
        of = facts(owed_by_day=late((5, minor), (0, 1000 - minor)))
        assert outcome(of, rule("overdue-share"), exclusions=[mine]) == says
    # A value that is not known excuses nothing.
    low = excluded(check="payment-index", applies_to=applies("customer", "K01"), index_from=0)
    nothing = facts(standing=Standing(payment_index=10))
    assert outcome(nothing, rule("payment-index"), exclusions=[low]) == "approved"
    by_index = {"name": "好客户", "release": True, "index_from": 0}
    assert outcome(facts(5000), rule("over-utilisation"), exclusions=[by_index]) == "held"


# ---- by what leave ------------------------------------------------------------------------------


def test_insurance_is_named_only_where_it_was_needed():
    """A tolerance of 1.00 carries 50 past the limit, the cover carries 150."""
    one = rule("over-utilisation", tolerance_amount="1", parameters={"covers_excess": True})
    cover = Standing(insured_minor=2000)
    for amount, authority in ((1000, "limit"), (1050, "tolerance"), (1150, "insured")):
        verdict = rules.decide(facts(amount, standing=cover), rule_set(one))
        assert (verdict.authority, verdict.excess_minor) == (authority, amount - 1000)


def test_what_no_rule_asks_about_passes_as_warned():
    verdict = rules.decide(facts(1500), rule_set(rule("document-value", "warn")))
    assert (verdict.authority, verdict.excess_minor) == ("warn", 500)
    mine = excluded(check="over-utilisation", applies_to=applies("customer", "K01"))
    verdict = rules.decide(facts(1500), rule_set(rule("over-utilisation"), exclusions=[mine]))
    assert (verdict.authority, verdict.excluded) == ("warn", (("over-utilisation", "例外"),))


def test_a_group_that_no_rule_asks_about_is_passed_as_warned():
    path = (node(0, None), rulebook.group(900, 1000))
    verdict = rules.decide(facts(200, path=path), rule_set(rule("over-utilisation")))
    assert (verdict.outcome, verdict.authority, verdict.excess_minor) == ("approved", "warn", 100)
    own = (node(0, 1000), rulebook.group(900, 1000))
    verdict = rules.decide(facts(200, path=own), rule_set(rule("over-utilisation")))
    assert (verdict.authority, verdict.excess_minor) == ("warn", 100)


def test_a_release_covers_a_later_step_that_takes_no_more_than_it_holds():
    """The limit was lowered since: the goods already approved may leave, one unit more may not."""
    over = (node(0, 1000, reserved_minor=1500),)
    for amount, says in ((1500, "approved"), (1501, "held")):
        of = facts(
            amount, path=over, point="ship", document={"held_minor": 1500},
            release=leave(document_minor=2000, excess_minor=0),
        )  # fmt: skip
        assert outcome(of, rule("over-utilisation")) == says
