"""Grants: one record per period, and what each makes of the account on its day."""

from datetime import date

import pytest

from tests import make
from xinheng.access.guards import Forbidden
from xinheng.exposure import operations as exposure
from xinheng.exposure.models import Account, Standing
from xinheng.journal.models import Event
from xinheng.limits import operations as limits
from xinheng.limits.models import Grant, InForce
from xinheng.limits.operations.grants import Granted
from xinheng.limits.refusals import AmountIffLimited, EndsBeforeStart, LimitCurrency, OneNode

pytestmark = pytest.mark.django_db
JAN, FEB, MAR, APR, MAY = (date(2026, month, 1) for month in range(1, 6))


def give(account: Account, amount: int | None, start: date, on: date = JAN, **fields) -> Grant:
    mode = fields.pop("mode", "limited")
    return limits.grant(
        by=make.CLERK, customer_id=account.customer_id, on=on,
        granted=Granted(mode=mode, amount_minor=amount, valid_from=start, **fields),
    )  # fmt: skip


def carried(account: Account) -> tuple[str, int | None, date | None]:
    account.refresh_from_db()
    standing = Standing.objects.filter(pk=account.pk).first()
    return account.mode, account.limit_minor, standing and standing.limit_valid_to


def test_a_grant_takes_effect_on_its_first_day_and_its_end_is_told_afterwards():
    account = make.account()
    give(account, 1_000, FEB, valid_to=MAR)
    assert carried(account) == ("none", None, None)
    assert limits.apply_due(by=make.CLERK, on=JAN) == 0
    assert limits.apply_due(by=make.CLERK, on=FEB) == 1
    assert carried(account) == ("limited", 1_000, MAR)
    assert limits.apply_due(by=make.CLERK, on=FEB) == 0
    limits.apply_due(by=make.CLERK, on=APR)
    assert carried(account) == ("limited", 1_000, MAR)
    [change] = Event.objects.filter(action="exposure.set_limit")
    assert change.object == f"account:{account.pk}"


def test_the_latest_to_begin_is_in_force_and_the_longer_one_comes_back():
    account = make.account()
    give(account, 1_000, JAN)
    assert carried(account) == ("limited", 1_000, None)
    give(account, 5_000, FEB, valid_to=date(2026, 2, 28), reason="春节备货")
    for day, limit in ((FEB, 5_000), (MAR, 1_000)):
        limits.apply_due(by=make.CLERK, on=day)
        assert carried(account)[1] == limit
    give(account, 700, MAR, on=APR)
    assert carried(account) == ("limited", 700, None)


def test_the_same_first_day_again_changes_the_grant_or_nothing():
    account = make.account()
    first = give(account, 1_000, JAN)
    events = Event.objects.count()
    assert give(account, 1_000, JAN).pk == first.pk
    assert Event.objects.count() == events
    give(account, None, JAN, mode="unlimited")
    assert carried(account) == ("unlimited", None, None)
    assert Grant.objects.count() == 1


def test_a_group_has_limits_and_a_member_can_stand_outside():
    group = make.group()
    account = make.account(of=make.customer(group=group))
    above = make.group_account(group)
    limits.grant(
        by=make.CLERK, group_id=group.pk, on=JAN,
        granted=Granted(mode="limited", amount_minor=500, valid_from=JAN, valid_to=MAR),
    )  # fmt: skip
    above.refresh_from_db()
    assert (above.limit_minor, Standing.objects.get(pk=above.pk).limit_valid_to) == (500, MAR)
    give(account, 9_000, JAN, in_group=False)
    account.refresh_from_db()
    assert (account.in_group, account.ancestors) == (False, [])
    lonely = make.group()
    limits.grant(
        by=make.CLERK, group_id=lonely.pk, on=JAN,
        granted=Granted(mode="unlimited", valid_from=JAN),
    )  # fmt: skip
    assert make.group_account(lonely).mode == "unlimited"


def test_a_limit_that_was_set_otherwise_since_stays_until_the_grant_changes():
    account = make.account()
    give(account, 1_000, JAN)
    make.limited(account, 40)
    limits.apply_due(by=make.CLERK, on=JAN)
    assert carried(account)[1] == 40
    give(account, 1_001, JAN)
    assert carried(account)[1] == 1_001


def test_what_cannot_be_a_grant_is_refused(actor):
    account = make.account()
    with pytest.raises(AmountIffLimited):
        give(account, None, JAN)
    with pytest.raises(AmountIffLimited):
        give(account, 1, JAN, mode="none")
    with pytest.raises(EndsBeforeStart):
        give(account, 1, FEB, valid_to=JAN)
    with pytest.raises(LimitCurrency):
        give(account, 1, JAN, currency="USD")
    with pytest.raises(OneNode):
        limits.grant(by=make.CLERK, on=JAN, granted=Granted(mode="none", valid_from=JAN))
    with pytest.raises(Forbidden):
        limits.grant(
            by=actor("sales"), on=JAN, customer_id=account.customer_id,
            granted=Granted(mode="none", valid_from=JAN),
        )  # fmt: skip
    with pytest.raises(Forbidden):
        limits.grant(
            by=actor("credit_manager", scope="own"), on=JAN, group_id=make.group().pk,
            granted=Granted(mode="none", valid_from=JAN),
        )  # fmt: skip
    assert not Grant.objects.exists() and not InForce.objects.exists()


def test_regrouping_takes_along_what_is_used():
    group = make.group()
    make.account(of=make.customer(group=group))
    account = make.account()
    exposure.post_unreserved(
        by=make.CLERK, account_id=account.pk, document=make.document(500), key="invoice"
    )
    above = make.group_account(group)
    limits.regroup(by=make.CLERK, account_id=account.pk, parent_id=above.pk, on=JAN)
    above.refresh_from_db()
    assert above.receivable_minor == 500
