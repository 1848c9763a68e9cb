"""Record that somebody looks at a confidential value unmasked, and why."""

from datetime import datetime, timedelta

from django.db import transaction

from xinheng import journal
from xinheng.access import guards, policy, refusals, sealing
from xinheng.access.fields import SealedRow, sealed_field
from xinheng.access.models import Reveal
from xinheng.kernel.actors import Actor

LEAST_REASON, LONGEST_REASON = 4, 400
SHOWN_FOR = timedelta(seconds=60)


@transaction.atomic
def reveal(
    *, by: Actor, row: SealedRow, column: str, customer_code: str, reason: str, at: datetime
) -> tuple[str, datetime]:
    """Return the text of one sealed value and until when it may stay on the screen.

    row: has `.customer`, whose scope decides; the room that owns it calls this
    refuses: Forbidden (also where the role never sees such a value), ReasonMissing, KeyMissing,
        SealBroken
    """
    guards.require(by, "access.reveal", row)
    mask = sealed_field(type(row), column).mask
    if policy.view_of(by.roles, mask) == policy.HIDDEN:
        zh, en = policy.PERMISSIONS["access.reveal"]
        raise guards.Forbidden(label_zh=zh, label_en=en)
    reason = " ".join(reason.split())[:LONGEST_REASON]
    if len(reason) < LEAST_REASON:
        raise refusals.ReasonMissing(least=LEAST_REASON)
    place = sealed_field(type(row), column).place
    text = sealing.unseal(place, row.uuid, getattr(row, column))
    noun = f"{row._meta.model_name}:{row.uuid}"
    made = Reveal.objects.create(
        at=at,
        expires_at=at + SHOWN_FOR,
        user_id=by.id,
        actor=by.label,
        object=noun,
        customer_code=customer_code,
        field=column,
        reason=reason,
    )
    journal.write(
        by=by,
        action="access.reveal",
        object=noun,
        after={"field": column, "reason": reason, "customer": customer_code},
    )
    return text, made.expires_at
