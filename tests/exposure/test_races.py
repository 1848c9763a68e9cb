"""Many clerks at one limit, and the guards that hold when the code forgets them."""

import json
import os
import threading
from collections import Counter
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from django.db import ProgrammingError, connection, connections, transaction

from tests import make
from tests.exposure import clients
from tests.exposure.clients import Watch
from xinheng.exposure import operations as exposure
from xinheng.exposure import verification
from xinheng.exposure.models import Account, Entry
from xinheng.exposure.refusals import LimitExceeded

CLERKS, TRIES, EACH = 6, 8, 37
SEED = int(os.environ.get("XINHENG_SEED", "20260301"))


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


@dataclass
class Seen:
    """What a crowd left behind: who passed a limit, what differs, what it was told."""

    oversold: list[str]
    differences: dict[int, tuple[int, int]]
    outcomes: Counter[str]
    acknowledged: dict[str, int]


def crowded(fresh_db, *, mutant: str = "", **how: Any) -> Seen:
    """Let a crowd loose on a hot account below three groups.

    mutant: SQL that the owner runs first
    """
    # A second for each deadlock is long where they are what is looked for.
    fresh_db.server.admin.execute(f"ALTER DATABASE {fresh_db.name} SET deadlock_timeout = '50ms'")
    crowd = clients.hot_spot(seed=SEED, **how)
    with psycopg.connect(**fresh_db.parameters("owner"), autocommit=True) as owner:
        if mutant:
            owner.execute(mutant)
        watch = Watch(owner)
        outcomes, acknowledged = clients.collect(clients.start(crowd, fresh_db.environment))
        print(f"seed {SEED}", json.dumps(dict(sorted(outcomes.items())), indent=1))
        broke = [name for name in outcomes if name.startswith("broke")]
        assert broke == [], broke
        return Seen(watch.oversold(), watch.differences(), outcomes, acknowledged)


def unsound() -> list[str]:
    """Return the names of the invariants that do not hold."""
    return [check.name for check in verification.verify(by=make.CLERK) if not check.ok]


def assert_each_acknowledged_once(acknowledged: dict[str, int]) -> None:
    rows = Entry.objects.filter(key__in=acknowledged).values_list("key", "pk")
    assert dict(rows) == acknowledged


@pytest.mark.django_db(transaction=True)
def test_a_crowd_passes_no_limit_in_any_committed_state(fresh_db):
    """64 clients, 20,000 acts (a million with --soak) on one hot account below three groups."""
    seen = crowded(fresh_db, operations=20_000)
    assert seen.oversold == []
    assert seen.differences == {}
    assert unsound() == []
    assert_each_acknowledged_once(seen.acknowledged)
    assert seen.outcomes["deadlock"] == 0
    assert seen.outcomes["two answers to one key"] == 0
    reached = {"reserve limit-exceeded", "post already-resolved", "post reservation-expired",
               "expire not-yet-expired", *clients.VERBS}  # fmt: skip
    assert {name: seen.outcomes[name] for name in reached if seen.outcomes[name] < 20} == {}


@pytest.mark.django_db(transaction=True)
def test_a_crowd_passes_no_limit_while_accounts_move_between_groups(fresh_db):
    """Two moves at once may have to go one after the other; what they carry stays whole."""
    seen = crowded(fresh_db, operations=1_500, weights={**clients.VERBS, "regroup": 8})
    assert (seen.oversold, seen.differences, unsound()) == ([], {}, [])
    assert_each_acknowledged_once(seen.acknowledged)
    assert seen.outcomes["regroup"] > 0


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
def test_a_crowd_passes_no_limit_for_an_hour(fresh_db):
    seen = crowded(fresh_db, operations=1_000_000, seconds=3_600)
    assert (seen.oversold, seen.differences, unsound()) == ([], {}, [])
    assert_each_acknowledged_once(seen.acknowledged)


# The mutants: what the crowd finds when a guard is taken away.


def mutate(fresh_db, *changes: tuple[str, str]) -> str:
    """Return the trigger's function with parts of its text replaced; each must be there."""
    with psycopg.connect(**fresh_db.parameters("owner"), autocommit=True) as owner:
        (text,) = owner.execute("SELECT pg_get_functiondef('exposure_apply'::regproc)").fetchone()
    for old, new in changes:
        assert old in text, f"the trigger has no more: {old}"
        text = text.replace(old, new)
    return text


FIRST_STEPS = {"reserve": 6, "settle": 3, "record": 1}
LOCK = "    ORDER BY a.id\n    FOR NO KEY UPDATE;"
# Reads what is used, dawdles, and writes what it makes of that: what FOR UPDATE is there against.
NAIVE = """
CREATE OR REPLACE FUNCTION exposure_apply() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    line record;
    node record;
BEGIN
    FOR line IN SELECT * FROM added LOOP
        FOR node IN
            SELECT a.* FROM exposure_account a, exposure_account l
            WHERE l.id = line.account_id AND a.id = ANY(l.id || l.ancestors)
            ORDER BY a.id
        LOOP
            IF line.kind = 'RESERVE' AND node.mode = 'limited'
               AND node.reserved_minor + node.receivable_minor + line.reserved_minor
                   > node.limit_minor THEN
                RAISE EXCEPTION 'over' USING ERRCODE = 'XH001', DETAIL = json_build_object(
                    'account', node.id, 'mode', node.mode, 'currency', node.currency,
                    'limit', node.limit_minor, 'used', 0, 'asked', line.reserved_minor)::text;
            END IF;
            UPDATE exposure_account
            SET reserved_minor = greatest(0, node.reserved_minor + line.reserved_minor),
                receivable_minor = node.receivable_minor + line.receivable_minor
            WHERE id = node.id;
        END LOOP;
    END LOOP;
    RETURN NULL;
END $$
"""


@pytest.mark.django_db(transaction=True)
def test_a_crowd_finds_the_mutant_without_a_lock(fresh_db):
    seen = crowded(fresh_db, mutant=NAIVE, operations=1_000, weights=FIRST_STEPS)
    assert seen.oversold
    assert "exposure: counters of customers = entries" in unsound()


@pytest.mark.django_db(transaction=True)
def test_a_crowd_finds_the_mutant_without_a_trigger(fresh_db):
    disable = "ALTER TABLE exposure_entry DISABLE TRIGGER exposure_apply"
    seen = crowded(fresh_db, mutant=disable, operations=1_000, weights=FIRST_STEPS)
    assert seen.oversold
    assert seen.differences
    assert "exposure: counters of customers = entries" in unsound()


@pytest.mark.django_db(transaction=True)
def test_the_guarded_update_alone_lets_nobody_pass(fresh_db):
    """Without the lock before it: slower at best, for two acts may deadlock, but never wrong."""
    alone = mutate(fresh_db, (LOCK, "    LIMIT 0;"))
    seen = crowded(fresh_db, mutant=alone, operations=1_000, connections=8, seconds=20)
    assert (seen.oversold, seen.differences, unsound()) == ([], {}, [])


@pytest.mark.django_db(transaction=True)
def test_a_crowd_finds_the_mutant_that_locks_in_no_order(fresh_db):
    """Deadlocks are seen, what was refused by one is sent again, and nothing is lost."""
    disorder = mutate(fresh_db, (LOCK, LOCK.replace("a.id\n", "random()\n")))
    seen = crowded(fresh_db, mutant=disorder, operations=600, connections=6, seconds=20)
    assert seen.outcomes["deadlock"] > 0
    assert (seen.oversold, seen.differences, unsound()) == ([], {}, [])
    assert_each_acknowledged_once(seen.acknowledged)
