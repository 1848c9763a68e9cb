"""Take a batch of orders back: what it made is cancelled, what it changed is what it was before."""

import json
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from xinheng import access, journal
from xinheng.kernel.actors import Actor
from xinheng.kernel.staged import BatchNeeded, Hold, TakenBack
from xinheng.orders import staged_sql as texts
from xinheng.orders import state
from xinheng.orders.models import Order
from xinheng.orders.operations import keeping
from xinheng.orders.operations.amending import cancel_locked
from xinheng.orders.operations.placing import ask
from xinheng.orders.operations.staged import IMPORT

_RESTORED = ("order_date", "ship_date", "terms", "discount_percent", "amount_minor", "is_prepaid")
_LATER = ("后来的操作改过它", "a later act changed it")


@transaction.atomic
def take_back(
    *, by: Actor, batch_id: UUID, undo_id: UUID, kind: str = "orders", today: date
) -> TakenBack:
    """Take back a batch of orders; decisions on them stay on record, so the orders do, cancelled.

    What the batch changed has its earlier figures again and is decided on anew where it is open.
    refuses: BatchNeeded when a shipment, an invoice or somebody changed an order since; Forbidden
    """
    access.require(by, IMPORT)
    with connection.cursor() as cursor:
        cursor.execute(texts.OF_BATCH, {"batch": str(batch_id)})
        rows = cursor.fetchall()
    holds = tuple(Hold(number, *_LATER) for number, _, is_later in rows if is_later)
    if holds:
        raise BatchNeeded(holds)
    removed = restored = 0
    for number, was, _ in rows:
        order = keeping.locked(by=by, permission=IMPORT, number=number)
        if was is None:
            _remove(by, order, today)
            removed += 1
        else:
            _restore(by, order, _data(was), today)
            restored += 1
    taken = TakenBack(removed, restored)
    journal.write(
        by=by, action="orders.take_back", object=f"batch:{undo_id}",
        after={"batch": batch_id, "removed": removed, "restored": restored},
    )  # fmt: skip
    return taken


def _remove(by: Actor, order: Order, today: date) -> None:
    if order.status == Order.Status.CANCELLED:
        return
    # What the file called shipped did not happen either.
    order.shipped_minor = 0
    cancel_locked(by=by, order=order, today=today, reason="batch")
    Order.objects.filter(pk=order.pk).update(batch_id=None)


def _restore(by: Actor, order: Order, was: dict[str, Any], today: date) -> None:
    """Give an order the figures of before, and ask for it if it was open then."""
    before = state.image(order)
    fields = {field.name: field for field in Order._meta.fields}
    for name in _RESTORED:
        setattr(order, name, fields[name].to_python(was[name]))
    order.shipped_minor = was["shipped_minor"]
    order.status = was["status"]
    batch = was["batch_id"]
    Order.objects.filter(pk=order.pk).update(batch_id=batch, order_date=order.order_date)
    if order.status == Order.Status.OPEN:
        order.approved_minor = 0
        keeping.align(by=by, order=order, on=today, authority=state.within(order), step=":back")
        keeping.keep(by=by, order=order, action="orders.take_back", before=before)
        ask(by=by, order=order, today=today, purpose="recheck", action="orders.take_back",
            permission=IMPORT)  # fmt: skip
        return
    if order.status == Order.Status.CANCELLED:
        cancel_locked(by=by, order=order, today=today, reason="batch")
        return
    keeping.settle_gone(by=by, order=order)
    keeping.align(
        by=by,
        order=order,
        on=today,
        authority=state.within(order),
    )
    keeping.keep(by=by, order=order, action="orders.take_back", before=before)


def _data(was: Any) -> dict[str, Any]:
    """Return an image as data, whatever the driver made of it."""
    return json.loads(was) if isinstance(was, str) else dict(was)
