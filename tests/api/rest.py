"""A REST client for tests: speaks JSON with a token, over Django's own handler."""

import itertools
import json
from dataclasses import dataclass, field
from typing import Any

from django.test import Client
from django.utils import timezone

from xinheng import access
from xinheng.access import operations

CLI = access.system("test")
_numbers = itertools.count(1)


@dataclass
class Rest:
    """One caller. `get` and `post` answer Django's response, with `.json()` read as usual."""

    secret: str
    number: int = 0
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        extra = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        if self.secret:
            extra.setdefault("HTTP_AUTHORIZATION", f"Bearer {self.secret}")
        data = body if isinstance(body, bytes) else json.dumps(body) if body is not None else ""
        return self.client.generic(
            method, f"/api/v1{path}", data, content_type="application/json", **extra
        )

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any, key: str = "", **headers: str) -> Any:
        if key:
            headers["idempotency_key"] = key
        return self.call("POST", path, body, **headers)


def rest(*scopes: str, user: str = "") -> Rest:
    """Return a caller whose token has these scopes; of a service user unless one is named."""
    token, secret = operations.create_token(
        by=CLI, username=user or f"erp{next(_numbers)}", scopes=scopes, at=timezone.now()
    )
    return Rest(secret, token.pk)


def problem(answer: Any, status: int, code: str) -> Any:
    """Check that an answer is that problem, whole and without a trace."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"].startswith("application/problem+json")
    body = answer.json()
    assert body["status"] == status and body["code"] == code
    assert body["title"] and body["detail"] and isinstance(body["errors"], list)
    assert "Traceback" not in answer.content.decode()
    return body
