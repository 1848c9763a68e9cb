"""API tokens: shown once, kept as a hash, narrowed to scopes, revocable at once."""

import secrets
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from xinheng import journal
from xinheng.access import guards, policy, refusals, rules
from xinheng.access.models import Token, User
from xinheng.access.operations.users import create_user
from xinheng.kernel.actors import Actor


@transaction.atomic
def create_token(
    *,
    by: Actor,
    username: str,
    scopes: Iterable[str],
    at: datetime,
    expires_at: datetime | None = None,
) -> tuple[Token, str]:
    """Return a new token and its secret, which nobody can read again.

    A service user of this name is made when there is no such user.

    scopes: names of policy.TOKEN_SCOPES; at: now
    refuses: Forbidden, ScopesMissing, ScopeUnknown, AlreadyExpired, UserUnknown for a disabled user
    """
    guards.require(by, "access.manage")
    named = sorted(set(scopes))
    known = ", ".join(policy.TOKEN_SCOPES)
    if not named:
        raise refusals.ScopesMissing(known=known)
    for scope in named:
        if scope not in policy.TOKEN_SCOPES:
            raise refusals.ScopeUnknown(scope=scope, known=known)
    if expires_at is not None and expires_at <= at:
        raise refusals.AlreadyExpired(expires_at=expires_at.isoformat())
    user = User.objects.filter(username=username).first()
    if user is None:
        user = create_user(by=by, username=username, scope=User.Scope.ALL, is_service=True)
    elif not user.is_active:
        raise refusals.UserUnknown(name=username)
    secret = rules.TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = Token.objects.create(
        user=user, secret_hash=rules.secret_hash(secret), scopes=named, expires_at=expires_at
    )
    journal.write(
        by=by,
        action="access.create_token",
        object=f"token:{token.pk}",
        after={"user": username, "scopes": named, "expires_at": expires_at},
    )
    return token, secret


@transaction.atomic
def revoke_token(*, by: Actor, token_id: int, at: datetime) -> Token:
    """Stop a token: its next request is refused. Revoking twice changes nothing.

    refuses: Forbidden, TokenUnknown
    """
    guards.require(by, "access.manage")
    token = Token.objects.select_for_update(no_key=True).filter(pk=token_id).first()
    if token is None:
        raise refusals.TokenUnknown(id=token_id)
    if token.revoked_at is None:
        token.revoked_at = at
        token.save(update_fields=["revoked_at"])
        journal.write(by=by, action="access.revoke_token", object=f"token:{token.pk}")
    return token
