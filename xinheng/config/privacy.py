"""What a browser may keep, and for how long somebody stays signed in without moving."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

SEEN = "seen"
# The session is written at most once in so many seconds, not for every request.
STEP = 60
CLEARED = '"cache", "cookies", "storage"'


class Privacy:
    """Pages of signed-in people are not stored; idle sessions end; signing out leaves nothing.

    Signing out clears what the browser keeps for us (OWASP ASVS 5.0 V14.3.1), pages of people who
    are signed in are never written to its disk (V14.3.2), idle sessions end (V7.3.1).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """End an idle session, answer, and say what may be kept."""
        was_in = _is_in(request)
        if was_in and self._is_idle(request):
            logout(request)
        response = self.get_response(request)
        if was_in and not _is_in(request):
            response["Clear-Site-Data"] = CLEARED
        if was_in or _is_in(request):
            response["Cache-Control"] = "no-store, private"
        return response

    def _is_idle(self, request: HttpRequest) -> bool:
        """Say whether the person has not moved for too long; else note that they do now."""
        allowed = settings.SESSION_IDLE_SECONDS
        if not allowed:
            return False
        now = int(timezone.now().timestamp())
        seen = request.session.get(SEEN, now)
        if now - seen > allowed:
            return True
        if SEEN not in request.session or now - seen >= STEP:
            request.session[SEEN] = now
        return False


def _is_in(request: HttpRequest) -> bool:
    """Say whether a session holds somebody, without asking the database who it is."""
    session = getattr(request, "session", None)
    return session is not None and "_auth_user_id" in session
