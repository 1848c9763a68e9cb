"""Let orders follow the invoices that name them, in the act that touches those invoices.

What is invoiced is owed, so it is neither reserved nor delivered any more; what a voided invoice
gives back is again what it was before. Nothing here refuses an invoice.
"""

from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db import connection

from xinheng import access, journal
from xinheng.exposure import operations as exposure
from xinheng.exposure import rules as exposure_rules
from xinheng.exposure.realignment import Realignment
from xinheng.exposure.rules import Authority
from xinheng.kernel.actors import Actor
from xinheng.messaging.models import Subscription
from xinheng.orders import sql
from xinheng.orders.models import Order
from xinheng.orders.operations.telling import announce
from xinheng.orders.rules.holding import Holding, Progress, holding, status

EVENT = "order.invoiced"


@dataclass(frozen=True, slots=True)
class _Touched:
    """An order whose invoiced part changes."""

    id: int
    number: str
    customer_id: int
    account_id: int
    currency: str
    amount_minor: int
    approved_minor: int
    shipped_minor: int
    invoiced_minor: int
    status: str
    is_prepaid: bool
    reservation_id: int | None
    delivered_minor: int
    ship_date: Any
    decision_id: int | None
    credit: str
    version: int
    becomes_minor: int

    @property
    def after(self) -> Progress:
        """Return how far the order has come with the invoices as they are."""
        found = Progress(
            self.amount_minor, self.approved_minor, self.shipped_minor, self.becomes_minor,
            "cancelled" if self.status == "cancelled" else "open", self.is_prepaid,
        )  # fmt: skip
        return replace(found, status=status(found))

    @property
    def is_gone(self) -> bool:
        """Say whether nothing is left that a hold could keep back."""
        return self.credit == Order.Credit.HELD and self.after.status == "invoiced"

    def realignment(self, on: Any) -> Realignment:
        """Return what the order holds then; what comes back carries its earlier decision."""
        target = holding(self.after)
        return Realignment(
            account_id=self.account_id,
            source=f"order:{self.number}",
            currency=self.currency,
            on=on,
            key=f"order:{self.id}:{self.version}",
            reservation_id=self.reservation_id,
            target_minor=target.reserved_minor,
            delivered_minor=target.delivered_minor - self.delivered_minor,
            ship_date=self.ship_date,
            authority=self._authority,
        )

    @property
    def _authority(self) -> Authority:
        if self.decision_id is not None and self.becomes_minor < self.invoiced_minor:
            return exposure_rules.carried(self.decision_id)
        return Authority(decision_id=self.decision_id)


def follow_invoices(*, by: Actor, relation: str) -> None:
    """Move the orders that `relation` names along with their invoices.

    relation: order_number text. Runs in the transaction of the act on the invoices, which has
        locked the accounts of their customers.
    """
    access.require(by, "receivables.write")
    with connection.cursor() as cursor:
        cursor.execute(sql.ANY_ORDER, [settings.TIME_ZONE])
        has_orders, on = cursor.fetchone()
        if has_orders:
            cursor.execute(sql.TOUCHED.format(relation=relation))
            _follow(by, [_Touched(*row) for row in cursor.fetchall()], on)
        cursor.execute(sql.TOUCHED_ELSEWHERE.format(relation=relation))
        _release_elsewhere(cursor.fetchall(), on)


def _follow(by: Actor, touched: list[_Touched], on: Any) -> None:
    if not touched:
        return
    done = exposure.realign_many(
        by=access.system("orders"), items=[order.realignment(on) for order in touched]
    )
    for one in done:
        if one.refusal is not None:
            raise one.refusal
    columns: list[list[Any]] = [[], [], [], [], [], []]
    for order, one in zip(touched, done, strict=True):
        target: Holding = holding(order.after)
        credit = Order.Credit.APPROVED.value if order.is_gone else order.credit
        values = (
            order.id, order.becomes_minor, order.after.status, credit, one.reservation_id,
            target.delivered_minor,
        )  # fmt: skip
        for column, value in zip(columns, values, strict=True):
            column.append(value)
    with connection.cursor() as cursor:
        cursor.execute(sql.FOLLOW, columns)
        gone = [order.id for order in touched if order.is_gone]
        if gone:
            cursor.execute(sql.WITHDRAW, [by.label, gone])
    journal.write_many(
        by=by,
        action="orders.follow",
        changes=[
            (
                f"order:{order.number}",
                {"invoiced_minor": order.invoiced_minor, "status": order.status},
                {"invoiced_minor": order.becomes_minor, "status": order.after.status},
            )
            for order in touched
        ],
    )
    _announce(by, touched)


def _announce(by: Actor, touched: list[_Touched]) -> None:
    """Tell listening systems; asked once, since an import may touch very many orders."""
    if Subscription.objects.filter(events__contains=[EVENT], disabled_at=None).exists():
        numbers = [order.number for order in touched]
        for order in Order.objects.select_related("customer").filter(number__in=numbers):
            announce(by=by, order=order, event=EVENT, data={})


def _release_elsewhere(rows: list[tuple[Any, ...]], on: Any) -> None:
    """Give back what other systems hold of what is invoiced by now; nothing ever grows here."""
    items: dict[str, Realignment] = {}
    for (
        decision_id, source, account_id, currency, asked, entry_id, ship_date, expires_at,
        reserved, delivered, posted, invoiced,
    ) in rows:  # fmt: skip
        target = max(0, asked - invoiced) if entry_id is not None else 0
        fewer = min(0, max(0, posted - invoiced) - delivered) if entry_id is None else 0
        if (entry_id is None or target >= reserved) and not fewer:
            continue
        items[source] = Realignment(
            account_id=account_id,
            source=source,
            currency=currency,
            on=on,
            key=f"rest:{decision_id}:{invoiced}",
            reservation_id=entry_id,
            target_minor=target,
            delivered_minor=fewer,
            ship_date=ship_date,
            expires_at=expires_at,
            # What ran out meanwhile must not stop an invoice: the rest stays as long as it may.
            authority=exposure_rules.carried(decision_id),
        )
    if items:
        for one in exposure.realign_many(by=access.system("orders"), items=list(items.values())):
            if one.refusal is not None:
                raise one.refusal
