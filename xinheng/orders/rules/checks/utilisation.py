"""Is there room: the customer's own limit now and within the horizon, and every group above it."""

from datetime import timedelta

from xinheng.orders.rules.checks.check import NOTHING, Check, Measured, Numbers, release
from xinheng.orders.rules.facts import Document, Facts, Node
from xinheng.orders.rules.ruleset import Applied, Rule
from xinheng.orders.rules.verdict import Reason, Remedy


def needed(document: Document) -> int:
    """Return what the document asks for beyond what the ledger already holds for it."""
    return max(0, document.credit_minor - document.held_minor)


def ceiling(node: Node) -> int | None:
    """Return what a node may use at most: 0 without credit, None without a limit."""
    if node.mode == "unlimited":
        return None
    return 0 if node.mode == "none" else node.limit_minor or 0


def over_limits(facts: Facts) -> int:
    """Return how far the document would pass the narrowest limit of its path, horizon aside."""
    asked = needed(facts.document)
    over = 0
    for node in facts.path:
        most = ceiling(node)
        if most is not None:
            over = max(over, node.used_minor + asked - most)
    return over


def available(facts: Facts) -> int | None:
    """Return the least room along the path before this document; None without any limit."""
    rooms = [
        most - node.used_minor + facts.document.held_minor
        for node in facts.path
        if (most := ceiling(node)) is not None
    ]
    return min(rooms, default=None)


def asks_for_nothing(facts: Facts) -> bool:
    """Say whether a document wants no more than it already holds, before goods move.

    Whoever makes an order smaller must not be stopped because the customer is over the limit.
    """
    return facts.point in ("quote", "confirm") and needed(facts.document) == 0


def is_beyond(facts: Facts, days: int | None) -> bool:
    """Say whether the document is to be shipped after so many days."""
    ships = facts.document.ship_date
    return days is not None and ships is not None and ships > facts.today + timedelta(days=days)


def within_horizon(node: Node, document: Document, facts: Facts, days: int) -> tuple[int, int]:
    """Return what a node uses, and what the document adds, until so many days from today.

    Orders to be shipped later do not count yet; one without a ship date counts now.
    """
    last = facts.today + timedelta(days=days)
    used = node.used_minor
    for day, minor in node.reserved_by_day:
        if day is not None and day > last:
            used -= minor
    if is_beyond(facts, days):
        return used, 0
    held_day = document.approved_ship_date if document.held_minor else None
    held_counts = held_day is None or held_day <= last
    return used, needed(document) if held_counts else document.credit_minor


def measure_node(facts: Facts, rule: Rule, node: Node, days: int | None) -> Numbers:
    """Return the numbers of one node, with `over_minor` above 0 when it does not fit."""
    if days is None:
        used, asked = node.used_minor, needed(facts.document)
    else:
        used, asked = within_horizon(node, facts.document, facts, days)
    most = ceiling(node) or 0
    tolerance = rule.tolerance(most) if node.mode == "limited" else 0
    after = used + asked
    return {
        "account_id": node.account_id,
        "account": node.code,
        "mode": node.mode,
        "limit_minor": most,
        "used_minor": used,
        "needed_minor": asked,
        "after_minor": after,
        "tolerance_minor": tolerance,
        "over_minor": max(0, after - most),
        "excess_minor": max(0, after - most - tolerance),
    }


def _own(facts: Facts, applied: Applied) -> Measured:
    node = facts.path[0]
    if node.mode == "unlimited":
        return NOTHING
    numbers = measure_node(facts, applied.rule, node, None)
    fails = numbers["excess_minor"] > 0 and not asks_for_nothing(facts)
    if fails and applied.parameters.covers_excess:
        fails = numbers["after_minor"] > insured(facts)
        numbers["insured_minor"] = insured(facts)
    return Measured(fails, numbers)


def insured(facts: Facts) -> int:
    """Return the insured amount that counts today."""
    standing = facts.standing
    if standing.insured_until is not None and standing.insured_until < facts.today:
        return 0
    return standing.insured_minor or 0


def _dynamic(facts: Facts, applied: Applied) -> Measured:
    node = facts.path[0]
    if node.mode == "unlimited":
        return NOTHING
    days = applied.parameters.horizon_days or 0
    numbers = measure_node(facts, applied.rule, node, days)
    numbers["horizon_days"] = days
    spared = is_beyond(facts, days) or asks_for_nothing(facts)
    return Measured(numbers["excess_minor"] > 0 and not spared, numbers)


def _group(facts: Facts, applied: Applied) -> Measured:
    days = applied.parameters.horizon_days
    measured = [
        measure_node(facts, applied.rule, node, days)
        for node in facts.path[1:]
        if node.mode != "unlimited"
    ]
    if not measured:
        return NOTHING
    worst = max(measured, key=lambda one: int(one["excess_minor"]))
    over = [one for one in measured if one["excess_minor"] > 0]
    numbers: Numbers = {**worst, "accounts": over}
    spared = is_beyond(facts, days) or asks_for_nothing(facts)
    return Measured(bool(over) and not spared, numbers)


def to_fit(facts: Facts, excess: int) -> tuple[Remedy, ...]:
    """Return what makes so much room on the customer's own account and every group above it."""
    document = facts.document
    found = [Remedy("pay", amount_minor=excess, account_id=facts.path[0].account_id)]
    if excess <= needed(document) and document.credit_minor > excess:
        found.append(Remedy("reduce", amount_minor=document.credit_minor - excess))
    return (*found, Remedy("prepay", amount_minor=document.credit_minor))


def _room(facts: Facts, numbers: Numbers) -> tuple[Remedy, ...]:
    return (*to_fit(facts, numbers["excess_minor"]), release(facts))


def _ask(numbers: Numbers) -> Remedy:
    return Remedy("ask", amount_minor=numbers["after_minor"], account_id=numbers["account_id"])


def _own_remedies(facts: Facts, applied: Applied, numbers: Numbers) -> tuple[Remedy, ...]:
    return (*_room(facts, numbers), _ask(numbers))


def _dynamic_remedies(facts: Facts, applied: Applied, numbers: Numbers) -> tuple[Remedy, ...]:
    later = facts.today + timedelta(days=numbers["horizon_days"] + 1)
    return (*_room(facts, numbers), Remedy("wait", until=later), _ask(numbers))


def _group_remedies(facts: Facts, applied: Applied, numbers: Numbers) -> tuple[Remedy, ...]:
    return (*_room(facts, numbers), *(_ask(one) for one in numbers["accounts"]))


OVER_UTILISATION = Check(Reason.OVER_UTILISATION, _own, _own_remedies)
OVER_UTILISATION_DYNAMIC = Check(Reason.OVER_UTILISATION_DYNAMIC, _dynamic, _dynamic_remedies)
GROUP_LIMIT = Check(Reason.GROUP_LIMIT, _group, _group_remedies)
