"""Idempotency-Key: the same request is answered once and repeated byte for byte.

One transaction holds the lock, the effect and the record of the answer, so after any crash either
all of them exist or none does. The lock is a try-lock: a caller whose twin is still running is told
so at once and never waits. Outcomes that a retry could not improve (2xx, 409, 422) are kept 30
days; a fault leaves nothing behind, so a retry runs again.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse

from xinheng.access import guards
from xinheng.api import problem, rules
from xinheng.api.models import Answer
from xinheng.kernel.actors import Actor
from xinheng.kernel.refusals import Refusal


class InProgress(Refusal):
    code = "in-progress"
    zh = "同一个请求仍在处理中，请稍后用同一个 Idempotency-Key 再试。"
    en = "The same request is still running; try again later with the same Idempotency-Key."
    status = 409
    retry_after = 1


class IdempotencyMismatch(Refusal):
    code = "idempotency-mismatch"
    zh = "这个 Idempotency-Key 已用于内容不同的请求。"
    en = "This Idempotency-Key was used for a different request."


class _Undo(Exception):
    """Carries an answer out of a savepoint or transaction that must leave nothing behind."""

    def __init__(self, response: HttpResponse) -> None:
        self.response = response


def answer_once(
    *,
    by: Actor,
    permission: str,
    token_id: int,
    key: str,
    request: HttpRequest,
    run: Callable[[], HttpResponse],
) -> HttpResponse:
    """Run a write at most once under its key, or repeat the answer it already got.

    permission: the one the call itself needs
    run: performs the effect and renders the whole answer; what it wrote is undone when the answer
    came from an exception (`failed` is set on it), and stays when the call decided it
    refuses: Forbidden, InProgress, IdempotencyMismatch
    """
    guards.require(by, permission)
    digest = rules.fingerprint(request.method or "", request.get_full_path(), request.body)
    try:
        with transaction.atomic():
            if not _try_lock(token_id, key):
                raise InProgress()
            earlier = _earlier(token_id, key)
            if earlier is not None:
                return _repeat(earlier, digest)
            response = run()
            if getattr(response, "failed", False) or not rules.is_kept(response.status_code):
                raise _Undo(response)
            _keep(token_id, key, digest, response)
            return response
    except _Undo as undo:
        if not rules.is_kept(undo.response.status_code):
            return undo.response
        return _keep_refusal(token_id, key, digest, undo.response)


@dataclass(frozen=True, slots=True)
class Item:
    """One of many requests in a body: its key, the digest of what it asks, and how it is done."""

    key: str
    digest: bytes
    run: Callable[[], HttpResponse]


@transaction.atomic
def answer_many(
    *,
    by: Actor,
    permission: str,
    token_id: int,
    items: Sequence[Item],
    prepare: Callable[[], None],
) -> list[HttpResponse]:
    """Run each item at most once under its key, in one transaction, and return the answers.

    prepare: called first, with the keys locked and only when something is left to do
    An item that is refused is undone alone; one that is still running elsewhere is told so.
    refuses: Forbidden
    """
    guards.require(by, permission)
    locked = {item.key: _try_lock(token_id, item.key) for item in items}
    known = {
        row.key: row
        for row in Answer.objects.filter(token_id=token_id, key__in=locked).only(
            "key", "request_digest", "status", "content_type", "location", "body"
        )
    }
    if any(locked[item.key] and item.key not in known for item in items):
        prepare()
    said, made = [], []
    for item in items:
        try:
            if not locked[item.key]:
                raise InProgress()
            if item.key in known:
                said.append(_repeat(known[item.key], item.digest))
                continue
            response = _undone_when_refused(item.run)
        except Refusal as refusal:
            said.append(problem.answer(problem.of_refusal(refusal)))
            continue
        if rules.is_kept(response.status_code):
            known[item.key] = _answer(token_id, item.key, item.digest, response)
            made.append(known[item.key])
        said.append(response)
    Answer.objects.bulk_create(made)
    return said


@transaction.atomic
def kept(*, by: Actor, token_id: int, key: str) -> dict[str, Any] | None:
    """Return the value of the answer kept for a key of a token, None when there is none.

    refuses: Forbidden, InProgress while the request is still running
    """
    guards.require(by, "orders.read")
    if not _try_lock(token_id, key, shared=True):
        raise InProgress()
    found = Answer.objects.filter(token_id=token_id, key=key).first()
    value = json.loads(bytes(found.body)) if found is not None else None
    return value if isinstance(value, dict) else None


@transaction.atomic
def forget_old_answers(*, by: Actor, at: datetime) -> int:
    """Delete answers past their thirty days and return how many.

    refuses: Forbidden
    """
    guards.require(by, "messaging.write")
    deleted, _ = Answer.objects.filter(created_at__lt=at - rules.ANSWERS_KEPT).delete()
    return deleted


@transaction.atomic
def _keep_refusal(token_id: int, key: str, digest: bytes, refused: HttpResponse) -> HttpResponse:
    """Keep the answer of a request whose effect was undone, unless a twin was answered meanwhile.

    A savepoint around every request would do the same and cost those that succeed.
    """
    if not _try_lock(token_id, key):
        raise InProgress()
    earlier = _earlier(token_id, key)
    if earlier is not None:
        return _repeat(earlier, digest)
    _keep(token_id, key, digest, refused)
    return refused


def _undone_when_refused(run: Callable[[], HttpResponse]) -> HttpResponse:
    """Run inside a savepoint that a refusal rolls back while the record of the answer stays."""
    try:
        with transaction.atomic():
            response = run()
            if getattr(response, "failed", False):
                raise _Undo(response)
            return response
    except _Undo as undo:
        return undo.response


# Every write asks and keeps; going past the models halves what that costs.
_ASK = """
SELECT request_digest, status, content_type, location, body FROM api_answer
WHERE token_id = %s AND key = %s
"""
_KEEP = """
INSERT INTO api_answer (token_id, key, request_digest, status, content_type, location, body)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""


def _earlier(token_id: int, key: str) -> Answer | None:
    with connection.cursor() as cursor:
        cursor.execute(_ASK, [token_id, key])
        row = cursor.fetchone()
    if row is None:
        return None
    digest, status, content_type, location, body = row
    return Answer(
        request_digest=digest, status=status, content_type=content_type, location=location,
        body=body,
    )  # fmt: skip


def _keep(token_id: int, key: str, digest: bytes, response: HttpResponse) -> None:
    given: list[Any] = [
        token_id, key, digest, response.status_code, response["Content-Type"],
        response.get("Location", ""), response.content,
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, given)


def _answer(token_id: int, key: str, digest: bytes, response: HttpResponse) -> Answer:
    return Answer(
        token_id=token_id,
        key=key,
        request_digest=digest,
        status=response.status_code,
        content_type=response["Content-Type"],
        location=response.get("Location", ""),
        body=response.content,
    )


def _repeat(earlier: Answer, digest: bytes) -> HttpResponse:
    if bytes(earlier.request_digest) != digest:
        raise IdempotencyMismatch()
    response = HttpResponse(
        bytes(earlier.body), status=earlier.status, content_type=earlier.content_type
    )
    if earlier.location:
        response["Location"] = earlier.location
    return response


def _try_lock(token_id: int, key: str, *, shared: bool = False) -> bool:
    """Take the lock of one key until the transaction ends, or say that another holds it."""
    lock = f"pg_try_advisory_xact_lock{'_shared' if shared else ''}"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {lock}(%s)", [rules.lock_number(token_id, key)])
        return bool(cursor.fetchone()[0])
