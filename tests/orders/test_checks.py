"""Each check at its edges: what passes by one unit, what fails by one. Amounts are minor units."""

from datetime import date, timedelta

import pytest

from tests.orders import rulebook
from tests.orders.rulebook import TODAY, days_ago, facts, group, late, node
from xinheng.orders import rules
from xinheng.orders.rules.checks import BY_REASON, CHECKS, utilisation
from xinheng.orders.rules.facts import Standing, Terms
from xinheng.orders.rules.verdict import Reason


def says(check: str, of, **rule) -> bool:
    """Whether a rule set of this one rule holds the document."""
    verdict = rules.decide(of, rulebook.rule_set(rulebook.rule(check, **rule)))
    assert rulebook.codes(verdict) in ([], [check])
    return verdict.outcome == "held"


def test_every_reason_has_one_check_in_the_order_of_telling():
    assert [check.reason for check in CHECKS] == list(Reason)
    assert set(BY_REASON) == set(Reason)


# ---- room ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("amount", "held"), [(299, False), (300, False), (301, True)])
def test_used_and_the_document_may_reach_the_limit(amount, held):
    assert says("over-utilisation", facts(amount, path=(node(700, 1000),))) is held


def test_static_530_dynamic_450():
    """SAP's definitions: orders to be shipped on day 45 leave a horizon of 30 days.

    AR 300, billing 40 (posted as receivable), deliveries 60, orders 100 on day 5 and 80 on day 45,
    prepayment 50 held: static 530, dynamic 450.
    """
    ladder = ((TODAY + timedelta(days=5), 100), (TODAY + timedelta(days=45), 80))
    account = node(
        340, 1000, delivered_minor=60, reserved_minor=180, deposits_minor=50, reserved_by_day=ladder
    )
    assert account.used_minor == 530
    here = facts(1, path=(account,))
    assert utilisation.within_horizon(account, here.document, here, 30) == (450, 1)
    assert says("over-utilisation", facts(471, path=(account,))) is True
    assert says("over-utilisation", facts(470, path=(account,))) is False
    given = {"parameters": {"horizon_days": 30}}
    assert says("over-utilisation-dynamic", facts(551, path=(account,)), **given) is True
    assert says("over-utilisation-dynamic", facts(550, path=(account,)), **given) is False


@pytest.mark.parametrize(("days", "held"), [(30, True), (31, False)])
def test_a_document_shipped_after_the_horizon_does_not_count_yet(days, held):
    of = facts(500, path=(node(700, 1000),), document={"ship_date": TODAY + timedelta(days=days)})
    assert says("over-utilisation-dynamic", of, parameters={"horizon_days": 30}) is held
    assert says("over-utilisation", of) is True


def test_the_horizon_of_the_rule_set_counts_where_a_rule_names_none():
    later = TODAY + timedelta(days=10)
    of = facts(500, path=(node(700, 1000),), document={"ship_date": later})
    rule = rulebook.rule("over-utilisation-dynamic")
    assert rules.decide(of, rulebook.rule_set(rule, horizon_days=9)).outcome == "approved"
    assert rules.decide(of, rulebook.rule_set(rule, horizon_days=10)).outcome == "held"


@pytest.mark.parametrize(
    ("own", "above", "available"),
    [
        ({"limit": 10_000}, {"limit": 15_000}, 10_000),
        ({"limit": 20_000}, {"limit": 15_000}, 15_000),
        ({"limit": None, "mode": "none"}, {"limit": 15_000}, 0),
        # in_group off: the group is no part of the path.
        ({"limit": None}, None, None),
        ({"limit": None}, {"limit": 15_000}, 15_000),
    ],
)
def test_the_five_cases_of_a_group_limit(own, above, available):
    """Dynamics 365 Finance, Credit limit scenarios: own and group limit, which one counts."""
    path = (node(0, **own), *(() if above is None else (group(0, **above),)))
    book = rulebook.rule_set(rulebook.rule("over-utilisation"), rulebook.rule("group-limit"))
    assert rules.decide(facts(1, path=path), book).available_minor == available
    if available is None:
        assert rules.decide(facts(10**12, path=path), book).outcome == "approved"
        return
    if available:
        assert rules.decide(facts(available, path=path), book).outcome == "approved"
    assert rules.decide(facts(available + 1, path=path), book).outcome == "held"


