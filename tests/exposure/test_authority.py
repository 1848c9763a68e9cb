"""By what right a reservation passes a limit, and that nobody lends that right to another."""

from dataclasses import replace

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests import make
from xinheng.exposure import operations as exposure
from xinheng.exposure import rules, sql
from xinheng.exposure.models import Account, Entry, Pending
from xinheng.exposure.refusals import LimitExceeded
from xinheng.exposure.rules import Authority, Line, carried

pytestmark = pytest.mark.django_db


def fill(account: Account, minor: int) -> None:
    exposure.post_unreserved(
        by=make.CLERK, account_id=account.pk, document=make.document(minor), key=f"full {minor}"
    )


@pytest.mark.parametrize("used", [0, 1_000, 5_000])
def test_what_an_earlier_decision_reserved_is_put_back_however_full_the_account_is(used):
    account = make.account(1_000)
    if used:
        fill(account, used)
    booked = exposure.reserve(
        by=make.CLERK, account_id=account.pk, document=make.document(400), key="back",
        authority=carried(7),
    )  # fmt: skip
    entry = Entry.objects.get(pk=booked.entry_id)
    assert (entry.authority, entry.excess_minor, entry.decision_id) == ("carried", 400, 7)
    again = exposure.reserve(
        by=make.CLERK, account_id=account.pk,
        document=make.document(400, entry.source), key="back", authority=carried(7),
    )  # fmt: skip
    assert again.is_replay and again.entry_id == booked.entry_id


@pytest.mark.parametrize("columns", [{"decision_id": None}, {"excess_minor": 399}])
def test_what_is_carried_names_its_decision_and_its_whole_amount(columns):
    account = make.account(1_000)
    authority = replace(Authority("carried", 400, 7), **columns)
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(line(account, 400, "x", authority))


def line(account: Account, minor: int, key: str, authority: Authority = rules.WITHIN_LIMIT) -> Line:
    document = make.document(minor, f"order:{key}")
    return Line(account.pk, "RESERVE", document, (("reserved", minor),), key, authority=authority)


def insert(*lines: Line) -> None:
    values = [value for line in lines for value in sql.values(line)]
    with connection.cursor() as cursor:
        cursor.execute(sql.insert(len(lines)), values)


@pytest.mark.parametrize(
    "other",
    [Authority("release", 1_000, 7), Authority("carried", 50, 7), Authority("warn", 50, 7)],
)
def test_one_reservation_never_lends_its_excess_to_another_of_the_same_statement(other):
    account = make.account(1_000)
    fill(account, 1_000)
    with pytest.raises(DatabaseError, match="does not cover"), transaction.atomic():
        insert(line(account, 100, "plain"), line(account, 50, "other", other))


def test_nor_does_a_member_of_a_group_lend_it_to_another():
    group = make.group()
    first, second = (make.account(1_000, of=make.customer(group=group)) for _ in range(2))
    make.limited(make.group_account(group), 500)
    fill(first, 500)
    release = Authority("release", 1_000, 7)
    with pytest.raises(DatabaseError, match="does not cover"), transaction.atomic():
        insert(line(first, 50, "released", release), line(second, 100, "plain"))
    insert(line(first, 50, "released", release))
    with pytest.raises(LimitExceeded):
        exposure.reserve(by=make.CLERK, account_id=second.pk, document=make.document(1), key="next")


def test_pending_reservations_are_those_that_nothing_resolved():
    account = make.account(1_000)
    held = [
        exposure.reserve(
            by=make.CLERK, account_id=account.pk, document=make.document(100), key=f"r{number}"
        ).entry_id
        for number in range(3)
    ]
    exposure.void(by=make.CLERK, reservation_id=held[0], on=make.document(1).on, key="void")
    exposure.post(
        by=make.CLERK, reservation_id=held[1], document=make.document(60), key="post",
        at=make.midnight(make.document(1).on), rest_key="rest",
    )  # fmt: skip
    rest = Entry.objects.get(key="rest").pk
    assert set(Pending.objects.values_list("pk", flat=True)) == {held[2], rest}
