"""The REST interface under /api/v1: routers, failures as problems, the OpenAPI document."""

import logging
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from xinheng.api import (
    alerts,
    assessments,
    contacts,
    credit,
    customers,
    duplicates,
    figures,
    holds,
    imports,
    orders,
    problem,
    reserving,
    reviews,
    webhooks,
)
from xinheng.api.calls import CALLS
from xinheng.api.problem import Problem
from xinheng.api.reading import StrictParser
from xinheng.api.schemas import ProblemAnswer
from xinheng.api.serving import KEY_HEADER
from xinheng.api.verdicts import CreditProblem
from xinheng.kernel.refusals import Refusal

log = logging.getLogger(__name__)

RETRYABLE = {"40001", "40P01", "55P03", "57014"}
FAILURES = {
    401: "no valid token", 403: "the token may not do this", 404: "not there, or not in scope",
    409: "in conflict with what is", 422: "not accepted", 500: "a fault of ours",
}  # fmt: skip
SUMMARY_FAILURES = {"GET": (401, 403, 404, 422, 500), "POST": (400, 401, 403, 409, 415, 422, 500)}
# Their 409 may be a decision on credit, with its reasons.
STOPPED_BY_CREDIT = {"reserve_credit", "amend_order", "ship_order"}
# Their body names a customer or a segment, which may be missing like what a path names.
NAME_IN_BODY = {"check_credit", "reserve_credit", "place_order"}


class RestApi(NinjaAPI):
    """Ninja, with our failures and the Idempotency-Key in the document."""

    def on_exception(self, request: HttpRequest, exc: Any) -> HttpResponse:
        """Answer an exception; the mark tells a transaction that nothing of the call may stay."""
        response = super().on_exception(request, exc)
        response.failed = True  # type: ignore[attr-defined]
        return response

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        """Return the document, with problems, keys and permissions on every call."""
        schema = super().get_openapi_schema(**kwargs)
        schema["components"]["schemas"]["Problem"] = ProblemAnswer.model_json_schema(
            ref_template="#/components/schemas/{model}"
        )
        schema["components"]["schemas"]["CreditProblem"] = CreditProblem.model_json_schema(
            ref_template="#/components/schemas/{model}"
        )
        for name in ("Problem", "CreditProblem"):
            nested = schema["components"]["schemas"][name].pop("$defs", {})
            schema["components"]["schemas"].update(nested)
        for path, operations in schema["paths"].items():
            for method, operation in operations.items():
                _describe(method.upper(), path, operation)
        return schema


def _describe(method: str, path: str, operation: dict[str, Any]) -> None:
    call = CALLS[operation["operationId"]]
    operation["x-permission"] = call.permission
    failures = SUMMARY_FAILURES.get(method, SUMMARY_FAILURES["POST"])
    # Whoever names a thing may name one that is not there.
    may_miss = "{" in path or operation["operationId"] in NAME_IN_BODY
    for status in sorted({*failures, *((404,) if may_miss else ())}):
        operation["responses"][status] = {
            "description": FAILURES.get(status, "not readable"),
            "content": {problem.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    if operation["operationId"] in STOPPED_BY_CREDIT:
        content = operation["responses"][409]["content"][problem.MEDIA_TYPE]
        content["schema"] = {"$ref": "#/components/schemas/CreditProblem"}
    if call.is_write and call.takes_key:
        operation["parameters"].append(
            {
                "in": "header",
                "name": KEY_HEADER,
                "required": False,
                "schema": {"type": "string", "minLength": 1, "maxLength": 255},
                "description": "the same key and body get the same answer, for 30 days",
            }
        )


api = RestApi(
    title="信衡 Xinheng",
    version="1",
    description="Trade-credit management: customers, receivables, reviews, ageing.",
    urls_namespace="api",
    docs_url=None,
    openapi_url=None,
    parser=StrictParser(),
)
for router in (
    imports.router,
    customers.router,
    contacts.router,
    reviews.router,
    assessments.router,
    figures.router,
    alerts.router,
    duplicates.router,
    reserving.router,  # before the reservation of any number
    credit.router,
    orders.router,
    holds.router,
    webhooks.router,
):
    api.add_router("", router)


@api.exception_handler(Problem)
def _problem(request: HttpRequest, error: Problem) -> HttpResponse:
    return problem.answer(error)


@api.exception_handler(Refusal)
def _refusal(request: HttpRequest, error: Refusal) -> HttpResponse:
    return problem.answer(problem.of_refusal(error))


@api.exception_handler(Http404)
def _missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem.answer(Problem(404))


@api.exception_handler(RequestDataTooBig)
def _too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return problem.answer(Problem(413))


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    # Ninja wraps whatever reading the body raised; our own problem is the better answer.
    if isinstance(error.__cause__, Problem):
        return problem.answer(error.__cause__)
    return problem.answer(Problem(error.status_code))


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [
        {
            "code": str(found["type"]).replace("_", "-"),
            "message": str(found["msg"]),
            "field": ".".join(str(part) for part in found["loc"] if part != "payload"),
        }
        for found in error.errors[:100]
    ]
    return problem.answer(Problem(422, errors=errors, detail=_("请求的内容不符合接口约定")))


@api.exception_handler(OperationalError)
def _busy(request: HttpRequest, error: OperationalError) -> HttpResponse:
    # A deadlock, a lock or statement timeout: the transaction is undone, trying again is safe.
    if getattr(error.__cause__, "sqlstate", None) in RETRYABLE:
        return problem.answer(Problem(503, "busy", headers={"Retry-After": "1"}))
    return _fault(request, error)


@api.exception_handler(Exception)
def _fault(request: HttpRequest, error: Exception) -> HttpResponse:
    found, reference = problem.of_fault(request)
    said = {"request": request, "status_code": 500}
    log.error("failed (%s)", reference, exc_info=error, extra=said)
    return problem.answer(found)
