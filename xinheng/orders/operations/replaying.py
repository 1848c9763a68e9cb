"""Take a stored decision again: the same facts and the same rules say the same."""

from dataclasses import dataclass

from django.db import transaction

from xinheng import access, journal
from xinheng.definitions.in_force import by_name
from xinheng.kernel.actors import Actor
from xinheng.orders import rules
from xinheng.orders.decided import LEDGER
from xinheng.orders.models import Decision
from xinheng.orders.refusals import UnknownDecision
from xinheng.orders.rules import record
from xinheng.orders.rules.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a decision says when it is taken again, and where that differs, by name."""

    decision: Decision
    verdict: Verdict
    differences: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Say whether it says the same."""
        return not self.differences


@transaction.atomic
def replay(*, by: Actor, uuid: str) -> Replayed:
    """Decide again on the facts of then, by the rules of then.

    What the ledger itself said, when somebody was faster, is its word and is taken as it was.
    refuses: UnknownDecision, Forbidden, NotPublished when the rule set of then is gone
    """
    decision = Decision.objects.select_related("customer").filter(uuid=uuid).first()
    if decision is None:
        raise UnknownDecision(decision=uuid)
    access.require(by, "orders.read", decision.customer)
    rule_set = by_name(decision.versions["credit_rules"]).content.prepared
    verdict = rules.decide(record.facts_of(decision.facts), rule_set)
    found: tuple[str, ...] = ()
    if not any(one["rule"] == LEDGER for one in decision.reasons):
        stored = {
            "outcome": decision.outcome,
            "reasons": decision.reasons,
            "authority": decision.authority,
            "excess_minor": decision.excess_minor,
        }
        found = tuple(record.differences(stored, verdict))
    journal.write(
        by=by, action="orders.replay", object=f"decision:{uuid}", after={"differences": found}
    )
    return Replayed(decision, verdict, found)
