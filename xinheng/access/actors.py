"""Turn stored users and tokens into actors."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now

from xinheng.access import policy, refusals, rules
from xinheng.access.models import Department, Token, User
from xinheng.kernel.actors import Actor


def actor_of(user: User) -> Actor:
    """Return what a user may do now; one query when the scope is a department.

    A service user without roles has the rights of its live tokens, so that work it left to a
    worker stops with the token that asked for it.
    """
    roles = frozenset(user.roles)
    departments: frozenset[int] = frozenset()
    if user.scope == User.Scope.DEPARTMENT and user.department_id is not None:
        departments = department_and_below(user.department_id)
    permissions = policy.permissions_of(roles)
    if user.is_service and not roles:
        permissions = _of_live_tokens(user)
    return Actor(
        id=user.pk,
        name=user.username,
        roles=roles,
        permissions=permissions if user.is_active else frozenset(),
        scope=user.scope,  # type: ignore[arg-type]
        department_ids=departments,
        service=user.is_service,
    )


def actor_of_token(token: Token) -> Actor:
    """Return a token's actor: its user's rights narrowed to the token's scopes."""
    whole = actor_of(token.user)
    return replace(whole, permissions=whole.permissions & _allowed(token.scopes))


def _allowed(scopes: Iterable[str]) -> frozenset[str]:
    nothing: frozenset[str] = frozenset()
    return nothing.union(*(policy.TOKEN_SCOPES.get(scope, nothing) for scope in scopes))


def _of_live_tokens(user: User) -> frozenset[str]:
    live = Token.objects.filter(user=user, revoked_at=None).filter(
        Q(expires_at=None) | Q(expires_at__gt=Now())
    )
    return _allowed(scope for scopes in live.values_list("scopes", flat=True) for scope in scopes)


def actor_of_secret(secret: str, at: datetime) -> tuple[Actor, int]:
    """Return the actor and the token number behind a token's secret, read fresh on every call.

    refuses: TokenInvalid for an unknown, revoked or expired token, or a disabled user
    """
    with connection.cursor() as cursor:
        cursor.execute(_LIVE, [rules.secret_hash(secret), at])
        found = cursor.fetchone()
    if found is None:
        raise refusals.TokenInvalid()
    token_id, scopes, user_id, username, roles, scope, department_id, is_service = found
    if is_service and not roles and scope != User.Scope.DEPARTMENT:
        # Its rights are those of its live tokens, of which this is one: nothing more to look up.
        service = Actor(
            id=user_id, name=username, permissions=_allowed(scopes), scope=scope, service=True
        )
        return service, token_id
    user = User(
        pk=user_id, username=username, roles=roles, scope=scope, department_id=department_id,
        is_service=is_service,
    )  # fmt: skip
    return actor_of_token(Token(pk=token_id, user=user, scopes=scopes)), token_id


# Every call of the interface begins with this; models would cost more than the look-up.
_LIVE = """
SELECT t.id, t.scopes, u.id, u.username, u.roles, u.scope, u.department_id, u.is_service
FROM access_token t JOIN access_user u ON u.id = t.user_id
WHERE t.secret_hash = %s AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > %s)
  AND u.is_active
"""


def actor_of_id(user_id: int | None) -> Actor:
    """Return the actor of a stored user id with the rights it has now; without one, the worker.

    A job acts as the person who asked for it, so a right withdrawn meanwhile stops the job.
    """
    if user_id is None:
        return system("worker")
    return actor_of(User.objects.get(pk=user_id))


def system(name: str = "cli") -> Actor:
    """Return a built-in service actor, which may do everything and is journalled by name."""
    return Actor(
        id=None,
        name=name,
        permissions=frozenset(policy.PERMISSIONS),
        scope="all",
        service=True,
    )


def department_and_below(department_id: int) -> frozenset[int]:
    """Return the ids of a department and of every department under it."""
    rows = Department.objects.raw(
        """
        WITH RECURSIVE below AS (
            SELECT id FROM access_department WHERE id = %s
            UNION SELECT d.id FROM access_department d JOIN below b ON d.parent_id = b.id
        )
        SELECT id FROM below
        """,
        [department_id],
    )
    return frozenset(row.pk for row in rows)
