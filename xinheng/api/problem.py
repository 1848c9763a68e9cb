"""Every failure of the REST interface as RFC 9457 problem+json.

One function builds the answer, so that a refusal of the domain, a schema error, a missing page
and an internal fault all look alike: `type`, `title`, `status`, `code`, `detail`, `errors`.
No answer ever carries a trace; an internal fault carries a reference that the log repeats.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from xinheng.kernel import refusals

MEDIA_TYPE = "application/problem+json"

TITLES = {
    400: lambda: _("请求无法读取"),
    401: lambda: _("需要有效的令牌"),
    403: lambda: _("没有权限"),
    404: lambda: _("没有这个资源"),
    405: lambda: _("不支持这个方法"),
    409: lambda: _("与当前状态冲突"),
    413: lambda: _("请求过大"),
    415: lambda: _("不支持这种内容类型"),
    422: lambda: _("内容未被接受"),
    429: lambda: _("请求过于频繁"),
    500: lambda: _("服务器内部错误"),
    503: lambda: _("服务暂不可用"),
}

CODES = {
    400: "bad-request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    409: "conflict",
    413: "too-large",
    415: "unsupported-media-type",
    422: "invalid",
    429: "too-many-requests",
    500: "internal-error",
    503: "unavailable",
}


class Problem(Exception):
    """A failure that an API call answers with; headers and extra members travel with it."""

    def __init__(
        self,
        status: int,
        code: str = "",
        detail: str = "",
        *,
        errors: Iterable[Mapping[str, Any]] = (),
        members: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code or CODES.get(status, str(status)))
        self.status = status
        self.code = code or CODES.get(status, "error")
        self.detail = detail
        self.errors = list(errors)
        self.members = dict(members or {})
        self.headers = dict(headers or {})


def answer(problem: Problem) -> HttpResponse:
    """Render one problem; the sentence follows the language of the request."""
    title = TITLES.get(problem.status, lambda: _("请求失败"))()
    body = {
        **problem.members,
        "type": f"urn:xinheng:problem:{problem.code}",
        "status": problem.status,
        "code": problem.code,
        "title": title,
        "detail": problem.detail or title,
        "errors": problem.errors,
    }
    response = HttpResponse(
        json.dumps(body, ensure_ascii=False, default=str),
        status=problem.status,
        content_type=f"{MEDIA_TYPE}; charset=utf-8",
    )
    for name, value in problem.headers.items():
        response[name] = value
    return response


def of_refusal(refusal: refusals.Refusal) -> Problem:
    """Turn a refusal of the domain into its problem, in the language of the request."""
    language = "en" if (get_language() or "").startswith("en") else "zh"
    wait = getattr(refusal, "retry_after", None)
    headers = {"Retry-After": str(wait)} if wait else {}
    return Problem(refusal.status, refusal.code, refusals.say(refusal, language), headers=headers)


def of_fault(request: HttpRequest) -> tuple[Problem, str]:
    """Return the problem of an internal fault, and the reference that the log repeats."""
    reference = getattr(request, "reference", "") or secrets.token_hex(6)
    detail = _("请把编号 %(reference)s 告诉管理员") % {"reference": reference}
    return Problem(500, detail=detail, members={"reference": reference}), reference


def is_problem(response: HttpResponse) -> bool:
    return response.get("Content-Type", "").startswith(MEDIA_TYPE)


def of_status(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Replace a bare error page (404, 405, 413 …) by its problem, keeping headers such as Allow."""
    kept = {name: response[name] for name in ("Allow", "Retry-After") if response.has_header(name)}
    return answer(Problem(response.status_code, headers=kept))
