"""Many clerks at one limit, and the guards that hold when the code forgets them."""

import threading
from collections import Counter

import psycopg
import pytest
from django.db import ProgrammingError, connection, connections, transaction

from tests import make
from xinheng.exposure import operations as exposure
from xinheng.exposure import verification
from xinheng.exposure.models import Account
from xinheng.exposure.refusals import LimitExceeded

CLERKS, TRIES, EACH = 6, 8, 37


def race(accounts: list[int]) -> Counter:
    """Let clerks reserve at the same time and count how it went."""
    outcomes: Counter[str] = Counter()

    def clerk(number: int) -> None:
        try:
            for attempt in range(TRIES):
                try:
                    exposure.reserve(
                        by=make.CLERK, account_id=accounts[(number + attempt) % len(accounts)],
                        document=make.document(EACH), key=f"clerk {number} {attempt}",
                    )  # fmt: skip
                    outcomes["reserved"] += 1
                except LimitExceeded:
                    outcomes["refused"] += 1
        except Exception as error:
            outcomes[repr(error)] += 1
        finally:
            connections.close_all()

    threads = [threading.Thread(target=clerk, args=(number,)) for number in range(CLERKS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.django_db(transaction=True)
def test_many_clerks_cannot_pass_the_limit_together():
    account = make.account(1_000)
    assert race([account.pk]) == {"reserved": 27, "refused": 21}
    account.refresh_from_db()
    assert account.reserved_minor == 27 * EACH


@pytest.mark.django_db(transaction=True)
def test_members_of_a_group_stop_at_the_groups_limit_without_a_deadlock():
    group = make.group()
    members = [make.account(100_000, of=make.customer(group=group)).pk for _ in range(3)]
    make.limited(make.group_account(group), 1_000)
    assert race(members) == {"reserved": 27, "refused": 21}
    assert all(check.ok for check in verification.verify(by=make.CLERK))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE exposure_account SET reserved_minor = 0",
        "UPDATE exposure_account SET receivable_minor = receivable_minor - 1",
        "UPDATE exposure_entry SET receivable_minor = 0",
        "DELETE FROM exposure_entry",
        "UPDATE exposure_rung SET open_minor = 0",
        "INSERT INTO exposure_rung (account_id, counter, open_minor) VALUES (1, 'bills', 1)",
        "TRUNCATE exposure_entry",
        "ALTER TABLE exposure_entry DISABLE TRIGGER ALL",
    ],
)
def test_the_working_login_cannot_move_what_the_trigger_keeps(statement):
    make.account(1_000)
    denied = pytest.raises(ProgrammingError, match=r"permission denied|must be owner")
    with denied, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_code_that_saves_a_whole_account_is_refused():
    account = make.account(1_000)
    account.reserved_minor = 5
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        account.save()


@pytest.mark.django_db
def test_code_that_checks_nothing_is_stopped_by_the_trigger():
    account = make.account(1_000)
    insert = """
        INSERT INTO exposure_entry (account_id, kind, effective_date, reserved_minor,
            document_minor, document_currency, rate, source)
        VALUES (%s, 'RESERVE', '2026-03-01', %s, 1, 'CNY', 1, 'order:wild')
    """
    with connection.cursor() as cursor:
        cursor.execute(insert, [account.pk, 1_000])
        with pytest.raises(Exception, match="does not cover"), transaction.atomic():
            cursor.execute(insert, [account.pk, 1])
        with pytest.raises(Exception, match="needs an account"), transaction.atomic():
            cursor.execute(insert, [account.pk + 1_000, 1])


@pytest.mark.django_db(transaction=True)
def test_without_the_trigger_the_same_race_passes_the_limit(fresh_db):
    """The mutant: it shows that the race above tests something."""
    account = make.account(1_000)
    with psycopg.connect(**fresh_db.parameters("owner"), autocommit=True) as owner:
        owner.execute("ALTER TABLE exposure_entry DISABLE TRIGGER exposure_apply")
    assert race([account.pk]) == {"reserved": CLERKS * TRIES}
    found = {check.name: check.ok for check in verification.verify(by=make.CLERK)}
    assert not found["exposure: counters of customers = entries"]
    assert Account.objects.get(pk=account.pk).reserved_minor == 0
