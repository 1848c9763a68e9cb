"""Recording what reviews find: SQL equals the rule on random histories; once, in scope, as of."""

from datetime import date, timedelta

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import make
from tests.monitoring.shipped import shipped
from xinheng.access.models import User
from xinheng.limits.models import Latest, Proposal
from xinheng.monitoring import operations as monitoring
from xinheng.monitoring import rules
from xinheng.monitoring.models import Alert, AlertStep
from xinheng.scoring.models import Assessment

pytestmark = pytest.mark.django_db
DAY = date(2026, 5, 1)


def on(days):
    return DAY + timedelta(days=days)


def person(name="lin", role="credit_manager", **fields):
    return User.objects.create(username=name, roles=[role], scope="all", **fields)


def stand(customer, day):
    """Let a review of a day be the customer's newest."""
    assessment = Assessment.objects.create(
        customer=customer, as_of=day, grade="A", coverage=1, versions_digest="x", digest="y"
    )
    told = {"tier": "A", "currency": "CNY", "limit_proposed_minor": 0, "review_due": day,
            "open_minor": 0, "overdue_minor": 0, "dpd_max": 0}  # fmt: skip
    proposal = Proposal.objects.create(
        assessment=assessment, customer=customer, as_of=day, binding="", terms="", **told
    )
    Latest.objects.update_or_create(
        customer=customer, defaults={"proposal": proposal, "as_of": day, "grade": "A", **told}
    )


def found(customer, level, code="overdue_days", value=9.0):
    names = ("customer_id", "indicator", "level", "value", "threshold", "part")
    kinds = (pa.int64(), pa.string(), pa.int16(), pa.float64(), pa.float64(), pa.int16())
    row = (customer.pk, code, level, value, 7.0 if level else None, 0)
    return pa.table({
        name: pa.array([cell], kind) for name, cell, kind in zip(names, row, kinds, strict=True)
    })  # fmt: skip


def record(customer, level, day, **fields):
    stand(customer, day)
    return monitoring.record(
        by=make.CLERK, as_of=day, content=shipped(), version="indicators.default@1",
        changes=found(customer, level, **fields), mark=f"{customer.pk}-{day}",
    ).steps  # fmt: skip


def as_rule(row):
    return rules.Alert(
        row.state, row.level, row.assignee_id is not None, row.quiet_until, row.quiet_level
    )


acts = st.one_of(
    st.tuples(st.just("review"), st.integers(0, 3)),
    st.tuples(st.just("close"), st.just(0)),
    st.tuples(st.just("snooze"), st.integers(1, 9)),
    st.tuples(st.just("assign"), st.just(0)),
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(history=st.lists(st.tuples(acts, st.integers(1, 6)), min_size=1, max_size=12))
def test_alerts_live_as_the_rule_says(db, history):
    customer, day = make.customer(), DAY
    holder = User.objects.filter(username="lin").first() or person()
    expected = None
    for (verb, given_), days in history:
        day += timedelta(days=days)
        row = Alert.objects.filter(customer=customer).first()
        if verb == "review":
            step = rules.step(expected, given_, day)
            steps = record(customer, given_, day)
            assert steps == ({step.action: 1} if step else {})
            expected = step.after if step else expected
        elif row is not None and row.state != "closed":
            told = {"by": make.CLERK, "alerts": [row.uuid], "on": day}
            if verb == "close":
                monitoring.close(**told, reason="handled")
            elif verb == "snooze":
                monitoring.snooze(**told, until=day + timedelta(days=given_))
            else:
                monitoring.assign(**told, to=holder.username)
            row.refresh_from_db()
            expected = as_rule(row)
        row = Alert.objects.filter(customer=customer).first()
        # Who it is assigned to outlives its closing; a new life starts without anybody.
        assert row is None or as_rule(row).state == expected.state
        assert row is None or as_rule(row) == expected or row.state == "closed"
    if row is not None:
        assert row.steps.count() >= 1
        assert row.level == row.steps.order_by("-pk")[0].level


def test_a_second_recording_of_the_same_finds_nothing_to_do():
    customer = make.customer()
    assert record(customer, 2, DAY) == {"opened": 1}
    assert record(customer, 2, DAY) == {}
    assert Alert.objects.get(customer=customer).steps.count() == 1


def test_a_review_of_an_earlier_day_disturbs_nothing():
    customer = make.customer()
    record(customer, 2, DAY)
    steps = monitoring.record(
        by=make.CLERK, as_of=on(-30), content=shipped(), version="v", mark="early",
        changes=found(customer, 0),
    ).steps  # fmt: skip
    assert steps == {}
    assert Alert.objects.get(customer=customer).level == 2


def test_closing_is_refused_without_a_reason_twice_and_out_of_scope(actor):
    from xinheng.access.guards import Forbidden
    from xinheng.monitoring.refusals import AlertClosed, UnknownAlert, UnknownReason

    customer = make.customer()
    record(customer, 1, DAY)
    row = Alert.objects.get(customer=customer)
    told = {"alerts": [row.uuid], "on": DAY}
    with pytest.raises(UnknownReason):
        monitoring.close(by=make.CLERK, reason="cleared", **told)
    with pytest.raises(Forbidden):
        monitoring.close(by=actor("auditor"), reason="handled", **told)
    with pytest.raises(UnknownAlert):
        monitoring.close(by=actor("sales", scope="own"), reason="handled", **told)
    assert monitoring.close(by=make.CLERK, reason="false", note="对账错误", **told) == 1
    with pytest.raises(AlertClosed):
        monitoring.close(by=make.CLERK, reason="handled", **told)
    last = AlertStep.objects.filter(alert=row).latest("pk")
    assert (last.action, last.reason, last.note) == ("closed", "false", "对账错误")


def test_an_alert_is_given_only_to_who_may_handle_that_customer():
    from xinheng.monitoring.refusals import BadSnooze, UnknownAssignee

    customer = make.customer()
    record(customer, 1, DAY)
    told = {"by": make.CLERK, "alerts": [Alert.objects.get(customer=customer).uuid], "on": DAY}
    person("auditor", "auditor")
    User.objects.create(username="other", roles=["sales"], scope="own")
    for name in ("nobody", "auditor", "other"):
        with pytest.raises(UnknownAssignee):
            monitoring.assign(**told, to=name)
    for until in (DAY, on(400)):
        with pytest.raises(BadSnooze):
            monitoring.snooze(**told, until=until)
