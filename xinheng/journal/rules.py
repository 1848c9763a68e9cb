"""How an event's payload is turned into the digest that proves it."""

import datetime
import decimal
import hashlib
import hmac
import json
import uuid
from dataclasses import dataclass
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


def plain(value: Any) -> Any:
    """Turn a value into what JSON can carry exactly: dates and decimals become text."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value) if isinstance(value, set | frozenset) else value
        return [plain(item) for item in items]
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()
    if isinstance(value, decimal.Decimal | uuid.UUID | float):
        return str(value)
    return value


@dataclass(frozen=True, slots=True)
class Kept:
    """A table whose rows a batch can make and change, and how a row is named to a person.

    label: SQL over the row `t`; key, type: its primary key; is_dated: it has changed_xid
    """

    table: str
    label: str
    key: str = "id"
    type: str = "bigint"
    is_dated: bool = True

    def fill(self, text: str) -> str:
        """Return a statement of `former_sql` about this table."""
        for name in ("table", "label", "key", "type"):
            text = text.replace(f"{{{name}}}", getattr(self, name))
        return text

    def images(self, rows: str) -> str:
        """Return the query of images of the rows that a SELECT of this table yields."""
        return f"SELECT x.{self.key}::text, x.batch_id, to_jsonb(x) FROM ({rows}) x"
