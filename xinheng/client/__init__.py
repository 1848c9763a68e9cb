"""A client of Xinheng's REST interface: plain Python, no other package, nothing of the server.

    from xinheng.client import Client, CreditHeld

    with Client("https://credit.example", token) as credit:
        try:
            reservation = credit.reserve("C001", "50000.00", number="SO-1", key="SO-1/1")
        except CreditHeld as held:
            print(held.reasons)

A write is sent again with the same key after a lost connection, a 5xx or `in-progress`, until it
is answered or the deadline has passed; whatever was lost on the way, it has its effect once.
"""

from xinheng.client.answers import Account, Decision, Reason, Reservation
from xinheng.client.calls import Client
from xinheng.client.errors import (
    AlreadyResolved,
    CreditHeld,
    CreditRefused,
    CreditStopped,
    Failure,
    Forbidden,
    Mismatch,
    NotFound,
    Refused,
    Unauthenticated,
    Unknown,
)
from xinheng.client.webhooks import WebhookInvalid, verify_webhook

__all__ = [
    "Account",
    "AlreadyResolved",
    "Client",
    "CreditHeld",
    "CreditRefused",
    "CreditStopped",
    "Decision",
    "Failure",
    "Forbidden",
    "Mismatch",
    "NotFound",
    "Reason",
    "Refused",
    "Reservation",
    "Unauthenticated",
    "Unknown",
    "WebhookInvalid",
    "verify_webhook",
]
