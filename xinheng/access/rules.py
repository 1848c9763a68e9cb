"""Secrets and names: what is kept of a secret, which user names exist, how long a link may live."""

import hashlib
import re
from datetime import timedelta

LINK_LEAST = timedelta(minutes=15)
LINK_MOST = timedelta(hours=24)

# A fixed beginning lets secret scanners recognise a token that was committed somewhere.
TOKEN_PREFIX = "xht_"  # noqa: S105

_NAME = re.compile(r"[\w.@-]{1,60}")


def is_user_name(name: str) -> bool:
    """Say whether a user name is allowed: 1 to 60 letters (any script), digits or . _ - @."""
    return _NAME.fullmatch(name) is not None


def secret_hash(secret: str) -> bytes:
    """Return what is kept of a secret: its SHA-256.

    Ours carry 256 random bits, so neither a salt nor a slow hash would add anything.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
