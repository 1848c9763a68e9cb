"""The OpenAPI document, and a page that shows it without any script or outside asset."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xinheng.api.calls import CALLS
from xinheng.api.main import api


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    type: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call as the page shows it."""

    id: str
    method: str
    path: str
    permission: str
    summary: str
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    answer: tuple[Field, ...]
    status: int


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """Return the OpenAPI document; it changes only with the code."""
    return dict(api.get_openapi_schema(path_prefix="/api/v1/"))


@require_safe
def openapi(request: HttpRequest) -> JsonResponse:
    """Answer the OpenAPI 3.1 document."""
    return JsonResponse(document(), json_dumps_params={"ensure_ascii": False})


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show every call with its permission, fields and answers."""
    return render(request, "api/docs.html", {"calls": calls()})


def calls() -> list[CallRow]:
    """Return the calls of the document, in the order of the policy table."""
    found = document()
    rows = {}
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            rows[operation["operationId"]] = _row(method.upper(), path, operation)
    return [rows[name] for name in CALLS]


def _row(method: str, path: str, operation: dict[str, Any]) -> CallRow:
    status = next(int(code) for code in operation["responses"] if int(code) < 300)
    content = operation["responses"][status].get("content", {})
    body = operation.get("requestBody", {}).get("content", {})
    return CallRow(
        id=operation["operationId"],
        method=method,
        path=path,
        permission=operation["x-permission"],
        summary=operation.get("description", operation["summary"]),
        parameters=tuple(
            Field(
                found["name"],
                _type(found["schema"]),
                bool(found.get("required")),
                found.get("description", ""),
            )
            for found in operation["parameters"]
        ),
        body=_fields(body.get("application/json", {}).get("schema", {})),
        answer=_fields(content.get("application/json", {}).get("schema", {})),
        status=status,
    )


def _fields(schema: dict[str, Any]) -> tuple[Field, ...]:
    schema = _resolved(schema)
    required = set(schema.get("required", []))
    return tuple(
        Field(name, _type(found), name in required, found.get("description", ""))
        for name, found in schema.get("properties", {}).items()
    )


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        found: dict[str, Any] = document()["components"]["schemas"][schema["$ref"].split("/")[-1]]
        return found
    return schema


def _type(schema: dict[str, Any]) -> str:
    """Return a short name of a schema: `string`, `[CustomerLine]`, `date or null`."""
    if "$ref" in schema:
        return str(schema["$ref"]).split("/")[-1]
    if "anyOf" in schema:
        return " | ".join(_type(part) for part in schema["anyOf"])
    if schema.get("type") == "array":
        return f"[{_type(schema.get('items', {}))}]"
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    return str(schema.get("format") or schema.get("type") or "any")
