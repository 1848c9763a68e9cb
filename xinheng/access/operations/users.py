"""Users: made without a password, given roles, disabled; never deleted."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from axes.models import AccessAttempt
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import transaction

from xinheng import journal
from xinheng.access import actors, guards, policy, refusals, rules
from xinheng.access.models import Department, OneTimeLink, User
from xinheng.access.queries import locked_user
from xinheng.kernel.actors import Actor

ADMINISTRATOR = "administrator"
SIGN_INS_KEPT = timedelta(days=30)


@transaction.atomic
def create_user(
    *,
    by: Actor,
    username: str,
    roles: Iterable[str] = (),
    name: str = "",
    department: str = "",
    scope: str = User.Scope.OWN,
    email: str = "",
    is_service: bool = False,
) -> User:
    """Make a user who cannot sign in yet: no password is ever set for somebody else.

    department: its code; it must exist
    refuses: Forbidden, UserNameInvalid, UserExists, RoleUnknown, ScopeUnknown, DepartmentUnknown,
    DepartmentMissing
    """
    guards.require(by, "access.manage")
    if not rules.is_user_name(username):
        raise refusals.UserNameInvalid(name=username)
    if User.objects.filter(username__iexact=username).exists():
        raise refusals.UserExists(name=username)
    user = User(username=username, name=name, email=email, is_service=is_service)
    _place(user, roles=roles, scope=scope, department=department)
    user.set_unusable_password()
    user.save()
    journal.write(
        by=by, action="access.create_user", object=f"user:{username}", after=_rights(user)
    )
    return user


@transaction.atomic
def set_roles(
    *, by: Actor, username: str, roles: Iterable[str], scope: str, department: str = ""
) -> User:
    """Replace a user's roles, scope and department; effective at the user's next request.

    refuses: Forbidden, UserUnknown, RoleUnknown, ScopeUnknown, DepartmentUnknown,
    DepartmentMissing, LastAdministrator
    """
    guards.require(by, "access.manage")
    user = locked_user(username)
    before = _rights(user)
    was_administrator = ADMINISTRATOR in user.roles
    _place(user, roles=roles, scope=scope, department=department)
    if was_administrator and ADMINISTRATOR not in user.roles:
        _refuse_last_administrator(user)
    user.save(update_fields=["roles", "scope", "department"])
    journal.write(
        by=by,
        action="access.set_roles",
        object=f"user:{username}",
        before=before,
        after=_rights(user),
    )
    return user


@transaction.atomic
def disable_user(*, by: Actor, username: str) -> User:
    """Lock a user out: sessions and tokens stop at their next request.

    refuses: Forbidden, UserUnknown, LastAdministrator
    """
    guards.require(by, "access.manage")
    user = locked_user(username)
    if ADMINISTRATOR in user.roles:
        _refuse_last_administrator(user)
    return _switch(by, user, active=False)


@transaction.atomic
def enable_user(*, by: Actor, username: str) -> User:
    """Let a disabled user in again, with the roles it had.

    refuses: Forbidden, UserUnknown
    """
    guards.require(by, "access.manage")
    return _switch(by, locked_user(username), active=True)


@transaction.atomic
def choose_password(*, by: Actor, password: str) -> None:
    """Set the acting user's own password. There is no way to set another person's.

    refuses: Forbidden, UserUnknown for an actor that is no active user, PasswordWeak
    """
    guards.require(by, "access.own")
    user = User.objects.select_for_update(no_key=True).filter(pk=by.id or 0, is_active=True).first()
    if user is None:
        raise refusals.UserUnknown(name=by.name)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise refusals.PasswordWeak(problems=" ".join(error.messages)) from error
    user.set_password(password)
    user.save(update_fields=["password"])
    journal.write(
        by=actors.actor_of(user), action="access.choose_password", object=f"user:{user.username}"
    )


@transaction.atomic
def record_sign_in(*, by: Actor, how: str) -> None:
    """Leave an event of a sign-in that has succeeded.

    how: "password" or "link"
    refuses: Forbidden
    """
    guards.require(by, "access.own")
    journal.write(by=by, action="access.sign_in", object=f"user:{by.name}", after={"how": how})


@transaction.atomic
def forget_sign_ins(*, by: Actor, at: datetime) -> int:
    """Delete sessions that have ended, links of a month ago and old failures; return how many.

    refuses: Forbidden
    """
    guards.require(by, "access.manage")
    old = at - SIGN_INS_KEPT
    found = (
        Session.objects.filter(expire_date__lt=at),
        OneTimeLink.objects.filter(expires_at__lt=old),
        AccessAttempt.objects.filter(attempt_time__lt=old),
    )
    return sum(rows.delete()[0] for rows in found)


def _place(user: User, *, roles: Iterable[str], scope: str, department: str) -> None:
    named = sorted(set(roles))
    for role in named:
        if role not in policy.ROLES:
            raise refusals.RoleUnknown(role=role, known=", ".join(policy.ROLES))
    if scope not in User.Scope.values:
        raise refusals.ScopeUnknown(scope=scope, known=", ".join(User.Scope.values))
    place = None
    if department:
        place = Department.objects.filter(code=department).first()
        if place is None:
            raise refusals.DepartmentUnknown(department=department)
    if scope == User.Scope.DEPARTMENT and place is None:
        raise refusals.DepartmentMissing()
    user.roles, user.scope, user.department = named, scope, place


def _switch(by: Actor, user: User, *, active: bool) -> User:
    if user.is_active != active:
        user.is_active = active
        user.save(update_fields=["is_active"])
        action = "access.enable_user" if active else "access.disable_user"
        journal.write(by=by, action=action, object=f"user:{user.username}")
    return user


def _refuse_last_administrator(user: User) -> None:
    # All administrators are locked in one order, so that two of them cannot leave at once.
    active = User.objects.filter(roles__contains=[ADMINISTRATOR], is_active=True)
    names = [found.pk for found in active.order_by("pk").select_for_update(no_key=True)]
    if names == [user.pk]:
        raise refusals.LastAdministrator(name=user.username)


def _rights(user: User) -> dict[str, Any]:
    return {
        "roles": list(user.roles),
        "scope": user.scope,
        "department": user.department.code if user.department else "",
        "is_service": user.is_service,
    }
