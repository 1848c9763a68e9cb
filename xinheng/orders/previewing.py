"""What would be decided about a document that somebody is still writing; nothing is kept."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from xinheng.kernel.actors import Actor
from xinheng.orders import facts as reading
from xinheng.orders import rules
from xinheng.orders.rules.asked import Asked
from xinheng.orders.rules.facts import Facts
from xinheng.orders.rules.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Preview:
    """A verdict nobody relies on yet, and the facts it is about."""

    facts: Facts
    verdict: Verdict


@transaction.atomic
def preview(*, by: Actor, customer_id: int, asked: Asked, today: date) -> Preview:
    """Return what the rules say of a document as it stands; no decision is recorded.

    refuses: Forbidden, UnknownCustomer, NoExchangeRate, TermsUnreadable
    """
    found = reading.read(
        by=by, permission="orders.check", customer_id=customer_id, asked=asked, today=today
    )
    return Preview(found.facts, rules.decide(found.facts, found.rule_set))
