"""No input breaks the interface: generated requests, right and wrong, against our own document.

Each call gets a bounded number of requests by schemathesis, in process. No answer may be a 5xx,
every answer must be one that the document declares, with its content type and its schema.
"""

from functools import lru_cache

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi import checks

from tests import make
from xinheng.api import docs
from xinheng.api.calls import CALLS
from xinheng.exposure.models import Entry

REQUESTS = 12
# Calls that move money get a hundred wrong requests each, and four hundred when there is time.
HOSTILE, SOAKED = 100, 400
DECIDING = [
    name
    for name, call in CALLS.items()
    if call.is_write and call.path.startswith(("/credit", "/orders", "/holds", "/decisions"))
]
CONFORM = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
ERRORS = {400, 401, 403, 404, 405, 409, 413, 415, 422}


@pytest.fixture(autouse=True)
def _one_connection():
    """Keep the test's own connection, as Django's client does: it holds what is rolled back."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@lru_cache
def document():
    """Return the document as schemathesis reads it, and the app that it calls."""
    app = get_wsgi_application()
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app=app)


def operation_of(name):
    """Return schemathesis' view of one call."""
    for found in document().get_all_operations():
        operation = found.ok()
        if operation.definition.raw["operationId"] == name:
            return operation
    raise KeyError(name)


@pytest.mark.django_db
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("name", CALLS)
def test_no_request_breaks_a_call(name, mode, erp):
    is_hostile = name in DECIDING and mode is GenerationMode.NEGATIVE
    bombard(name, mode, erp, HOSTILE if is_hostile else REQUESTS)


@pytest.mark.soak
@pytest.mark.django_db
@pytest.mark.parametrize("name", DECIDING)
def test_no_wrong_request_of_four_hundred_breaks_a_decision(name, erp):
    bombard(name, GenerationMode.NEGATIVE, erp, SOAKED)


def bombard(name, mode, erp, requests):
    """Send so many generated requests to a call; a refused one leaves nothing in the ledger."""
    make.account(of=make.customer("C1"))
    operation = operation_of(name)
    seen = set()

    @settings(
        max_examples=requests,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def attempt(case):
        with transaction.atomic():
            answer = case.call(headers={"Authorization": f"Bearer {erp.secret}"})
            assert answer.status_code < 400 or not Entry.objects.exists()
            transaction.set_rollback(True)
        seen.add(answer.status_code)
        content_type = answer.headers["content-type"][0]
        assert answer.status_code < 500, answer.content
        if answer.status_code >= 400:
            assert answer.status_code in ERRORS
            assert content_type.startswith("application/problem+json"), answer.content
            body = answer.json()
            assert body["status"] == answer.status_code and body["code"] and body["title"]
        else:
            assert content_type.startswith("application/json")
        case.validate_response(answer, checks=CONFORM)

    attempt()
    assert seen


def test_the_document_declares_what_every_call_answers():
    for methods in docs.document()["paths"].values():
        for method, operation in methods.items():
            declared = {int(status) for status in operation["responses"]}
            assert {401, 403, 422, 500} <= declared
            assert any(200 <= status < 300 for status in declared)
            assert method == "get" or "409" in map(str, declared)
