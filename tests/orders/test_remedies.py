"""Every reason offers at least one remedy with its amount, and doing it makes the check pass."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.orders import rulebook
from tests.orders.rulebook import TODAY
from xinheng.orders import rules
from xinheng.orders.rules.facts import Standing, Terms
from xinheng.orders.rules.verdict import Level, Reason

# Numbers that lie on thresholds, beside them, and anywhere.
AMOUNTS = st.sampled_from([0, 1, 2, 99, 100, 101, 899, 900, 901, 999, 1000, 1001]) | st.integers(
    0, 3000
)
DAYS = st.sampled_from([-31, -30, -1, 0, 1, 2, 29, 30, 31, 33, 34]) | st.integers(-60, 60)
PERCENTS = st.sampled_from(["0", "1", "30", "33.33", "90", "99.99"])
WITH_AMOUNT = {"pay", "prepay", "release", "ask", "insure", "reduce"}


@st.composite
def nodes(draw: st.DrawFn, kind: str, number: int):
    mode = draw(st.sampled_from(["limited", "limited", "none", "unlimited"]))
    make = rulebook.node if kind == "customer" else rulebook.group
    reserved = tuple(
        (None if days is None else TODAY + timedelta(days=days), minor)
        for days, minor in draw(
            st.lists(st.tuples(st.none() | st.integers(-5, 60), st.integers(1, 500)), max_size=3)
        )
    )
    return make(
        draw(AMOUNTS),
        draw(AMOUNTS),
        mode=mode,
        account_id=number,
        reserved_minor=sum(minor for _, minor in reserved),
        reserved_by_day=reserved,
        deposits_minor=draw(st.sampled_from([0, 0, 50])),
    )


@st.composite
def some_facts(draw: st.DrawFn):
    path = (
        draw(nodes("customer", 1)),
        *(draw(nodes("group", 2 + n)) for n in range(draw(st.integers(0, 2)))),
    )
    amount = draw(AMOUNTS)
    ladder = draw(st.lists(st.tuples(DAYS, st.integers(-200, 1500)), max_size=5, unique_by=_first))
    held = draw(st.sampled_from([0, 0, min(amount, path[0].reserved_minor)]))
    return rulebook.facts(
        amount,
        path=path,
        owed_by_day=rulebook.late(*ladder),
        point=draw(st.sampled_from(["confirm", "ship"])),
        customer={"terms": Terms(30, 2.0)},
        document={
            "held_minor": held,
            "ship_date": draw(st.none() | DAYS.map(lambda days: TODAY + timedelta(days=days))),
            "terms": Terms(draw(st.sampled_from([None, 30, 31, 45])), draw(discounts())),
        },
        standing=Standing(
            dunning_level=draw(st.integers(0, 3)),
            insured_minor=draw(st.none() | AMOUNTS),
            insured_until=draw(st.none() | DAYS.map(rulebook.days_ago)),
            review_due=draw(st.none() | DAYS.map(rulebook.days_ago)),
            limit_valid_to=draw(st.none() | DAYS.map(rulebook.days_ago)),
            payment_index=draw(st.sampled_from([None, 48, 49, 50, 51])),
            status=draw(st.sampled_from(["active", "watch", "stopped"])),
            blocks=draw(st.sampled_from([(), (("lawsuit", "诉讼", "a lawsuit"),)])),
        ),
    )


def _first(rung):
    return rung[0]


def discounts():
    return st.sampled_from([None, 0.0, 2.0, 2.01, 5.5])


@st.composite
def some_rules(draw: st.DrawFn):
    shared = {
        "de_minimis": draw(st.sampled_from(["0", "0.01", "1.00"])),
        "grace_days": draw(st.sampled_from([0, 0, 1, 3])),
    }
    tolerance = {
        "tolerance_percent": draw(st.none() | st.sampled_from(["5", "10"])),
        "tolerance_amount": draw(st.none() | st.sampled_from(["0.50", "1"])),
    }
    parameters = {
        "document-value": {"amount": draw(st.sampled_from(["0", "1", "10"]))},
        "oldest-open-item": {"days": draw(st.sampled_from([0, 1, 30]))},
        "overdue-amount": {
            "amount": draw(st.sampled_from(["0", "1", "9"])),
            "percent": draw(st.none() | PERCENTS),
        },
        "overdue-share": {
            "percent": draw(PERCENTS), "days": draw(st.sampled_from([0, 30])),
        },
        "dunning-level": {"level": draw(st.integers(1, 3))},
        "limit-share-used": {"percent": draw(PERCENTS)},
        "terms-worsened": {"days": draw(st.sampled_from([0, 1]))},
        "discount-worsened": {"percent": draw(st.sampled_from(["0", "0.01"]))},
        "limit-expired": {"is_required": draw(st.booleans())},
        "insured-limit": {"is_required": draw(st.booleans())},
        "group-limit": {"horizon_days": draw(st.none() | st.sampled_from([0, 30]))},
        "over-utilisation-dynamic": {"horizon_days": draw(st.sampled_from([0, 30]))},
        "over-utilisation": {"covers_excess": draw(st.booleans())},
    }  # fmt: skip
    return rulebook.rule_set(
        *(
            rulebook.rule(
                reason.code, **shared, **tolerance, parameters=parameters.get(reason.code, {})
            )
            for reason in Reason
        )
    )


def test_doing_what_a_finding_names_makes_its_check_pass():
    """18 reasons over random facts and every threshold ± 1; each remedy of each finding is done."""
    reached: Counter[Reason] = Counter()
    done: dict[Reason, Counter[str]] = defaultdict(Counter)

    @settings(
        max_examples=450, deadline=None, database=None, derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(some_facts(), some_rules())
    def every_remedy_helps(was, rule_set):
        verdict = rules.decide(was, rule_set)
        for finding in verdict.findings:
            reached[finding.reason] += 1
            assert finding.level is Level.HOLD
            assert finding.remedies, f"{finding.reason} offers nothing"
            kinds = {one.kind for one in finding.remedies}
            assert kinds - {"release"} or finding.reason is Reason.DOCUMENT_VALUE
            for kind in kinds:
                same = [one for one in finding.remedies if one.kind == kind]
                if kind in WITH_AMOUNT:
                    least = 0 if kind in ("ask", "prepay", "release", "insure") else 1
                    assert all((one.amount_minor or 0) >= least for one in same), same
                again = rules.decide(rulebook.mended(was, same, verdict), rule_set)
                left = rulebook.found(again, finding.reason)
                assert left is None or left.level is Level.WARN, (finding, kind, left)
                done[finding.reason][kind] += 1

    every_remedy_helps()
    missing = {reason.code: reached[reason] for reason in Reason if reached[reason] < 50}
    assert not missing, f"reached too rarely: {missing}"
    assert {kind for kinds in done.values() for kind in kinds} == set(rulebook._MENDS)


def test_one_less_than_the_amount_asked_does_not_help():
    """Amounts are the least that help: a cent less than asked leaves the finding in place."""
    was = rulebook.facts(400, path=(rulebook.node(700, 1000),))
    book = rulebook.rule_set(rulebook.rule("over-utilisation"))
    verdict = rules.decide(was, book)
    (finding,) = verdict.findings
    amounts = {one.kind: one.amount_minor for one in finding.remedies}
    assert amounts == {"pay": 100, "reduce": 300, "prepay": 400, "release": 400, "ask": 1100}
    for kind, less in (("pay", -1), ("ask", -1), ("reduce", 1)):
        short = [
            replace(one, amount_minor=(one.amount_minor or 0) + less)
            for one in finding.remedies
            if one.kind == kind
        ]
        again = rules.decide(rulebook.mended(was, short, verdict), book)
        assert rulebook.codes(again) == ["over-utilisation"], kind


def amounts(check: str, was, **rule) -> dict[str, int | None]:
    """Kind → amount of the remedies of one rule."""
    (finding,) = rules.decide(was, rulebook.rule_set(rulebook.rule(check, **rule))).findings
    return {one.kind: one.amount_minor for one in finding.remedies}


def test_the_amounts_of_each_check_are_the_least_that_help():
    used = (rulebook.node(700, 1000),)
    nothing = (rulebook.node(700, None, mode="none"),)
    cover = Standing(insured_minor=500)
    assert amounts("no-credit", rulebook.facts(100, path=nothing))["ask"] == 800
    insured = rulebook.facts(100, path=used, standing=cover)
    assert amounts("insured-limit", insured, tolerance_amount="0.60") == {
        "insure": 800, "pay": 240, "prepay": 100, "release": 100,
    }  # fmt: skip
    share = amounts("limit-share-used", rulebook.facts(250, path=used))
    assert share == {"pay": 50, "reduce": 200, "prepay": 250, "ask": 1056, "release": 250}
    late = rulebook.facts(owed_by_day=rulebook.late((40, 300), (20, 500), (-5, 200)))
    assert amounts("oldest-open-item", late)["pay"] == 300
    over = {"parameters": {"amount": "6"}}
    assert amounts("overdue-amount", late, **over)["pay"] == 200
    assert amounts("overdue-amount", late, tolerance_percent="10", **over)["pay"] == 140
    assert amounts("overdue-share", late)["pay"] == 715
    assert amounts("dunning-level", replace(late, standing=Standing(dunning_level=2)))["pay"] == 800


def test_a_payment_names_the_last_day_that_it_is_about():
    was = rulebook.facts(owed_by_day=rulebook.late((40, 300), (20, 500)))
    for check, day in (("oldest-open-item", 31), ("overdue-amount", 1)):
        given = {"amount": "1"} if check == "overdue-amount" else {"days": 30}
        book = rulebook.rule_set(rulebook.rule(check, parameters=given))
        (finding,) = rules.decide(was, book).findings
        (pay,) = (one for one in finding.remedies if one.kind == "pay")
        assert pay.until == rulebook.days_ago(day)


def test_a_document_is_reduced_only_where_something_of_it_is_left():
    room = amounts("over-utilisation", rulebook.facts(400, path=(rulebook.node(999, 1000),)))
    assert room["reduce"] == 1
    for used in (1000, 1001):
        full = amounts("over-utilisation", rulebook.facts(400, path=(rulebook.node(used, 1000),)))
        assert "reduce" not in full
    # Of 400, 300 are held already: what is new may go, the rest stands.
    part = rulebook.facts(400, path=(rulebook.node(1000, 1000),), document={"held_minor": 300})
    assert amounts("over-utilisation", part)["reduce"] == 300
