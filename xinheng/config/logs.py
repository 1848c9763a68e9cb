"""Logs: one JSON object a line, in UTC, that names the request and holds nothing confidential.

JSON keeps a line break in a message inside its string, so nobody can write a line of their own.
What looks like a telephone number, a mail address, an account number, a token or a password is
blotted out of messages and traces alike; sealed fields never reach them as text at all.
"""

import contextvars
import json
import logging
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from xinheng.kernel.actors import Actor

HEADER = "X-Request-ID"
current: contextvars.ContextVar[str] = contextvars.ContextVar("request", default="")

# The first that fits wins; each stands for what it hides.
_BLOTS = (
    (re.compile(r"(?<=://)[^\s/:@]+:[^\s/@]+(?=@)"), "[login]"),
    (re.compile(r"\bxht_[\w-]{8,}"), "[token]"),
    (re.compile(r"(?<=/enter/)[\w-]{8,}"), "[link]"),
    (re.compile(r"(?i)(?<=bearer )\S+"), "[token]"),
    # What PostgreSQL tells about a refused row: its values.
    (re.compile(r"Failing row contains \(.*?\)\.?$", re.M | re.S), "Failing row [row]"),
    (re.compile(r"(Key \([^)]*\)=)\(.*?\)(?= )", re.S), r"\1[value]"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "[mail]"),
    (re.compile(r"(?<![\w.-])(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?![\w-])"), "[phone]"),
    (re.compile(r"(?<![\w.-])\d{4}(?:[ -]?\d{4}){2,6}[ -]?\d{0,3}(?![\w-])"), "[number]"),
)


def blotted(text: str) -> str:
    """Return a text without what looks confidential."""
    for pattern, stands_for in _BLOTS:
        text = pattern.sub(stands_for, text)
    return text


class JsonLines(logging.Formatter):
    """at, level, logger, message, request; of a request method, path, status, actor, address."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        found: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": blotted(record.getMessage()),
        }
        if current.get():
            found["request"] = current.get()
        found |= _of_request(getattr(record, "request", None))
        if hasattr(record, "status_code"):
            found["status"] = record.status_code
        if record.exc_info:
            found["trace"] = blotted(self.formatException(record.exc_info)).split("\n")
        return json.dumps(found, ensure_ascii=False, default=str)


class PlainLines(logging.Formatter):
    """The same for a person at a terminal; a line break in a message is shown, not obeyed."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line, and the trace below it."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="seconds")
        message = blotted(record.getMessage()).replace("\r", "\\r").replace("\n", "\\n")
        line = f"{at} {record.levelname} {record.name}: {message}"
        trace = f"\n{blotted(self.formatException(record.exc_info))}" if record.exc_info else ""
        return line + trace


def _of_request(request: Any) -> dict[str, Any]:
    """Return who asked for what, as far as it is known without asking the database."""
    if not isinstance(request, HttpRequest):
        return {}
    actor = getattr(request, "_actor", None) or getattr(request, "actor", None)
    return {
        "method": request.method,
        "path": blotted(request.path),
        "address": request.META.get("REMOTE_ADDR", ""),
        **({"actor": actor.label} if isinstance(actor, Actor) else {}),
    }


class NameRequests:
    """Gives every request a name, which its log lines, its answer and its error page carry."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Name the request for as long as it is answered."""
        name = uuid.uuid4().hex[:12]
        request.reference = name  # type: ignore[attr-defined]
        token = current.set(name)
        try:
            response = self.get_response(request)
        finally:
            current.reset(token)
        response[HEADER] = name
        return response
