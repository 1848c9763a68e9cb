"""The journal: appended, never changed; payloads may be erased; digests prove what is shown."""

import hashlib
import hmac
import json

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from xinheng import access, journal
from xinheng.journal import rules
from xinheng.journal.models import Event, Payload

CLI = access.system("cli")


def one(**fields):
    fields.setdefault("after", {"name": "诚信", "limit": "100.00"})
    return journal.write(by=CLI, action="test.act", object="thing:1", **fields)


def test_canonical_json_is_one_byte_form_whatever_the_order():
    """Oracle: sorted members, no spaces, UTF-8, as RFC 8785 has it for text and whole numbers."""
    assert (
        rules.canonical({"b": 1, "a": [True, None, "信"]})
        == '{"a":[true,null,"信"],"b":1}'.encode()
    )
    assert rules.canonical({"a": 1, "b": 2}) == rules.canonical({"b": 2, "a": 1})
    with pytest.raises(ValueError):
        rules.canonical({"a": float("nan")})


@pytest.mark.django_db
def test_the_digest_is_an_hmac_that_anybody_can_recompute():
    """Oracle: RFC 2104 HMAC-SHA256 from the standard library over independently built JSON."""
    event = one(before={"limit": "90.00"})
    event.refresh_from_db()
    said = {
        "action": "test.act",
        "actor": "service:cli",
        "after": {"limit": "100.00", "name": "诚信"},
        "before": {"limit": "90.00"},
        "object": "thing:1",
    }
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    oracle = hmac.new(bytes(event.salt), text.encode(), hashlib.sha256).digest()
    assert bytes(event.digest) == oracle


@pytest.mark.django_db
def test_two_equal_acts_have_different_digests():
    assert bytes(one().digest) != bytes(one().digest)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE journal_event SET actor = 'user:somebody'",
        "DELETE FROM journal_event",
        "TRUNCATE journal_event CASCADE",
        "UPDATE journal_payload SET after = NULL",
        "TRUNCATE journal_payload",
        "ALTER TABLE journal_event DISABLE TRIGGER ALL",
    ],
)
def test_the_working_login_cannot_change_what_happened(sql):
    event = one()
    with (
        pytest.raises(DatabaseError) as caught,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert isinstance(caught.value.__cause__, psycopg.errors.InsufficientPrivilege)
    event.refresh_from_db()
    assert event.actor == "service:cli"
    assert Payload.objects.get(event=event).after


@pytest.mark.django_db
def test_a_payload_may_be_erased_and_the_event_with_its_digest_stays():
    event = one()
    digest = bytes(event.digest)
    Payload.objects.filter(event=event).delete()
    event.refresh_from_db()
    assert bytes(event.digest) == digest
    assert not Payload.objects.filter(event=event).exists()


@pytest.mark.django_db
def test_an_event_goes_with_its_transaction():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        event = one()
        raise ZeroDivisionError
    assert not Event.objects.filter(pk=event.pk).exists()


@pytest.mark.django_db
def test_the_database_dates_an_event_and_names_its_transaction():
    event = one()
    event.refresh_from_db()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text, now(), clock_timestamp()")
        xid, began, now = cursor.fetchone()
    assert str(event.xid8) == xid
    assert began <= event.at <= now
