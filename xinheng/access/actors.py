"""Turn stored users and tokens into actors."""

from xinheng.access import policy
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
    """Return a token's actor: its user's rights narrowed to the token's scopes."""
    whole = actor_of(token.user)
    allowed: frozenset[str] = frozenset()
    for scope in token.scopes:
        allowed |= policy.TOKEN_SCOPES.get(scope, frozenset())
    return Actor(
        id=whole.id,
        name=whole.name,
        roles=whole.roles,
        permissions=whole.permissions & allowed,
        scope=whole.scope,
        department_ids=whole.department_ids,
        service=whole.service,
    )


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
