"""What a webhook says, how it is signed, and when it is tried again. No Django, no clock, no IO.

Standard Webhooks 1.0: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

# event → what it means; the data of each names its subject by ids only.
EVENTS: dict[str, tuple[str, str]] = {
    "credit.held": ("订单或占用被冻结", "a document was held"),
    "credit.refused": ("订单或占用被拒绝", "a document was refused"),
    "credit.released": ("冻结已放行", "a hold was released or its reasons vanished"),
    "credit.rejected": ("冻结订单被驳回", "a held order was rejected"),
    "credit.expired": ("占用到期释放", "a reservation ran out"),
    "limit.changed": ("额度变更", "a limit was granted or changed"),
    "order.approved": ("订单通过信用检查", "an order passed its credit check"),
    "order.amended": ("订单变更", "an order was amended"),
    "order.shipped": ("订单发货", "an order was shipped, whole or in part"),
    "order.invoiced": ("订单开票", "an order was invoiced, whole or in part"),
    "order.cancelled": ("订单取消", "an order was cancelled"),
    "webhook.test": ("测试", "somebody tried the subscription"),
}
TEST = "webhook.test"
BODY_BYTES = 20_000
SECRET_PREFIX = "whsec_"  # noqa: S105 - how the standard begins every secret
# Waits before the second and each later try; with the first at once they span 75 h 35 min.
WAITS = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
TRIES = len(WAITS) + 1
LONGEST_WAIT = 86_400
OVERLAP = timedelta(hours=24)
KEPT = timedelta(days=30)
TIMEOUT_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a receiver answered: a status, or why there is none; when it asks to be tried again."""

    status: int | None
    error: str = ""
    retry_after: str = ""

    @property
    def is_delivered(self) -> bool:
        """Say whether the receiver has it; a redirect is a failure."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """Say whether the receiver wants nothing more."""
        return self.status == 410


def new_secret() -> str:
    """Return a secret of 256 random bits in the form of the standard."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the v1 signature of a message: base64 of HMAC-SHA256 over id.timestamp.body."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def headers(valid: Iterable[str], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the headers of a message, signed with every valid secret, the newest first."""
    timestamp = int(at.timestamp())
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(
            signature(secret, message_id, timestamp, body) for secret in valid
        ),
    }


def body(event: str, happened: datetime, data: Mapping[str, Any]) -> bytes:
    """Return the thin body of an event: what, when, and the ids to ask about."""
    said = {
        "type": event,
        "timestamp": happened.astimezone(UTC).isoformat(),
        "data": dict(data),
    }
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def wait_after(tries: int, retry_after: str, now: datetime) -> int | None:
    """Return the seconds until the next try, None when there is none.

    tries: how many were made; retry_after: the receiver's header, which may only make it later
    """
    if tries >= TRIES:
        return None
    return max(WAITS[tries - 1], min(_asked(retry_after, now), LONGEST_WAIT))


def _asked(retry_after: str, now: datetime) -> int:
    """Return the seconds a Retry-After header asks for (RFC 9110 §10.2.3); 0 when unreadable."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return int(text[:9])
    try:
        until = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return 0
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0, int((until - now).total_seconds()))
