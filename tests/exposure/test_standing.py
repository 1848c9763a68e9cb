"""Facts that rooms above post about an account, and blocks set by hand."""

from datetime import date

import pytest
from django.db import connection

from tests import make
from xinheng.access.guards import Forbidden
from xinheng.exposure import operations as exposure
from xinheng.exposure.models import Account, Standing
from xinheng.exposure.refusals import BlockUnknown, ReasonNeeded, UnknownFact
from xinheng.journal.models import Event

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 1)


def events(action: str) -> int:
    return Event.objects.filter(action=f"exposure.{action}").count()


def test_only_the_facts_that_are_named_are_written_and_a_repeat_writes_nothing():
    buyer = make.customer()
    assert exposure.post_standing(by=make.CLERK, customer_id=buyer.pk, dunning_level=2)
    account = Account.objects.get(customer=buyer)
    assert exposure.post_standing(by=make.CLERK, account_id=account.pk, tier="A", review_due=DAY)
    assert not exposure.post_standing(by=make.CLERK, account_id=account.pk, tier="A")
    found = Standing.objects.get(pk=account.pk)
    assert (found.dunning_level, found.tier, found.review_due) == (2, "A", DAY)
    assert found.status == "active"
    assert events("post_standing") == 2
    with pytest.raises(UnknownFact):
        exposure.post_standing(by=make.CLERK, account_id=account.pk, blocks=[])


def test_many_are_posted_in_one_statement_that_writes_what_differs():
    accounts = [make.account() for _ in range(4)]
    exposure.post_standing(by=make.CLERK, account_id=accounts[0].pk, grade="A", dunning_level=1)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE facts (customer_id bigint, grade text) ON COMMIT DROP")
        for account, grade in zip(accounts[:3], "AB", strict=False):
            cursor.execute("INSERT INTO facts VALUES (%s, %s)", [account.customer_id, grade])
    post = {"by": make.CLERK, "relation": "facts", "facts": ("grade",)}
    assert exposure.post_standing_staged(**post) == 1
    assert exposure.post_standing_staged(**post) == 0
    grades = dict(Standing.objects.values_list("account_id", "grade"))
    assert grades == {accounts[0].pk: "A", accounts[1].pk: "B"}
    assert Standing.objects.get(pk=accounts[0].pk).dunning_level == 1


def test_a_block_is_set_with_words_and_lifted_with_a_reason(actor):
    account = make.account()
    stop = {
        "account_id": account.pk, "code": "forced-stop", "zh": "涉诉，暂停授信", "en": "",
        "since": DAY,
    }  # fmt: skip
    assert exposure.block(by=make.CLERK, **stop)
    assert not exposure.block(by=make.CLERK, **stop)
    [found] = Standing.objects.get(pk=account.pk).blocks
    assert (found["zh"], found["en"], found["since"]) == (stop["zh"], stop["zh"], "2026-03-01")
    with pytest.raises(Forbidden):
        exposure.unblock(by=actor("sales"), account_id=account.pk, code="forced-stop", reason="x")
    with pytest.raises(ReasonNeeded):
        exposure.unblock(by=make.CLERK, account_id=account.pk, code="forced-stop", reason=" ")
    exposure.unblock(by=make.CLERK, account_id=account.pk, code="forced-stop", reason="已撤诉")
    assert Standing.objects.get(pk=account.pk).blocks == []
    with pytest.raises(BlockUnknown):
        exposure.unblock(by=make.CLERK, account_id=account.pk, code="forced-stop", reason="again")
    with pytest.raises(ReasonNeeded):
        exposure.block(by=make.CLERK, **{**stop, "code": "Not A Code"})
    assert (events("block"), events("unblock")) == (1, 1)