def test_every_group_above_is_asked_and_the_finding_names_each_that_is_over():
    path = (node(0, 1000), group(900, 1000), group(480, 500, account_id=3, code="G02"))
    verdict = rules.decide(facts(200, path=path), rulebook.rule_set(rulebook.rule("group-limit")))
    (finding,) = verdict.findings
    assert [one["account"] for one in finding.details["accounts"]] == ["G01", "G02"]
    assert finding.details["excess_minor"] == 180
    asked = [(one.account_id, one.amount_minor) for one in finding.remedies if one.kind == "ask"]
    assert asked == [(2, 1100), (3, 680)]


def test_a_document_counts_once():
    """0 + 60, then its delivery of 60: used stays 60, not 120 of 100."""
    account = node(0, 100, reserved_minor=60)
    held = {"held_minor": 60}
    assert not says("over-utilisation", facts(60, path=(account,), point="ship", document=held))
    assert not says("over-utilisation", facts(100, path=(account,), document=held))
    assert says("over-utilisation", facts(101, path=(account,), document=held))


def test_making_an_order_smaller_is_never_held_for_room():
    over = node(1500, 1000)
    assert not says("over-utilisation", facts(100, path=(over,), document={"held_minor": 200}))
    assert says("over-utilisation", facts(201, path=(over,), document={"held_minor": 200}))
    # Goods that leave are checked against all that is used, whatever was approved before.
    assert says(
        "over-utilisation", facts(100, path=(over,), point="ship", document={"held_minor": 200})
    )


@pytest.mark.parametrize(
    ("tolerance", "most"),
    [
        ({"tolerance_percent": "5"}, 1050),
        ({"tolerance_amount": "0.30"}, 1030),
        ({"tolerance_percent": "5", "tolerance_amount": "0.30"}, 1030),
        ({"tolerance_percent": "0.05"}, 1000),
    ],
)
def test_a_tolerance_lets_pass_so_much_and_the_verdict_says_by_how_much(tolerance, most):
    book = rulebook.rule_set(rulebook.rule("over-utilisation", **tolerance))
    verdict = rules.decide(facts(most), book)
    assert (verdict.outcome, verdict.excess_minor) == ("approved", most - 1000)
    assert verdict.authority == ("tolerance" if most > 1000 else "limit")
    assert rules.decide(facts(most + 1), book).outcome == "held"


def test_no_credit_knows_no_tolerance():
    book = rulebook.rule_set(rulebook.rule("over-utilisation", tolerance_amount="1"))
    nothing = facts(1, path=(node(0, None, mode="none"),))
    assert rules.decide(nothing, book).outcome == "held"
    assert says("no-credit", nothing)
    assert not says("no-credit", facts(100, path=(node(0, None, mode="none"),)), de_minimis="1")
    assert says("no-credit", facts(101, path=(node(0, None, mode="none"),)), de_minimis="1")
    assert not says("no-credit", facts(1))


@pytest.mark.parametrize(("amount", "held"), [(90, False), (91, True)])
def test_the_share_of_the_limit_that_may_be_used(amount, held):
    of = facts(amount, path=(node(0, 101),))
    assert says("limit-share-used", of, parameters={"percent": "90"}) is held


@pytest.mark.parametrize(("used", "held"), [(400, False), (401, True)])
def test_the_insured_amount_is_a_limit_of_its_own(used, held):
    cover = Standing(insured_minor=500, insured_until=TODAY)
    assert says("insured-limit", facts(100, path=(node(used, 1000),), standing=cover)) is held


def test_a_cover_that_ended_is_none_and_no_cover_counts_where_it_is_required():
    ended = Standing(insured_minor=500, insured_until=days_ago(4))
    assert says("insured-limit", facts(1, standing=ended), grace_days=3)
    assert not says("insured-limit", facts(1, standing=ended), grace_days=4)
    assert not says("insured-limit", facts(1))
    assert says("insured-limit", facts(1), parameters={"is_required": True})


