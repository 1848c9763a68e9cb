"""What can go wrong, as exceptions: an answer that says no, or no answer at all."""

from collections.abc import Mapping
from typing import Any

from xinheng.client.answers import Reason


class Failure(Exception):
    """Base of everything this package raises about a call."""


class Unknown(Failure):
    """No answer came before the deadline: the effect may exist or not.

    `key` tells: the same call with the same key, or `Client.reservation(key=…)`, finds it out.
    """

    def __init__(self, why: str, key: str = "") -> None:
        super().__init__(f"{why} (Idempotency-Key {key})" if key else why)
        self.key = key


class Refused(Failure):
    """The server answered with a problem (RFC 9457); `code` is stable, `detail` is for people."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.problem = problem
        self.code = str(problem.get("code", ""))
        self.detail = str(problem.get("detail", ""))
        self.errors = list(problem.get("errors", []))
        super().__init__(f"{status} {self.code}: {self.detail}")


class Unauthenticated(Refused):
    """The token is missing, revoked or has expired."""


class Forbidden(Refused):
    """The token may not do this."""


class NotFound(Refused):
    """Not there, or not within what the token's user may see."""


class Mismatch(Refused):
    """The key was used for a different request."""


class AlreadyResolved(Refused):
    """The reservation was posted, voided or has expired before."""


class CreditStopped(Refused):
    """The credit decision stopped the document; nothing is reserved. See `reasons`."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(status, problem)
        self.reasons = tuple(Reason.read(reason) for reason in problem.get("reasons", []))
        self.decision_id = str(problem.get("decision_id", ""))


class CreditHeld(CreditStopped):
    """Held: somebody with the authority can release it, or the reasons can be cleared."""


class CreditRefused(CreditStopped):
    """Refused by a rule that nobody releases."""


_BY_CODE: dict[str, type[Refused]] = {
    "credit-held": CreditHeld,
    "credit-refused": CreditRefused,
    "already-resolved": AlreadyResolved,
    "idempotency-mismatch": Mismatch,
}
_BY_STATUS: dict[int, type[Refused]] = {401: Unauthenticated, 403: Forbidden, 404: NotFound}


def of(status: int, problem: Mapping[str, Any]) -> Refused:
    """Return the exception of a problem."""
    kind = _BY_CODE.get(str(problem.get("code", ""))) or _BY_STATUS.get(status, Refused)
    return kind(status, problem)
