"""How an event's payload is turned into the digest that proves it."""

import hashlib
import hmac
import json
from typing import Any


def canonical(value: Any) -> bytes:
    """Return the one byte form of a JSON value: sorted keys, no spaces, UTF-8.

    Numbers that are not whole must arrive as text, so that no float ever enters a proof.
    """
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def digest(salt: bytes, *, actor: str, action: str, object: str, before: Any, after: Any) -> bytes:
    """Return HMAC-SHA256 of the event's canonical form under its salt (RFC 2104)."""
    body = canonical(
        {"actor": actor, "action": action, "object": object, "before": before, "after": after}
    )
    return hmac.new(salt, body, hashlib.sha256).digest()
