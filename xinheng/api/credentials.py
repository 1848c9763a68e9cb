"""Who calls: the bearer token of a request, read fresh so that a revoked one stops at once."""

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from xinheng.access import actors, refusals
from xinheng.api.problem import Problem
from xinheng.kernel.actors import Actor


class Asked(HttpRequest):
    """A request whose token has been read: `actor` says who asks, `token_id` by which token."""

    actor: Actor
    token_id: int


class Bearer(HttpBearer):
    """The security scheme of the OpenAPI document; `identify` has done the work before."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor:
        return request.actor  # type: ignore[attr-defined,no-any-return]


def identify(request: HttpRequest) -> tuple[Actor, int]:
    """Return the actor and the token number of a request.

    refuses: 401 unauthenticated without a token, 401 token-invalid for one that does not work
    """
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Problem(401, detail=_("请用 Authorization: Bearer 令牌"), headers=_challenge())
    try:
        return actors.actor_of_secret(secret.strip(), timezone.now())
    except refusals.TokenInvalid as error:
        raise Problem(
            401,
            error.code,
            _("令牌无效、已撤销或已过期"),
            headers=_challenge('error="invalid_token"'),
        ) from error


def _challenge(what: str = "") -> dict[str, str]:
    """Return the header that RFC 6750 §3 asks for."""
    return {"WWW-Authenticate": f'Bearer realm="xinheng"{", " + what if what else ""}'}
