"""What makes two requests the same, and which answers are kept for the second one."""

import hashlib
import json
from datetime import timedelta

KEY_LENGTH = 255
ANSWERS_KEPT = timedelta(days=30)


def is_key(key: str) -> bool:
    """Say whether a text may be an Idempotency-Key: 1 to 255 printable ASCII characters."""
    return 0 < len(key) <= KEY_LENGTH and key.isascii() and key.isprintable()


def fingerprint(method: str, path: str, body: bytes) -> bytes:
    """Return the digest of what was asked.

    A JSON body counts by its value, so that a client which orders members differently is still
    the same client asking the same thing.
    """
    try:
        value = json.dumps(json.loads(body), sort_keys=True).encode()
    except (ValueError, RecursionError):
        value = body
    return hashlib.sha256(f"{method} {path}\n".encode() + value).digest()


def is_kept(status: int) -> bool:
    """Say whether a repeated request gets this answer again (contract: 2xx, 409 and 422)."""
    return 200 <= status < 300 or status in (409, 422)


def lock_number(token_id: int, key: str) -> int:
    """Return the 64-bit number whose advisory lock stands for one key of one token."""
    digest = hashlib.sha256(f"api\0{token_id}\0{key}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
