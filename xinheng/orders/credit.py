"""The credit of one customer as other systems ask for it: limit, counters, path, standing."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from xinheng import access
from xinheng.exposure.models import Account, Segment
from xinheng.kernel.actors import Actor
from xinheng.kernel.money import Money
from xinheng.orders import facts as reading
from xinheng.orders.refusals import UnknownSegment
from xinheng.orders.rules.asked import Asked
from xinheng.orders.rules.checks import utilisation
from xinheng.orders.rules.facts import Facts, Node


@dataclass(frozen=True, slots=True)
class Credit:
    """An account with its path; amounts are minor units of `facts.currency`.

    dynamic_minor: without orders that ship after the horizon of `horizon_days`
    available_minor: none when nothing on the path is limited
    """

    facts: Facts
    in_group: bool
    static_minor: int
    dynamic_minor: int
    horizon_days: int
    available_minor: int | None
    versions: dict[str, Any]


def credit(*, by: Actor, customer_id: int, segment: str, today: date) -> Credit:
    """Return a customer's credit in a segment as it is now.

    refuses: Forbidden, UnknownCustomer, UnknownSegment
    """
    access.require(by, "exposure.read")
    currency = _currency(customer_id, segment)
    found = reading.read(
        by=by,
        permission="exposure.read",
        customer_id=customer_id,
        asked=Asked(Money(0, currency), kind="quotation", point="quote", segment=segment),
        today=today,
    )
    facts, leaf = found.facts, found.facts.path[0]
    horizon = found.rule_set.horizon_days
    return Credit(
        facts=facts,
        in_group=Account.objects.values_list("in_group", flat=True).get(pk=leaf.account_id),
        static_minor=leaf.used_minor,
        dynamic_minor=_within(leaf, today + timedelta(days=horizon)),
        horizon_days=horizon,
        available_minor=utilisation.available(facts),
        versions={"credit_rules": found.version},
    )


def room(node: Node) -> int | None:
    """Return what is left of a node's limit; none when it has no limit."""
    most = utilisation.ceiling(node)
    return None if most is None else most - node.used_minor


def check_segment(*, by: Actor, segment: str) -> None:
    """Refuse a segment that was never set up; the main one is always there.

    refuses: UnknownSegment
    """
    access.require(by, "orders.check")
    if segment != "main" and not Segment.objects.filter(code=segment).exists():
        raise UnknownSegment(segment=segment)


def _currency(customer_id: int, segment: str) -> str:
    """Return the currency the credit is counted in, so that nothing has to be converted."""
    own = Account.objects.filter(customer_id=customer_id, segment__code=segment)
    found = own.values_list("currency", flat=True).first()
    found = found or Segment.objects.filter(code=segment).values_list("currency", flat=True).first()
    if found is None and segment != "main":
        raise UnknownSegment(segment=segment)
    return found or "CNY"


def _within(node: Node, last: date) -> int:
    later = sum(minor for day, minor in node.reserved_by_day if day is not None and day > last)
    return node.used_minor - later
