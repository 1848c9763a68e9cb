"""Reading a request body strictly: one JSON value, no NaN, no text PostgreSQL cannot hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NoReturn

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from ninja.parser import Parser

from xinheng.api.problem import Problem


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member appears twice")
    return found


def _strings(value: Any) -> Iterator[str]:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            stack.extend(item.keys())
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)


def storable(text: str) -> bool:
    """Say whether PostgreSQL can hold this text: no NUL, no half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


class StrictParser(Parser):
    def parse_body(self, request: HttpRequest) -> Any:
        """Return the JSON value of the body.

        refuses: 415 for another content type, 400 for what is not JSON, 422 for text with NUL
        """
        if request.content_type != "application/json":
            raise Problem(415, detail=_("请以 application/json 发送"))
        try:
            value = json.loads(
                request.body.decode("utf-8"),
                parse_constant=_no_constant,
                object_pairs_hook=_no_duplicates,
            )
        except (ValueError, RecursionError) as error:
            raise Problem(400, "body-unreadable", _("请求体不是有效的 JSON")) from error
        # Only an escape can bring either in, so the walk is paid by the few bodies that have one.
        if b"\\u" in request.body and not all(storable(text) for text in _strings(value)):
            raise Problem(422, "text-not-storable", _("文本里有不可存储的字符"))
        return value

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        for name, values in data.lists():
            if not all(storable(text) for text in [name, *values]):
                raise Problem(422, "text-not-storable", _("文本里有不可存储的字符"))
            if len(values) > 1 and name not in list_fields:
                raise Problem(422, "parameter-repeated", _("参数 %s 只能出现一次") % name)
        return super().parse_querydict(data, list_fields, request)
