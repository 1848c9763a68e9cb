"""Prove every payload that is still there by the digest of its event.

This room lies below `access`; whoever asks is the command, or a room above.
"""

import hmac

from xinheng.journal import rules
from xinheng.journal.models import Payload
from xinheng.kernel.checks import SHOWN, Check


def verify() -> list[Check]:
    """Recompute every digest; an erased payload proves nothing and is no difference."""
    rows, wrong = 0, []
    payloads = Payload.objects.select_related("event").order_by("pk")
    for payload in payloads.iterator(chunk_size=2_000):
        event = payload.event
        found = rules.digest(
            bytes(event.salt),
            actor=event.actor,
            action=event.action,
            object=event.object,
            before=payload.before,
            after=payload.after,
        )
        rows += 1
        if not hmac.compare_digest(found, bytes(event.digest)):
            wrong.append({"key": f"event {event.uuid}", "expected": "digest", "found": "other"})
    return [Check("journal: payloads = digests", rows, len(wrong), tuple(wrong[:SHOWN]))]
