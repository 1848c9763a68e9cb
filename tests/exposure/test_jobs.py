"""What the ledger's jobs do by themselves, each as often as it is run."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from tests import make
from xinheng.exposure import operations as exposure
from xinheng.exposure.models import Account
from xinheng.jobs import ledger
from xinheng.limits import operations as limits
from xinheng.limits.operations.grants import Granted

pytestmark = pytest.mark.django_db


def reserved(account: Account) -> int:
    account.refresh_from_db()
    return account.reserved_minor


def test_the_sweep_takes_everything_that_ran_out_batch_by_batch(monkeypatch):
    monkeypatch.setattr(ledger, "MOST_EXPIRED", 1)
    account = make.account(1_000)
    for number in range(3):
        exposure.reserve(
            by=make.CLERK, account_id=account.pk, document=make.document(100), key=f"{number}",
            expires_at=datetime.now(UTC) - timedelta(minutes=number + 1),
        )  # fmt: skip
    ledger.sweep()
    assert reserved(account) == 0


def test_a_grant_begins_when_its_day_has_come():
    account = make.account()
    today = timezone.localdate()
    limits.grant(
        by=make.CLERK, customer_id=account.customer_id, on=date(2026, 1, 1),
        granted=Granted(mode="limited", amount_minor=500, valid_from=today),
    )  # fmt: skip
    assert account.mode == "none"
    ledger.apply_due()
    account.refresh_from_db()
    assert (account.mode, account.limit_minor) == ("limited", 500)


def test_books_that_agree_halt_nobody():
    account = make.account(1_000)
    make.invoice("I1", account.customer, 100, date(2026, 1, 1))
    ledger.check()
    ledger.revalue()
    account.refresh_from_db()
    assert account.halted_at is None
