"""What became of a reservation that another system asked for."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from xinheng import access
from xinheng.exposure.refusals import UnknownReservation
from xinheng.kernel.actors import Actor
from xinheng.parties.models import Customer

# A reservation whose time ran out counts as expired whether or not somebody swept it.
_FOUND = """
SELECT e.id, e.account_id, c.code,
       CASE WHEN r.kind = 'POST' THEN 'posted' WHEN r.kind = 'VOID' THEN 'voided'
            WHEN r.kind = 'EXPIRE' OR e.expires_at <= now() THEN 'expired' ELSE 'pending' END,
       e.document_minor, e.document_currency, CASE r.kind WHEN 'POST' THEN r.document_minor END,
       e.source, e.ship_date, e.expires_at, e.at, r.at, coalesce(d.uuid::text, ''),
       (SELECT min(CASE x.mode WHEN 'none' THEN 0 ELSE x.limit_minor END - (x.reserved_minor
            + x.delivered_minor + x.receivable_minor + x.bills_minor - x.deposits_minor))
        FROM exposure_account x
        WHERE x.id = ANY(a.id || a.ancestors) AND x.mode <> 'unlimited'), a.currency,
       c.id, c.owner_id, c.department_id
FROM exposure_entry e
JOIN exposure_account n ON n.id = e.account_id
JOIN exposure_account a ON a.id = coalesce(n.merged_into_id, n.id)
JOIN parties_customer c ON c.id = a.customer_id
LEFT JOIN exposure_entry r ON r.resolves_id = e.id
LEFT JOIN orders_decision d ON d.id = e.decision_id
WHERE e.kind = 'RESERVE' AND {which}
"""


@dataclass(frozen=True, slots=True)
class ReservationRow:
    """One reservation as it is now; amounts in its own currency, `available` in the account's.

    state: pending | posted | voided | expired; posted_minor: the part that was posted
    """

    id: int
    account_id: int
    customer_code: str
    state: str
    amount_minor: int
    currency: str
    posted_minor: int | None
    source: str
    ship_date: date | None
    expires_at: datetime | None
    reserved_at: datetime
    resolved_at: datetime | None
    decision: str
    available_minor: int | None
    account_currency: str


def reservation(*, by: Actor, reservation_id: int = 0, key: str = "") -> ReservationRow:
    """Return a reservation by its number, or by the ledger's key.

    refuses: UnknownReservation, also outside the scope
    """
    access.require(by, "orders.read")
    which, value = ("e.key = %s", key) if key else ("e.id = %s", reservation_id)
    with connection.cursor() as cursor:
        cursor.execute(_FOUND.format(which=which), [value])
        row = cursor.fetchone()
    if row is None:
        raise UnknownReservation(reservation=reservation_id or key)
    *shown, customer_id, owner_id, department_id = row
    owner = Customer(pk=customer_id, owner_id=owner_id, department_id=department_id)
    if not access.in_scope(by, owner):
        raise UnknownReservation(reservation=reservation_id or key)
    return ReservationRow(*shown)
