"""How one call is served: who asks, may they, is the request whole, was it asked before.

`serve` binds a view to its entry in `calls.CALLS`. Every call passes the same steps in the same
order, so a view holds nothing but one domain call and the shape of its answer.
"""

import functools
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Router
from ninja.decorators import decorate_view

from xinheng.access import guards
from xinheng.api import operations, rules
from xinheng.api.calls import CALLS, Call
from xinheng.api.credentials import Bearer, identify
from xinheng.api.problem import Problem
from xinheng.api.reading import storable
from xinheng.orders import order_file
from xinheng.parties import queries

KEY_HEADER = "Idempotency-Key"
Run = Callable[..., HttpResponse]


def serve(router: Router, *, response: Any, status: int = 200, tag: str) -> Callable[..., Any]:
    """Bind a view to the call of its own name; the table says method, path and permission."""

    def bind(view: Callable[..., Any]) -> Callable[..., Any]:
        name = view.__name__
        call = CALLS[name]
        router.api_operation(
            [call.method],
            # An order's number may hold a slash.
            call.path.replace("{number}", "{path:number}"),
            response={status: response},
            auth=Bearer(),
            operation_id=name,
            url_name=call.url_name,
            tags=[tag],
            by_alias=True,
        )(view)
        decorate_view(functools.partial(_guarded, call=call, query=_query_names(view)))(view)
        return view

    return bind


def _query_names(view: Callable[..., Any]) -> frozenset[str]:
    """Return the names a call takes in its query string."""
    names: set[str] = set()
    for model in view._ninja_operation.models:  # type: ignore[attr-defined]
        if model.__ninja_param_source__ == "query":
            names |= set(getattr(model, "__ninja_flatten_map__", None) or model.model_fields)
    return frozenset(names)


def _guarded(run: Run, *, call: Call, query: frozenset[str]) -> Run:
    @functools.wraps(run)
    def guarded(request: HttpRequest, **path: Any) -> HttpResponse:
        api = _api(run)
        try:
            by, token_id = identify(request)
            request.actor = by  # type: ignore[attr-defined]
            request.token_id = token_id  # type: ignore[attr-defined]
            guards.require(by, call.permission)
            _refuse_unreadable(request, query, path)
            if call.is_write and call.object_of in ("code", "customer"):
                # Before the body is read, so that nobody learns from it what is out of scope.
                queries.customer(by, path[call.object_of], call.permission)
            if call.is_write and "number" in path:
                order_file.must_see(by=by, number=path["number"], permission=call.permission)
            key = _key(request, call) if call.is_write else ""
            if not key:
                return run(request, **path)
            return operations.answer_once(
                by=by,
                permission=call.permission,
                token_id=token_id,
                key=key,
                request=request,
                run=lambda: run(request, **path),
            )
        except Exception as error:
            return api.on_exception(request, error)

    return guarded


def _api(run: Run) -> NinjaAPI:
    return run.__self__.api  # type: ignore[attr-defined,no-any-return]


def _refuse_unreadable(request: HttpRequest, query: frozenset[str], path: dict[str, Any]) -> None:
    unknown = sorted(set(request.GET) - query)
    if unknown:
        raise Problem(
            422,
            detail=_("有不认识的参数"),
            errors=[
                {"code": "unknown-parameter", "message": _("没有这个参数"), "field": name}
                for name in unknown
            ],
        )
    if not all(storable(text) for text in path.values() if isinstance(text, str)):
        raise Problem(404)


def _key(request: HttpRequest, call: Call) -> str:
    key = request.headers.get(KEY_HEADER)
    if key is None:
        return ""
    if not call.takes_key:
        raise Problem(
            422,
            "idempotency-key-not-taken",
            _("回答里有只显示一次的密钥，不能保存，因此不接受 Idempotency-Key"),
        )
    if not rules.is_key(key):
        raise Problem(
            422,
            "idempotency-key-invalid",
            _("Idempotency-Key 须为 1 至 255 个可打印的 ASCII 字符"),
        )
    return key
