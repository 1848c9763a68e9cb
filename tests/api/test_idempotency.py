"""Idempotency-Key: once, byte for byte, never waiting, all or nothing."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tests.api.rest import problem
from xinheng import access
from xinheng.api import operations, rules
from xinheng.api.models import Answer
from xinheng.journal.models import Event
from xinheng.parties.models import Customer

BODY = {"rows": [{"code": "C1", "name": "上海诚信贸易有限公司"}]}
OTHER = {"rows": [{"code": "C2", "name": "另一家"}]}
PATH = "/customers/batch"


def whole(answer):
    """Return everything of an answer that a caller could tell apart."""
    return answer.status_code, answer["Content-Type"], answer.content


@pytest.mark.django_db
def test_the_same_key_and_body_get_the_same_bytes_and_one_effect(erp):
    first = erp.post(PATH, BODY, key="k1")
    events = Event.objects.count()
    for _ in range(3):
        assert whole(erp.post(PATH, BODY, key="k1")) == whole(first)
    assert first.json()["created"] == 1
    assert Event.objects.count() == events
    assert erp.post(PATH, BODY, key="k2").json()["unchanged"] == 1, "another key runs again"


@pytest.mark.django_db
def test_the_order_of_members_and_spaces_do_not_make_another_request(erp):
    first = erp.post(PATH, b'{"rows": [{"code": "C1", "name": "A"}], "partial": false}', key="k")
    again = erp.post(PATH, b'{"partial":false,"rows":[{"name":"A","code":"C1"}]}', key="k")
    assert whole(again) == whole(first)


@pytest.mark.django_db
def test_another_body_or_another_address_under_the_key_is_a_mismatch(erp):
    first = erp.post(PATH, BODY, key="k")
    problem(erp.post(PATH, OTHER, key="k"), 422, "idempotency-mismatch")
    problem(erp.post("/groups/batch", BODY, key="k"), 422, "idempotency-mismatch")
    assert not Customer.objects.filter(code="C2").exists()
    assert whole(erp.post(PATH, BODY, key="k")) == whole(first), "the mismatch was not kept"


@pytest.mark.django_db
def test_a_key_belongs_to_its_token(erp, caller):
    assert erp.post(PATH, BODY, key="k").json()["created"] == 1
    assert caller("import").post(PATH, BODY, key="k").json()["unchanged"] == 1


@pytest.mark.django_db
def test_a_refusal_is_kept_even_when_it_would_succeed_now(erp):
    invoice = {
        "rows": [
            {"number": "I1", "customer_code": "C1", "issue_date": "2026-01-05", "amount": "10.00"}
        ]
    }
    refused = erp.post("/invoices/batch", invoice, key="k")
    problem(refused, 422, "import-refused")
    erp.post(PATH, BODY)
    assert whole(erp.post("/invoices/batch", invoice, key="k")) == whole(refused)
    assert erp.post("/invoices/batch", invoice, key="new").json()["created"] == 1


@pytest.mark.django_db
def test_a_schema_error_is_kept_and_a_missing_right_is_not(erp, caller):
    wrong = {"rows": [{"colour": "red"}]}
    first = erp.post(PATH, wrong, key="k")
    assert whole(erp.post(PATH, wrong, key="k")) == whole(first)
    reader = caller("read")
    problem(reader.post(PATH, BODY, key="k"), 403, "forbidden")
    assert not Answer.objects.filter(token_id=reader.number).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["x" * 256, "schlüssel", "tab\there"])
def test_a_key_that_is_none_is_refused(erp, key):
    problem(erp.post(PATH, BODY, key=key), 422, "idempotency-key-invalid")


@pytest.mark.django_db(transaction=True)
def test_a_fault_leaves_nothing_behind_and_the_retry_runs(erp, monkeypatch):
    from xinheng.api import imports

    whole_apply = imports.exchange.apply

    def dies_after_writing(**kwargs):
        whole_apply(**kwargs)
        assert Customer.objects.filter(code="C1").exists()
        raise RuntimeError("killed")

    monkeypatch.setattr(imports.exchange, "apply", dies_after_writing)
    problem(erp.post(PATH, BODY, key="k"), 500, "internal-error")
    assert not Customer.objects.filter(code="C1").exists()
    assert not Answer.objects.exists()
    monkeypatch.undo()
    assert erp.post(PATH, BODY, key="k").json()["created"] == 1


@pytest.mark.django_db(transaction=True)
def test_a_twin_of_a_running_request_is_told_at_once(erp):
    began = time.monotonic()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [rules.lock_number(erp.number, "k")])
        found = []
        thread = threading.Thread(target=_in_thread, args=(found, erp, BODY, "k"))
        thread.start()
        thread.join()
    (twin,) = found
    problem(twin, 409, "in-progress")
    assert int(twin["Retry-After"]) >= 1
    assert time.monotonic() - began < 20, "it did not wait for the lock"
    assert erp.post(PATH, BODY, key="k").json()["created"] == 1, "the 409 was not kept"


@pytest.mark.django_db(transaction=True)
def test_ten_threads_with_one_key_have_one_effect(erp):
    found: list = []
    threads = [threading.Thread(target=_in_thread, args=(found, erp, BODY, "k")) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = {answer.content for answer in found if answer.status_code == 200}
    assert len(done) == 1
    assert {answer.status_code for answer in found} <= {200, 409}
    assert whole(erp.post(PATH, BODY, key="k"))[2] in done
    assert Customer.objects.filter(code="C1").count() == 1
    assert Answer.objects.count() == 1
    assert Event.objects.filter(action__startswith="exchange").count() <= 1


def _in_thread(found, erp, body, key):
    from django.test import Client

    try:
        caller = type(erp)(erp.secret, erp.number, Client(raise_request_exception=False))
        found.append(caller.post(PATH, body, key=key))
    finally:
        connection.close()


@pytest.mark.django_db
def test_answers_are_forgotten_after_thirty_days(erp):
    erp.post(PATH, BODY, key="k")
    by, now = access.system("worker"), timezone.now()
    assert operations.forget_old_answers(by=by, at=now + timedelta(days=29)) == 0
    assert operations.forget_old_answers(by=by, at=now + timedelta(days=31)) == 1
    assert erp.post(PATH, BODY, key="k").json()["unchanged"] == 1