def test_insurance_may_carry_a_document_past_the_limit():
    rule = rulebook.rule("over-utilisation", parameters={"covers_excess": True})
    cover = Standing(insured_minor=1200, insured_until=TODAY)
    book = rulebook.rule_set(rule)
    verdict = rules.decide(facts(1200, standing=cover), book)
    assert (verdict.outcome, verdict.authority, verdict.excess_minor) == (
        "approved",
        "insured",
        200,
    )
    assert rules.decide(facts(1201, standing=cover), book).outcome == "held"
    ended = Standing(insured_minor=1200, insured_until=days_ago(1))
    assert rules.decide(facts(1200, standing=ended), book).outcome == "held"


# ---- what is late -------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "held"), [(33, False), (34, True)])
def test_the_oldest_item_may_be_so_many_days_late_and_the_grace_besides(days, held):
    of = facts(owed_by_day=late((days, 500), (1, 10)))
    assert says("oldest-open-item", of, parameters={"days": 30}, grace_days=3) is held


def test_the_due_date_itself_is_not_overdue():
    assert not says("oldest-open-item", facts(owed_by_day=late((0, 500))), parameters={"days": 0})
    assert says("oldest-open-item", facts(owed_by_day=late((1, 500))), parameters={"days": 0})


def test_residues_and_credits_are_no_open_items():
    residue = facts(owed_by_day=late((90, 2), (5, 500)))
    assert not says("oldest-open-item", residue, de_minimis="0.02")
    assert says("oldest-open-item", residue, de_minimis="0.01")
    assert not says("oldest-open-item", facts(owed_by_day=late((90, -500), (5, 500))))
    assert not says("oldest-open-item", facts(owed_by_day=((None, 500),)))


@pytest.mark.parametrize(("minor", "held"), [(10_000, False), (10_001, True)])
def test_so_much_may_be_overdue(minor, held):
    assert says("overdue-amount", facts(owed_by_day=late((1, minor)))) is held


def test_a_credit_does_not_reduce_what_is_overdue():
    assert says("overdue-amount", facts(owed_by_day=late((1, 10_001), (2, -9_000))))


@pytest.mark.parametrize(("minor", "held"), [(150, False), (151, True)])
def test_overdue_amount_and_share_of_the_limit_must_both_be_passed(minor, held):
    """D365: more than 1.00 AND more than 10 % of a limit of 15.00."""
    of = facts(path=(node(0, 1500),), owed_by_day=late((1, minor)))
    given = {"parameters": {"amount": "1", "percent": "10"}}
    assert says("overdue-amount", of, **given) is held
    small = facts(path=(node(0, 500),), owed_by_day=late((1, minor - 51)))
    assert says("overdue-amount", small, **given) is (minor - 51 > 100)
    without = facts(path=(node(0, None),), owed_by_day=late((1, 10**9)))
    assert not says("overdue-amount", without, **given)


@pytest.mark.parametrize(("minor", "held"), [(300, False), (301, True)])
def test_the_share_that_may_be_overdue_for_long(minor, held):
    ladder = late((31, minor), (30, 1000 - minor))
    of = facts(owed_by_day=ladder)
    assert says("overdue-share", of, parameters={"percent": "30", "days": 30}) is held
    assert not says("overdue-share", of, parameters={"percent": "30", "days": 31})
    assert not says(
        "overdue-share", of, parameters={"percent": "30", "days": 30}, de_minimis="3.01"
    )
    assert not says("overdue-share", facts())


@pytest.mark.parametrize(("level", "held"), [(1, False), (2, True), (3, True)])
def test_the_dunning_level_counts_while_something_is_overdue(level, held):
    standing = Standing(dunning_level=level)
    assert says("dunning-level", facts(standing=standing, owed_by_day=late((1, 1)))) is held
    assert not says("dunning-level", facts(standing=standing, owed_by_day=late((0, 500))))
    small = facts(standing=standing, owed_by_day=late((9, 100)))
    assert not says("dunning-level", small, de_minimis="1")


# ---- the account --------------------------------------------------------------------------------


def test_a_block_and_a_stop_hold_whatever_the_document():
    blocked = Standing(blocks=(("lawsuit", "诉讼", "a lawsuit"),))
    assert says("account-blocked", facts(0, standing=blocked))
    assert not says("account-blocked", facts())
    assert says("account-stopped", facts(0, standing=Standing(status="stopped")))
    assert not says("account-stopped", facts(standing=Standing(status="watch")))


@pytest.mark.parametrize(("days", "held"), [(-1, False), (0, False), (3, False), (4, True)])
def test_a_limit_lasts_through_its_last_day_and_the_grace_besides(days, held):
    of = facts(standing=Standing(limit_valid_to=days_ago(days)))
    assert says("limit-expired", of, grace_days=3) is held


