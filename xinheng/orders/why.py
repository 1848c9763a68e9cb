"""Why was this not held? Every rule for one order, with what became of it."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from xinheng import access
from xinheng.definitions import in_force
from xinheng.kernel.actors import Actor
from xinheng.orders import decided
from xinheng.orders import facts as reading
from xinheng.orders.models import Decision, Order
from xinheng.orders.refusals import UnknownOrder
from xinheng.orders.rules import Facts, RuleSet, Verdict, decide, explaining, record
from xinheng.orders.rules.explaining import Line
from xinheng.orders.rules.facts import Point


@dataclass(frozen=True, slots=True)
class Why:
    """What became of every rule, and the verdict they make.

    version: the rule set asked, as decisions record it
    decision_id: the decision explained; none when the books as of today were asked
    """

    facts: Facts
    verdict: Verdict
    version: str
    lines: tuple[Line, ...]
    decision_id: int | None = None


def of_decision(*, by: Actor, decision_id: int) -> Why:
    """Explain a decision by the facts and the rule set it was taken with.

    refuses: UnknownOrder when there is no such decision in the scope, definitions.NotPublished
    """
    rows = access.visible(by, "orders.read", Decision.objects.all(), prefix="customer__")
    found = rows.filter(pk=decision_id).first()
    if found is None:
        raise UnknownOrder(order=decision_id)
    version = in_force.by_name(found.versions["credit_rules"])
    return _why(record.facts_of(found.facts), version.content.prepared, version.name, found.pk)


def of_order(*, by: Actor, number: str) -> Why | None:
    """Explain the latest decision on an order; none when nobody decided on it.

    refuses: UnknownOrder
    """
    order = _order(by, number)
    return None if order.decision_id is None else of_decision(by=by, decision_id=order.decision_id)


@transaction.atomic
def now(*, by: Actor, number: str, today: date, point: Point = "confirm") -> Why:
    """Explain what the rules in force say of an order on today's books; nothing is recorded.

    refuses: UnknownOrder, NoExchangeRate, TermsUnreadable
    """
    order = _order(by, number)
    question = decided.question(order, point, "check", today)
    found = reading.read(
        by=by, permission="orders.read", customer_id=order.customer_id,
        asked=question.asked, today=today,
    )  # fmt: skip
    return _why(found.facts, found.rule_set, found.version, None)


def _order(by: Actor, number: str) -> Order:
    rows = access.visible(by, "orders.read", Order.objects.all(), prefix="customer__")
    found: Order | None = rows.select_related("segment", "decision").filter(number=number).first()
    if found is None:
        raise UnknownOrder(order=number)
    return found


def _why(facts: Facts, rules: RuleSet, version: str, decision_id: int | None) -> Why:
    return Why(facts, decide(facts, rules), version, explaining.explain(facts, rules), decision_id)
