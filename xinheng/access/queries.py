"""Named reads of users, departments and tokens."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from xinheng.access import fields, guards, keys, refusals, rules, sealing
from xinheng.access.models import Department, OneTimeLink, Reveal, Token, User
from xinheng.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class UserRow:
    id: int
    username: str
    name: str
    roles: tuple[str, ...]
    scope: str
    department: str
    is_service: bool
    is_active: bool
    has_password: bool


@dataclass(frozen=True, slots=True)
class TokenRow:
    id: int
    username: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class RevealRow:
    id: int
    at: datetime
    who: str
    object: str
    customer_code: str
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class KeyUse:
    """How many values of one column a key seals; is_held: whether its file is here."""

    key: str
    suite: int
    table: str
    column: str
    values: int
    is_held: bool


def users(by: Actor) -> tuple[UserRow, ...]:
    """Return every user, by user name.

    refuses: Forbidden
    """
    guards.require(by, "access.manage")
    return tuple(
        UserRow(
            id=user.pk,
            username=user.username,
            name=user.name,
            roles=tuple(user.roles),
            scope=user.scope,
            department=user.department.code if user.department else "",
            is_service=user.is_service,
            is_active=user.is_active,
            has_password=user.has_usable_password(),
        )
        for user in User.objects.select_related("department").order_by("username")
    )


def tokens(by: Actor) -> tuple[TokenRow, ...]:
    """Return every token, newest first; no secret is kept, so none can be shown.

    refuses: Forbidden
    """
    guards.require(by, "access.manage")
    return tuple(
        TokenRow(
            id=token.pk,
            username=token.user.username,
            scopes=tuple(token.scopes),
            created_at=token.created_at,
            expires_at=token.expires_at,
            revoked_at=token.revoked_at,
        )
        for token in Token.objects.select_related("user").order_by("-pk")
    )


def reveals(by: Actor, *, before: int | None = None, limit: int = 50) -> tuple[RevealRow, ...]:
    """Return who looked at which confidential value and why, newest first.

    before: the id that ends the page before this one
    refuses: Forbidden
    """
    guards.require(by, "access.reveals")
    rows = Reveal.objects.order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return tuple(
        RevealRow(row.pk, row.at, row.actor, row.object, row.customer_code, row.field, row.reason)
        for row in rows[:limit]
    )


def key_uses(by: Actor) -> tuple[KeyUse, ...]:
    """Return which key seals how many values of which column; a key without values is left out.

    A key that is used and not held means values that nobody can open: `restore` and
    `xinheng keys list` say so.
    refuses: Forbidden
    """
    guards.require(by, "access.keys")
    held = keys.held().by_id
    found = []
    with connection.cursor() as cursor:
        for _model, sealed in fields.sealed_models():
            for field in sealed:
                place = field.place
                cursor.execute(
                    f"SELECT get_byte({place.column}, 0), substr({place.column}, 2, %s), count(*)"
                    f" FROM {place.table} WHERE octet_length({place.column}) > %s"
                    " GROUP BY 1, 2 ORDER BY 1, 2",
                    [keys.ID_BYTES, sealing.PREFIX_BYTES],
                )
                for suite, key, count in cursor.fetchall():
                    name = bytes(key)
                    found.append(
                        KeyUse(name.hex(), suite, place.table, place.column, count, name in held)
                    )
    return tuple(found)


def holders_of(by: Actor, role: str) -> tuple[int, ...]:
    """Return the ids of the people who hold a role and may sign in, whom a job has to tell.

    refuses: Forbidden
    """
    guards.require(by, "messaging.write")
    rows = User.objects.filter(roles__contains=[role], is_active=True, is_service=False)
    return tuple(rows.order_by("pk").values_list("pk", flat=True))


def user_ids(by: Actor, usernames: set[str]) -> dict[str, int]:
    """Return the ids of the named users that exist; imports resolve owners with it.

    refuses: Forbidden
    """
    guards.require(by, "customers.write")
    return dict(User.objects.filter(username__in=usernames).values_list("username", "pk"))


def department_ids(by: Actor, codes: set[str]) -> dict[str, int]:
    """Return the ids of the departments with these codes that exist.

    refuses: Forbidden
    """
    guards.require(by, "customers.write")
    return dict(Department.objects.filter(code__in=codes).values_list("code", "pk"))


def user_of_link(by: Actor, secret: str, at: datetime) -> User:
    """Return whom a one-time link lets in, without using it.

    refuses: Forbidden, LinkInvalid
    """
    guards.require(by, "access.manage")
    link = (
        OneTimeLink.objects.select_related("user")
        .filter(secret_hash=rules.secret_hash(secret), used_at=None, expires_at__gt=at)
        .filter(user__is_active=True)
        .first()
    )
    if link is None:
        raise refusals.LinkInvalid()
    return link.user


def locked_user(username: str) -> User:
    """Return a user by name for an operation, its row locked until the transaction ends.

    refuses: UserUnknown
    """
    user = User.objects.select_for_update(no_key=True).filter(username=username).first()
    if user is None:
        raise refusals.UserUnknown(name=username)
    return user