def test_a_limit_without_an_end_has_expired_only_where_an_end_is_required():
    assert not says("limit-expired", facts())
    assert says("limit-expired", facts(), parameters={"is_required": True})
    nothing = facts(path=(node(0, None, mode="none"),))
    assert not says("limit-expired", nothing, parameters={"is_required": True})


@pytest.mark.parametrize(("index", "held"), [(49, True), (50, False), (None, False)])
def test_the_payment_index_must_reach_its_least(index, held):
    assert says("payment-index", facts(standing=Standing(payment_index=index))) is held


@pytest.mark.parametrize(("days", "held"), [(0, False), (30, False), (31, True)])
def test_a_review_may_be_late_within_the_grace(days, held):
    of = facts(standing=Standing(review_due=days_ago(days)))
    assert says("review-overdue", of, grace_days=30) is held
    assert not says("review-overdue", facts())


# ---- the document -------------------------------------------------------------------------------


@pytest.mark.parametrize(("amount", "held"), [(1100, False), (1101, True)])
def test_one_document_may_be_worth_so_much(amount, held):
    given = {"parameters": {"amount": "10"}, "tolerance_percent": "10"}
    assert says("document-value", facts(amount, path=(node(0, None),)), **given) is held


@pytest.mark.parametrize(("days", "held"), [(None, False), (30, False), (31, True)])
def test_terms_are_compared_with_those_granted_or_approved_before(days, held):
    asked = {"document": {"terms": Terms(days)}, "customer": {"terms": Terms(30)}}
    assert says("terms-worsened", facts(**asked)) is held
    assert not says("terms-worsened", facts(**asked), parameters={"days": 1})
    approved = {"terms": Terms(days), "approved_minor": 100, "approved_terms": Terms(60)}
    assert not says("terms-worsened", facts(document=approved, customer={"terms": Terms(30)}))
    assert not says("terms-worsened", facts(document={"terms": Terms(90)}))


@pytest.mark.parametrize(("percent", "held"), [(None, False), (2.0, False), (2.01, True)])
def test_a_discount_is_compared_with_the_one_granted_or_approved_before(percent, held):
    terms = Terms(30, percent)
    asked = {"document": {"terms": terms}, "customer": {"terms": Terms(30, 2.0)}}
    assert says("discount-worsened", facts(**asked)) is held
    assert not says("discount-worsened", facts(**asked), parameters={"percent": "0.01"})
    assert says("discount-worsened", facts(document={"terms": Terms(None, 0.01)}))


def test_small_documents_pass_where_a_rule_says_so():
    standing = Standing(payment_index=1, review_due=days_ago(99), limit_valid_to=days_ago(99))
    for check in ("payment-index", "review-overdue", "limit-expired"):
        assert not says(check, facts(500, standing=standing), de_minimis="5")
        assert says(check, facts(501, standing=standing), de_minimis="5")


def test_amounts_of_the_rules_are_converted_once_to_the_accounts_currency():
    """1,000 CNY at 0.14 is 140 USD; without a rate the rule cannot be asked."""
    from decimal import Decimal

    book = rulebook.rule_set(rulebook.rule("document-value"))
    usd = {"currency": "USD", "path": (node(0, None),)}
    rate = Decimal("0.14")
    assert rules.decide(facts(14_000, policy_rate=rate, **usd), book).outcome == "approved"
    assert rules.decide(facts(14_001, policy_rate=rate, **usd), book).outcome == "held"
    with pytest.raises(rules.PolicyRateUnknown):
        rules.decide(facts(1, **usd), book)
    # A rule set that names no amount needs no rate.
    free = rulebook.rule_set(rulebook.rule("over-utilisation"))
    assert rules.decide(facts(1, **usd), free).outcome == "approved"


def test_numbers_of_findings_are_json_values():
    from xinheng.orders.rules.record import plain

    standing = Standing(review_due=date(2026, 1, 1), limit_valid_to=date(2026, 1, 1))
    book = rulebook.rule_set(rulebook.rule("review-overdue"), rulebook.rule("limit-expired"))
    for finding in rules.decide(facts(standing=standing), book).findings:
        assert plain(finding.details) == finding.details
