"""Books that differ stop new reservations on their account, and nothing else."""

from datetime import date

import psycopg
import pytest

from tests import make
from xinheng import access
from xinheng.access.models import User
from xinheng.exposure import operations as exposure
from xinheng.exposure.models import Account
from xinheng.exposure.refusals import AccountHalted, BooksStillDiffer
from xinheng.jobs import ledger
from xinheng.journal.models import Event
from xinheng.kernel.refusals import Refusal
from xinheng.messaging.models import Notification

ON = date(2026, 3, 1)


def reserve(account: Account, key: str) -> int:
    return exposure.reserve(
        by=make.CLERK, account_id=account.pk, document=make.document(10, f"order:{key}", ON),
        key=key,
    ).entry_id  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_a_difference_halts_new_reservations_names_documents_and_tells_the_credit_managers(
    fresh_db,
):
    manager = User.objects.create(username="zhao", roles=["credit_manager"], scope="all")
    User.objects.create(username="sun", roles=["sales"], scope="own")
    account, other = make.account(1_000), make.account(1_000)
    held = reserve(account, "one")
    with psycopg.connect(**fresh_db.parameters("owner"), autocommit=True) as owner:
        owner.execute("UPDATE exposure_account SET reserved_minor = 7 WHERE id = %s", [account.pk])
        ledger.check()
        account.refresh_from_db()
        assert account.halted_at is not None and "order:one" in account.halt_reason
        [told] = Notification.objects.all()
        assert told.user_id == manager.pk and "order:one" in told.title_zh
        ledger.check()
        assert Event.objects.filter(action="exposure.halt").count() == 1
        with pytest.raises(AccountHalted):
            reserve(account, "two")
        [refusal] = exposure.reserve_many(
            by=make.CLERK,
            items=[exposure_item(account)],
        )
        assert isinstance(refusal, Refusal) and refusal.code == "account-halted"
        reserve(other, "other")
        exposure.post_unreserved(
            by=make.CLERK, account_id=account.pk, document=make.document(3), key="invoice"
        )
        with pytest.raises(BooksStillDiffer):
            exposure.resume(by=make.CLERK, account_id=account.pk)
        owner.execute("UPDATE exposure_account SET reserved_minor = 10 WHERE id = %s", [account.pk])
    exposure.void(by=make.CLERK, reservation_id=held, on=ON, key="void")
    assert exposure.resume(by=make.CLERK, account_id=account.pk)
    assert not exposure.resume(by=make.CLERK, account_id=account.pk)
    reserve(account, "three")


def exposure_item(account: Account):
    from xinheng.exposure.rules import Asked

    return Asked(account.pk, make.document(1, "order:many", ON), "many")


@pytest.mark.django_db
def test_only_who_verifies_books_may_lift_a_halt(actor):
    account = make.account(1)
    with pytest.raises(access.Forbidden):
        exposure.resume(by=actor("sales"), account_id=account.pk)
