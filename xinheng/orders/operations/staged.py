"""Record orders from a staged relation, as imports and other systems send them.

A file says what happened: what it calls shipped or invoiced is recorded and asked nothing. What is
still open is checked like any order, and reserves or is held.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from xinheng import access, journal
from xinheng.access import Forbidden
from xinheng.exposure import operations as exposure
from xinheng.exposure.realignment import Realignment
from xinheng.kernel.actors import Actor
from xinheng.kernel.refusals import Refusal
from xinheng.kernel.staged import Outcome, RowRefusal
from xinheng.orders import staged_sql as texts
from xinheng.orders import state
from xinheng.orders.models import Order
from xinheng.orders.operations import keeping
from xinheng.orders.operations.amending import amend_locked, cancel_locked
from xinheng.orders.operations.following import follow_invoices
from xinheng.orders.operations.placing import ask
from xinheng.orders.refusals import OrderAmount, OrderDiffers, UnknownSegment
from xinheng.orders.rules.placed import Change
from xinheng.parties import operations as parties
from xinheng.reference import queries as reference
from xinheng.reference.refusals import NoExchangeRate

IMPORT = "orders.import"
PREPAID = ["prepay"]


@transaction.atomic
def record_staged_orders(*, by: Actor, batch_id: UUID, relation: str, today: date) -> Outcome:
    """Record what `relation` holds; the same row again changes nothing, a changed one is amended.

    relation: row int, number text, customer_id bigint, order_date date, ship_date date,
        amount_minor bigint, currency text, terms text (as `kernel.terms` writes them),
        status text (open | shipped | invoiced | cancelled), segment text; unique by number
    Rows that cannot be recorded come back with their reason and leave the others alone; an order
    that is held is recorded.
    """
    access.require(by, IMPORT)
    parties.hold_merges(by=access.system("orders"))
    with connection.cursor() as cursor:
        cursor.execute(texts.DROP)
        cursor.execute(texts.STAGE.format(relation=relation))
        refused = _refuse(by, cursor)
        _open_accounts(cursor)
        refused += _without_rate(cursor, today)
        cursor.execute(texts.LOCK)
        cursor.execute(texts.KNOWN)
        cursor.execute(texts.COUNT)
        created, updated, total = cursor.fetchone()
        cursor.execute(texts.CHANGED)
        changed = cursor.fetchall()
    if changed:
        journal.keep_former(by=by, batch_id=batch_id, table="orders_order", query=texts.IMAGES)
    _add(by, batch_id, today)
    for row, *facts in changed:
        try:
            with transaction.atomic():
                _change(by, batch_id, today, facts)
        except Refusal as refusal:
            refused.append(RowRefusal(row, "number", refusal))
            updated, total = updated - 1, total - 1
    journal.write(
        by=by, action="orders.record_orders", object=f"batch:{batch_id}",
        after={"created": created, "updated": updated},
    )  # fmt: skip
    found = tuple(sorted(refused, key=lambda one: one.row))
    return Outcome(created, updated, total - created - updated, found)


def _refuse(by: Actor, cursor: Any) -> list[RowRefusal]:
    """Leave out what cannot be recorded and say why."""
    cursor.execute(
        texts.FAULTS,
        {
            "all": by.scope == "all",
            "owner": by.id,
            "departments": list(by.department_ids) if by.scope == "department" else [],
        },
    )
    found = cursor.fetchall()
    if found:
        cursor.execute(texts.REFUSE, [[row for row, *_ in found]])
    return [
        RowRefusal(row, *_fault(fault, number, segment)) for row, number, fault, segment in found
    ]


def _without_rate(cursor: Any, today: date) -> list[RowRefusal]:
    """Leave out orders in a currency that nothing converts."""
    cursor.execute(texts.FOREIGN)
    refused = []
    for source, target in cursor.fetchall():
        try:
            # The rate is the books' own matter, whoever imports.
            reference.rate(by=access.system("orders"), source=source, target=target, on=today)
        except NoExchangeRate as refusal:
            cursor.execute(texts.WITHOUT_RATE, [source, target])
            refused += [RowRefusal(row, "currency", refusal) for (row,) in cursor.fetchall()]
    return refused


def _fault(fault: str, number: str, segment: str) -> tuple[str, Refusal]:
    if fault == "forbidden":
        return "customer_code", Forbidden(label_zh="导入订单", label_en="import orders")
    if fault == "amount":
        return "amount", OrderAmount(order=number)
    if fault == "segment":
        return "segment", UnknownSegment(segment=segment)
    return "number", OrderDiffers(order=number)


def _open_accounts(cursor: Any) -> None:
    cursor.execute(texts.SEGMENTS)
    for (segment,) in cursor.fetchall():
        exposure.open_accounts(by=access.system("orders"), relation="ord_given", segment=segment)


def _add(by: Actor, batch_id: UUID, today: date) -> None:
    """Insert new orders, let them follow the invoices that came before them, ask for open ones."""
    with connection.cursor() as cursor:
        cursor.execute(texts.NUMBERS)
        cursor.execute(texts.INSERT, {"batch": batch_id, "prepaid": PREPAID})
        rows = cursor.fetchall()
    if not rows:
        return
    follow_invoices(by=access.system("orders"), relation="ord_number")
    _deliver(by, [row[0] for row in rows], today)
    waiting = [number for _, number, status in rows if status == "open"]
    for number in waiting:
        order = keeping.again(by=by, permission=IMPORT, number=number)
        if order.status == Order.Status.OPEN:
            ask(by=by, order=order, today=today, purpose="reserve", action=IMPORT,
                permission=IMPORT)  # fmt: skip


def _deliver(by: Actor, ids: Sequence[int], today: date) -> None:
    """Let the ledger know what left the house and is not invoiced."""
    with connection.cursor() as cursor:
        cursor.execute(texts.UNDELIVERED, [list(ids)])
        rows = cursor.fetchall()
        items = [
            Realignment(
                account_id=account_id, source=f"order:{number}", currency=currency, on=today,
                key=f"order:{order_id}:{version}", delivered_minor=minor, ship_date=ship_date,
            )
            for order_id, number, account_id, currency, ship_date, version, minor in rows
        ]  # fmt: skip
        if not items:
            return
        for done in exposure.realign_many(by=access.system("orders"), items=items):
            if done.refusal is not None:
                raise done.refusal
        cursor.execute(texts.DELIVERED, [[row[0] for row in rows], [row[-1] for row in rows]])


def _change(by: Actor, batch_id: UUID, today: date, row: Sequence[Any]) -> None:
    """Let an order become what its row says, as the verbs of a person would."""
    number, order_date, ship_date, amount, terms, status = row
    order = keeping.again(by=by, permission=IMPORT, number=number)
    Order.objects.filter(pk=order.pk).update(order_date=order_date, batch_id=batch_id)
    change = Change(amount_minor=amount, terms=terms, ship_date=ship_date)
    if status == "cancelled":
        if order.status == Order.Status.OPEN:
            cancel_locked(by=by, order=order, today=today)
        return
    if order.status == Order.Status.CANCELLED:
        before = state.image(order)
        state.apply(order, change)
        order.status = Order.Status.OPEN
        if status == "open":
            ask(by=by, order=order, today=today, purpose="reserve", action=IMPORT,
                before=before, permission=IMPORT)  # fmt: skip
            return
    elif status == "open":
        amend_locked(by=by, order=order, change=change, today=today, permission=IMPORT)
        return
    _record_done(by, order, change, status, today)


def _record_done(by: Actor, order: Order, change: Change, status: str, today: date) -> None:
    """Record that an order was shipped or invoiced elsewhere; it is too late to ask."""
    before = state.image(order)
    state.apply(order, change)
    order.shipped_minor = max(order.shipped_minor, order.amount_minor)
    order.status = status
    hold = keeping.settle_gone(by=by, order=order)
    keeping.align(
        by=by,
        order=order,
        on=today,
        authority=state.within(order),
    )
    keeping.keep(by=by, order=order, action=IMPORT, before=before, told=status, hold=hold)
