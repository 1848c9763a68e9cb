"""The first people of an installation: one administrator, or one person per role for a demo."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import transaction

from xinheng.access import guards
from xinheng.access.models import User
from xinheng.access.operations.departments import create_department
from xinheng.access.operations.links import make_link
from xinheng.access.operations.users import ADMINISTRATOR, create_user
from xinheng.kernel.actors import Actor


@transaction.atomic
def first_administrator(*, by: Actor, at: datetime, username: str = "admin") -> str | None:
    """Return the secret of a link for the first administrator; None when there is one already.

    refuses: Forbidden
    """
    guards.require(by, "access.manage")
    administrators = User.objects.filter(roles__contains=[ADMINISTRATOR], is_active=True)
    if administrators.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX).exists():
        return None
    if not User.objects.filter(username=username).exists():
        create_user(by=by, username=username, roles=[ADMINISTRATOR], scope=User.Scope.ALL)
    return make_link(by=by, username=username, at=at)


@transaction.atomic
def demo_users(
    *,
    by: Actor,
    at: datetime,
    departments: Iterable[tuple[str, str, str]],
    people: Iterable[tuple[str, str, str, str, str]],
) -> list[tuple[User, str]]:
    """Return the first person of each role with the secret of a fresh one-time link.

    People and departments are made when missing; nobody has a default password.
    departments: (code, name, code of the one above or empty), parents first
    people: (username, name, role, code of the department, scope)

    refuses: Forbidden
    """
    guards.require(by, "access.manage")
    for code, name, parent in departments:
        create_department(by=by, code=code, name=name, parent=parent)
    found: dict[str, tuple[User, str]] = {}
    for username, name, role, department, scope in people:
        user = User.objects.filter(username=username).first()
        if user is None:
            user = create_user(
                by=by,
                username=username,
                name=name,
                roles=[role],
                department=department,
                scope=scope,
            )
        if role not in found:
            found[role] = (user, make_link(by=by, username=username, at=at))
    return list(found.values())
