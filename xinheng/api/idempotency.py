"""Idempotency-Key: the same request is answered once and repeated byte for byte.

One transaction holds the lock, the effect and the record of the answer, so after any crash either
all of them exist or none does. The lock is a try-lock: a caller whose twin is still running is told
so at once (409 in-progress) and never waits. What is kept (2xx, 409, 422: the outcomes that a retry
could not improve) is kept 30 days; a fault (5xx) leaves nothing behind, so a retry runs again.

Source of the rules: Stripe's idempotent requests; `docs` call them "Idempotency-Key".
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from xinheng.api.models import KeptAnswer
from xinheng.api.problem import Problem

HEADER = "Idempotency-Key"
KEPT_FOR = timedelta(days=30)
KEY_LENGTH = 255
RETRY_AFTER_SECONDS = 1


class _Undo(Exception):
    """Carries an answer out of a savepoint or transaction that must leave nothing behind."""

    def __init__(self, response: HttpResponse) -> None:
        self.response = response


def key_of(request: HttpRequest) -> str:
    """Return the key of a request, or "" without one.

    refuses: 422 idempotency-key-invalid for one that is empty, too long or not printable ASCII
    """
    key = request.headers.get(HEADER)
    if key is None:
        return ""
    if not 0 < len(key) <= KEY_LENGTH or not (key.isascii() and key.isprintable()):
        raise Problem(
            422, "idempotency-key-invalid", _("Idempotency-Key 须为 1 至 255 个可打印的 ASCII 字符")
        )
    return key


def fingerprint(request: HttpRequest) -> str:
    """Return the digest of what was asked: method, path and query, and the JSON body.

    The body counts by its value, so that a client which orders members differently is still the
    same client asking the same thing.
    """
    try:
        body = json.dumps(json.loads(request.body), sort_keys=True).encode()
    except (ValueError, RecursionError):
        body = request.body
    head = f"{request.method} {request.get_full_path()}\n".encode()
    return hashlib.sha256(head + body).hexdigest()


def kept(status: int) -> bool:
    return 200 <= status < 300 or status in (409, 422)


def once(
    request: HttpRequest, *, token_id: int, key: str, run: Callable[[], HttpResponse]
) -> HttpResponse:
    """Run a write at most once under its key, or repeat the answer it already got.

    run: performs the effect and renders the complete answer; a status of 400 or more undoes
    whatever it wrote
    refuses: 422 idempotency-mismatch, 409 in-progress
    """
    asked = fingerprint(request)
    try:
        with transaction.atomic():
            if not _try_lock(token_id, key):
                raise Problem(
                    409,
                    "in-progress",
                    _("同一个请求仍在处理中"),
                    headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
                )
            earlier = KeptAnswer.objects.filter(token_id=token_id, key=key).first()
            if earlier is not None:
                return _repeat(earlier, asked)
            response = _run(run)
            if not kept(response.status_code):
                raise _Undo(response)
            KeptAnswer.objects.create(
                token_id=token_id,
                key=key,
                fingerprint=asked,
                status=response.status_code,
                content_type=response["Content-Type"],
                location=response.get("Location", ""),
                body=response.content,
            )
            return response
    except _Undo as undo:
        return undo.response


def _run(run: Callable[[], HttpResponse]) -> HttpResponse:
    """Run inside a savepoint that a refusal rolls back while its record stays."""
    try:
        with transaction.atomic():
            response = run()
            if response.status_code >= 400:
                raise _Undo(response)
            return response
    except _Undo as undo:
        return undo.response


def _repeat(earlier: KeptAnswer, asked: str) -> HttpResponse:
    if earlier.fingerprint != asked:
        raise Problem(
            422, "idempotency-mismatch", _("这个 Idempotency-Key 已用于内容不同的请求")
        )
    response = HttpResponse(
        bytes(earlier.body), status=earlier.status, content_type=earlier.content_type
    )
    if earlier.location:
        response["Location"] = earlier.location
    return response


def _try_lock(token_id: int, key: str) -> bool:
    """Take the lock of one key until the end of the transaction, or say that another holds it."""
    digest = hashlib.sha256(f"api\0{token_id}\0{key}".encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(%s)",
            [int.from_bytes(digest[:8], "big", signed=True)],
        )
        return bool(cursor.fetchone()[0])
