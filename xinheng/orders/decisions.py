"""One decision on record, and what the same facts and rules say when asked again."""

from dataclasses import dataclass
from uuid import UUID

from xinheng import access
from xinheng.definitions import in_force
from xinheng.kernel.actors import Actor
from xinheng.orders.models import Decision
from xinheng.orders.order_file import DecisionRow, decision_row
from xinheng.orders.refusals import UnknownDecision
from xinheng.orders.rules import decide, record


@dataclass(frozen=True, slots=True)
class DecisionFile:
    """A decision with what it was about.

    stored: outcome, reasons, authority, excess_minor as they were recorded
    """

    row: DecisionRow
    customer_code: str
    document_kind: str
    document_number: str
    order_number: str
    reservation_id: int | None
    follows: UUID | None


def decision(*, by: Actor, uuid: UUID) -> DecisionFile:
    """Return one decision.

    refuses: UnknownDecision, also outside the scope
    """
    found = _decision(by, uuid)
    return DecisionFile(
        row=decision_row(found),
        customer_code=found.customer.code,
        document_kind=found.document_kind,
        document_number=found.document_number,
        order_number=found.order.number if found.order else "",
        reservation_id=found.reservation_id,
        follows=found.follows.uuid if found.follows else None,
    )


def replay(*, by: Actor, uuid: UUID) -> list[str]:
    """Take a decision again, by its own facts and rule set; return where the verdict differs.

    refuses: UnknownDecision, NotPublished when the rule set is not there any more
    """
    found = _decision(by, uuid)
    rules = in_force.by_name(found.versions["credit_rules"]).content.prepared
    verdict = decide(record.facts_of(found.facts), rules)
    stored = {
        "outcome": found.outcome,
        "reasons": found.reasons,
        "authority": found.authority,
        "excess_minor": found.excess_minor,
    }
    return record.differences(stored, verdict)


def _decision(by: Actor, uuid: UUID) -> Decision:
    rows = access.visible(by, "orders.read", Decision.objects.all(), prefix="customer__")
    joined = rows.select_related("customer", "order", "follows")
    found: Decision | None = joined.filter(uuid=uuid).first()
    if found is None:
        raise UnknownDecision(decision=uuid)
    return found
