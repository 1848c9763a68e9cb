"""One-time sign-in links: the only way into an account that has no password yet."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction

from xinheng import journal
from xinheng.access import actors, guards, refusals, rules
from xinheng.access.models import OneTimeLink, User
from xinheng.access.operations.users import choose_password
from xinheng.access.queries import locked_user
from xinheng.kernel.actors import Actor


@transaction.atomic
def make_link(*, by: Actor, username: str, at: datetime, lasts: timedelta = rules.LINK_MOST) -> str:
    """Return the secret of a new sign-in link; links given earlier to this user stop working.

    at: now; lasts: 15 minutes to 24 hours
    refuses: Forbidden, UserUnknown (also for a disabled or a service user), ExpiryOutOfRange
    """
    guards.require(by, "access.manage")
    if not rules.LINK_LEAST <= lasts <= rules.LINK_MOST:
        raise refusals.ExpiryOutOfRange(least=rules.LINK_LEAST, most=rules.LINK_MOST)
    user = locked_user(username)
    if not user.is_active or user.is_service:
        raise refusals.UserUnknown(name=username)
    OneTimeLink.objects.filter(user=user, used_at=None, expires_at__gt=at).update(expires_at=at)
    secret = secrets.token_urlsafe(32)
    link = OneTimeLink.objects.create(
        user=user, secret_hash=rules.secret_hash(secret), expires_at=at + lasts
    )
    journal.write(
        by=by,
        action="access.make_link",
        object=f"user:{username}",
        after={"link": link.pk, "expires_at": link.expires_at},
    )
    return secret


@transaction.atomic
def use_link(*, by: Actor, secret: str, at: datetime, password: str = "") -> User:
    """Consume a link and return its user, whose password becomes `password` when one is given.

    The caller then starts the session. A weak password leaves the link unused.

    by: the service that shows the sign-in page; the event names the user
    refuses: Forbidden, LinkInvalid (one answer for unknown, used, expired and disabled),
    PasswordWeak
    """
    guards.require(by, "access.manage")
    link = (
        OneTimeLink.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(
            secret_hash=rules.secret_hash(secret),
            used_at=None,
            expires_at__gt=at,
            user__is_active=True,
        )
        .first()
    )
    if link is None:
        raise refusals.LinkInvalid()
    person = actors.actor_of(link.user)
    if password:
        choose_password(by=person, password=password)
    link.used_at = at
    link.save(update_fields=["used_at"])
    journal.write(
        by=person, action="access.use_link", object=f"user:{person.name}", after={"link": link.pk}
    )
    # Read again: a session is bound to the password hash, which has just changed.
    return User.objects.get(pk=link.user_id)
