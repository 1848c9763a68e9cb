"""Is this message from Xinheng, and fresh? Standard Webhooks 1.0, scheme v1 (HMAC-SHA256)."""

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Iterable, Mapping
from typing import Any

PREFIX = "whsec_"
TOLERANCE_SECONDS = 300


class WebhookInvalid(Exception):
    """The message is not signed by a secret of ours, or is too old or from the future."""


def verify_webhook(
    body: bytes,
    headers: Mapping[str, str],
    secret: str | Iterable[str],
    *,
    tolerance: int = TOLERANCE_SECONDS,
    now: float | None = None,
) -> dict[str, Any]:
    """Return the event inside a message after its signature and time were checked.

    body: the bytes as they came; headers: names in any case; secret: one or several valid ones
    A message may come more than once: keep the `webhook-id` of what was worked off.
    raises: WebhookInvalid
    """
    named = {name.lower(): value for name, value in headers.items()}
    try:
        number, at, signed = (named[f"webhook-{part}"] for part in ("id", "timestamp", "signature"))
        timestamp = int(at) if at.isascii() and at.isdigit() else -1
    except KeyError as missing:
        raise WebhookInvalid(f"the header {missing} is missing") from None
    moment = time.time() if now is None else now
    if not number or timestamp < 0 or abs(moment - timestamp) > tolerance:
        raise WebhookInvalid("the message is too old, from the future, or has no time")
    secrets = [secret] if isinstance(secret, str) else list(secret)
    given = [part[3:] for part in signed.split(" ") if part.startswith("v1,")]
    expected = [_signature(one, number, at, body) for one in secrets]
    # Every pair is compared, so that the time taken says nothing about which one was near.
    matches = [hmac.compare_digest(one.encode(), other) for one in given for other in expected]
    if not any(matches):
        raise WebhookInvalid("no signature is ours")
    found = json.loads(body)
    if not isinstance(found, dict):
        raise WebhookInvalid("the message is no event")
    return found


def _signature(secret: str, number: str, at: str, body: bytes) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("the secret is not of the form whsec_…") from None
    if not key:
        raise ValueError("the secret is empty")
    signed = f"{number}.{at}.".encode() + body
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256))
