"""What we decide about allauth's sign-in: nobody registers, everything is journalled."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from xinheng.access import actors, operations
from xinheng.access.models import User


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by administrators; a sign-in leaves an event."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> Any:
        operations.record_sign_in(by=actors.actor_of(user), how="password")
        return super().post_login(request, user, **kwargs)

    def set_password(self, user: User, password: str) -> None:
        """Let the one operation that sets passwords set it; the session keeps its own user."""
        operations.choose_password(by=actors.actor_of(user), password=password)
        user.refresh_from_db(fields=["password"])


def lockout_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Return the account that failures are counted for.

    Sign-in ignores the case of a user name, so counting must, or each spelling had five tries.
    """
    name = (credentials or {}).get("username") or request.POST.get("login") or ""
    return str(name).strip().lower()[:150].replace("\0", "")
