"""Turn stored users and tokens into actors."""

from dataclasses import replace
from datetime import datetime

from xinheng.access import policy, refusals, rules
from xinheng.access.models import Department, Token, User
from xinheng.kernel.actors import Actor


def actor_of(user: User) -> Actor:
    """Return what a signed-in user may do; one query when the scope is a department."""
    roles = frozenset(user.roles)
    departments: frozenset[int] = frozenset()
    if user.scope == User.Scope.DEPARTMENT and user.department_id is not None:
        departments = department_and_below(user.department_id)
    return Actor(
        id=user.pk,
        name=user.username,
        roles=roles,
        permissions=policy.permissions_of(roles) if user.is_active else frozenset(),
        scope=user.scope,  # type: ignore[arg-type]
        department_ids=departments,
        service=user.is_service,
    )


def actor_of_token(token: Token) -> Actor:
    """Return a token's actor: its user's rights narrowed to the token's scopes.

    A service user without roles has no rights of its own; the scopes of each token are its rights.
    """
    whole = actor_of(token.user)
    allowed: frozenset[str] = frozenset()
    for scope in token.scopes:
        allowed |= policy.TOKEN_SCOPES.get(scope, frozenset())
    if token.user.is_active and token.user.is_service and not token.user.roles:
        whole = replace(whole, permissions=allowed)
    return replace(whole, permissions=whole.permissions & allowed)


def actor_of_secret(secret: str, at: datetime) -> tuple[Actor, int]:
    """Return the actor and the token number behind a token's secret, read fresh on every call.

    refuses: TokenInvalid for an unknown, revoked or expired token, or a disabled user
    """
    digest = rules.secret_hash(secret)
    token = Token.objects.select_related("user").filter(secret_hash=digest).first()
    live = (
        token is not None
        and token.revoked_at is None
        and (token.expires_at is None or token.expires_at > at)
        and token.user.is_active
    )
    if token is None or not live:
        raise refusals.TokenInvalid()
    return actor_of_token(token), token.pk


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
