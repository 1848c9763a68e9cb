"""HTTP with retries: kept-alive connections per thread, capped waits, one deadline for a call."""

import http.client
import json
import secrets
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from xinheng.client import errors

AGENT = "xinheng-client/1"
FIRST_WAIT, LONGEST_WAIT = 0.1, 5.0
LOST = (OSError, http.client.HTTPException)


@dataclass(frozen=True)
class Answer:
    """What one attempt was answered."""

    status: int
    body: bytes
    retry_after: str

    def json(self) -> Any:
        """Return the body as a value; an answer that is none counts as a fault of the server."""
        try:
            return json.loads(self.body)
        except ValueError:
            return {"code": "unreadable", "detail": "the answer is not JSON"}


class Transport:
    """Sends calls to one server; safe to share between threads."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        timeout: float = 10.0,
        deadline: float = 30.0,
        language: str = "zh",
        context: ssl.SSLContext | None = None,
    ) -> None:
        """Remember where and as whom to call.

        timeout: seconds one attempt may wait; deadline: seconds for a call with all its attempts
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url!r} is no http address")
        self._is_tls = parts.scheme == "https"
        self._host, self._port = parts.hostname, parts.port
        self._prefix = f"{parts.path.rstrip('/')}/api/v1"
        self._timeout, self._deadline = timeout, deadline
        self._context = context
        self._headers = {
            "Authorization": f"Bearer {token}",
            "Accept-Language": language,
            "User-Agent": AGENT,
        }
        self._local = threading.local()

    def call(self, method: str, path: str, body: Any = None, key: str = "") -> Any:
        """Return the answer's value; try again while that cannot do harm.

        A read may always be repeated, a write only under its key.
        raises: Refused and its kinds, Unknown
        """
        data = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = {**self._headers, **({"Content-Type": "application/json"} if data else {})}
        if key:
            headers["Idempotency-Key"] = key
        may_repeat = bool(key) or method == "GET"
        until = time.monotonic() + self._deadline
        wait, why = FIRST_WAIT, "no attempt was made"
        while True:
            answer, why = self._attempt(method, path, data, headers, until)
            if answer is not None and not _is_worth_repeating(answer):
                break
            asked = _seconds(answer.retry_after) if answer is not None else 0.0
            pause = max(asked, wait * (500 + secrets.randbelow(501)) / 1000)
            if not may_repeat or time.monotonic() + pause >= until:
                if answer is not None:
                    break
                raise errors.Unknown(why, key)
            time.sleep(pause)
            wait = min(wait * 2, LONGEST_WAIT)
        if 200 <= answer.status < 300:
            return answer.json()
        raise errors.of(answer.status, answer.json())

    def close(self) -> None:
        """Close the connection of this thread."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    def _attempt(
        self, method: str, path: str, data: bytes, headers: Mapping[str, str], until: float
    ) -> tuple[Answer | None, str]:
        left = max(0.05, min(self._timeout, until - time.monotonic()))
        connection = self._connection(left)
        try:
            connection.request(method, self._prefix + path, data or None, dict(headers))
            found = connection.getresponse()
            body = found.read()
        except LOST as error:
            self.close()
            return None, f"{type(error).__name__}: {error}"
        if found.will_close:
            self.close()
        return Answer(found.status, body, found.headers.get("Retry-After", "")), ""

    def _connection(self, timeout: float) -> http.client.HTTPConnection:
        connection: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        if connection is None:
            if self._is_tls:
                context = self._context or ssl.create_default_context()
                connection = http.client.HTTPSConnection(
                    self._host, self._port, timeout=timeout, context=context
                )
            else:
                connection = http.client.HTTPConnection(self._host, self._port, timeout=timeout)
            self._local.connection = connection
        connection.timeout = timeout
        if connection.sock is not None:
            connection.sock.settimeout(timeout)
        return connection


def _is_worth_repeating(answer: Answer) -> bool:
    """Say whether the same call may fare better a moment later."""
    if answer.status == 409:
        found = answer.json()
        return isinstance(found, dict) and found.get("code") == "in-progress"
    return answer.status >= 500 or answer.status == 429


def _seconds(retry_after: str) -> float:
    text = retry_after.strip()
    is_number = text.isascii() and text.isdigit()
    return min(float(text[:6]), 60.0) if is_number else 0.0
