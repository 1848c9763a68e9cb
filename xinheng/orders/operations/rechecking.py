"""Look at open holds again when something they stand on moved, from whatever path it came."""

from datetime import date

from django.db import connection, transaction

from xinheng import access, definitions
from xinheng.journal.fields import CurrentTransaction
from xinheng.kernel.actors import Actor
from xinheng.kernel.refusals import Refusal
from xinheng.orders import facts as reading
from xinheng.orders import rules, sql
from xinheng.orders.decided import question
from xinheng.orders.definition import KIND
from xinheng.orders.models import Hold, Order
from xinheng.orders.operations import stopping
from xinheng.orders.operations.holds import recheck

PERMISSION = "orders.check"


def recheck_open(*, by: Actor, today: date) -> int:
    """Decide again on the holds whose grounds moved, and return how many orders go on.

    Each hold is an act of its own. Where the verdict says what it said before nothing is recorded,
    only that somebody looked.
    """
    access.require(by, PERMISSION)
    with connection.cursor() as cursor:
        cursor.execute(sql.STALE_HOLDS, {"today": today, "rules": definitions.published(KIND).name})
        numbers = [number for number, _ in cursor.fetchall()]
    return sum(_look(by, number, today) for number in numbers)


@transaction.atomic
def _look(by: Actor, number: str, today: date) -> int:
    order = Order.objects.select_related("customer", "segment", "decision").get(number=number)
    hold = stopping.open_hold(by=by, order=order)
    if hold is None or hold.is_forced:
        return 0
    Hold.objects.filter(pk=hold.pk).update(looked_on=today, changed_xid=CurrentTransaction())
    try:
        if not _says_otherwise(by, order, hold, today):
            return 0
        with transaction.atomic():
            return int(recheck(by=by, number=number, today=today).is_approved)
    except Refusal:
        # Such as a rate that is missing today: the hold stands and is looked at again.
        return 0


def _says_otherwise(by: Actor, order: Order, hold: Hold, today: date) -> bool:
    """Say whether the checks find something else than what the hold shows."""
    found = reading.read(
        by=by,
        permission=PERMISSION,
        customer_id=order.customer_id,
        asked=question(order, hold.point, "recheck", today).asked,  # type: ignore[arg-type]
        today=today,
    )
    verdict = rules.decide(found.facts, found.rule_set)
    latest = hold.latest
    shown = [one["reason"] for one in latest.reasons] if latest is not None else []
    said = [one.reason.code for one in verdict.findings]
    return latest is None or (verdict.outcome.value, said) != (latest.outcome, shown)
