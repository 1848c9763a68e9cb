"""What a rule set would have done to the orders of a past time, beside the one in force.

Each order is judged on the facts its own decision kept, or, where nobody decided (an import), on
facts reconstructed from the ledger. Bad debt avoided is what is still owed on the invoices of an
order that would have been stopped, more than 90 days after they were due.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from xinheng import access, definitions
from xinheng.definitions.in_force import Published
from xinheng.kernel.actors import Actor
from xinheng.orders import definition, reconstruction
from xinheng.orders import facts as reading
from xinheng.orders.definition import CreditRules
from xinheng.orders.models import Decision, Order
from xinheng.orders.rules import Facts, Outcome, PolicyRateUnknown, RuleSet, Verdict, decide, record
from xinheng.receivables.models import Invoice

MOST_ORDERS = 5_000
BAD_DAYS = 90
CHUNK = 500
Amounts = dict[str, int]


@dataclass(slots=True)
class Stopped:
    """How many orders and how much, by currency of the accounts; `bad` of it was never paid."""

    orders: int = 0
    amounts: Amounts = field(default_factory=lambda: defaultdict(int))
    bad: Amounts = field(default_factory=lambda: defaultdict(int))

    def add(self, currency: str, minor: int, bad_minor: int) -> None:
        """Count one more order."""
        self.orders += 1
        self.amounts[currency] += minor
        if bad_minor:
            self.bad[currency] += bad_minor


@dataclass(slots=True)
class Tally:
    """What one rule set would have stopped (held or refused); an order counts under each reason.

    customers: code → (name, sum)
    """

    stopped: Stopped = field(default_factory=Stopped)
    held: int = 0
    refused: int = 0
    warned: int = 0
    reasons: dict[str, Stopped] = field(default_factory=lambda: defaultdict(Stopped))
    customers: dict[str, Stopped] = field(default_factory=lambda: defaultdict(Stopped))
    names: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """One order that at least one of the two rule sets would have stopped."""

    number: str
    customer: str
    name: str
    day: date
    currency: str
    amount_minor: int
    bad_minor: int
    is_reconstructed: bool
    before: Outcome
    after: Outcome
    reasons_before: tuple[str, ...]
    reasons_after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Simulation:
    """A draft over history. `before` is the rule set in force, `after` the draft.

    unknown: orders whose facts could not be known; is_cut: there were more than were asked
    """

    since: date
    until: date
    orders: int
    reconstructed: int
    unknown: int
    is_cut: bool
    version: str
    before: Tally
    after: Tally
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class _Case:
    number: str
    facts: Facts
    is_reconstructed: bool
    bad_minor: int


def simulate(
    *,
    by: Actor,
    draft: CreditRules,
    since: date,
    until: date,
    today: date,
    most: int = MOST_ORDERS,
    progress: Callable[[int, int], None] | None = None,
) -> Simulation:
    """Judge the latest `most` orders of a time by a draft and by the rule set in force.

    progress: called with (orders judged, orders in all)
    refuses: Forbidden, definitions.NotPublished
    """
    access.require(by, "definitions.read")
    published: Published = definitions.published(definition.KIND)
    rows = access.visible(by, "orders.read", Order.objects.all(), prefix="customer__")
    rows = rows.filter(order_date__range=(since, until)).select_related("customer")
    found = list(rows.order_by("-order_date", "-pk")[: most + 1])
    orders, is_cut = found[:most], len(found) > most
    tallies, told = (Tally(), Tally()), []
    judged = reconstructed = unknown = 0
    books = (published.content.prepared, draft.prepared)
    for start in range(0, len(orders), CHUNK):
        chunk = orders[start : start + CHUNK]
        for case in _cases(chunk, today):
            verdicts = None if case is None else _verdicts(case.facts, books)
            if case is None or verdicts is None:
                unknown += 1
                continue
            judged += 1
            reconstructed += case.is_reconstructed
            for tally, verdict in zip(tallies, verdicts, strict=True):
                _count(tally, case, verdict)
            if any(one.outcome is not Outcome.APPROVED for one in verdicts):
                told.append(_row(case, *verdicts))
        if progress is not None:
            progress(min(start + CHUNK, len(orders)), len(orders))
    return Simulation(
        since, until, judged, reconstructed, unknown, is_cut, published.name, *tallies, tuple(told)
    )


def _cases(orders: list[Order], today: date) -> Iterator[_Case | None]:
    """Yield what is known of each order: stored facts first, else reconstructed ones."""
    bad = _never_paid(orders, today)
    stored = _first_decisions(orders)
    for order in orders:
        if order.pk in stored:
            kept = record.facts_of(stored[order.pk])
            # What somebody let go on that day is no merit of the rules.
            yield _Case(order.number, replace(kept, release=None), False, bad.get(order.number, 0))
    rest = [order for order in orders if order.pk not in stored]
    for order, facts in reconstruction.reconstruct(rest):
        known = None if facts is None else _Case(order.number, facts, True, 0)
        yield known and replace(known, bad_minor=bad.get(order.number, 0))


def _first_decisions(orders: list[Order]) -> dict[int, dict[str, object]]:
    """Return the facts of the first decision on each order that was decided on when it came in."""
    rows = Decision.objects.filter(
        order_id__in=[order.pk for order in orders], purpose=Decision.Purpose.RESERVE
    )
    return dict(
        rows.order_by("order_id", "pk").distinct("order_id").values_list("order_id", "facts")
    )


def _never_paid(orders: list[Order], today: date) -> Amounts:
    """Return, by order number, what is open on its invoices long after they were due."""
    last = today - timedelta(days=BAD_DAYS)
    numbers = {order.number: order.customer_id for order in orders}
    rows = (
        Invoice.objects.filter(
            Q(order_number__in=numbers),
            customer_id__in=set(numbers.values()),
            kind=Invoice.Kind.INVOICE,
            status=Invoice.Status.VALID,
            open_credit_minor__gt=0,
        )
        .annotate(due=Coalesce("due_date", "issue_date"))
        .filter(due__lt=last)
        .values_list("order_number", "customer_id")
        .annotate(minor=Sum("open_credit_minor"))
    )
    return {number: int(minor) for number, pk, minor in rows if numbers[number] == pk}


def _verdicts(facts: Facts, books: tuple[RuleSet, RuleSet]) -> tuple[Verdict, Verdict] | None:
    try:
        before, after = (decide(_with_rate(facts, rules), rules) for rules in books)
    except PolicyRateUnknown:
        return None
    return before, after


def _with_rate(facts: Facts, rules: RuleSet) -> Facts:
    if rules.currency == facts.currency:
        return facts
    rate = reading.policy_rate(rules.currency, facts.currency, facts.today)
    return replace(facts, policy_rate=rate)


def _count(tally: Tally, case: _Case, verdict: Verdict) -> None:
    if verdict.outcome is Outcome.APPROVED:
        tally.warned += bool(verdict.findings)
        return
    tally.held += verdict.outcome is Outcome.HELD
    tally.refused += verdict.outcome is Outcome.REFUSED
    counted = (case.facts.currency, case.facts.document.credit_minor, case.bad_minor)
    tally.stopped.add(*counted)
    for code in _stopping(verdict):
        tally.reasons[code].add(*counted)
    customer = case.facts.customer
    tally.customers[customer.code].add(*counted)
    tally.names[customer.code] = customer.name


def _stopping(verdict: Verdict) -> tuple[str, ...]:
    """Return the reasons that stop, not those that only warn."""
    return tuple(one.reason.code for one in verdict.findings if one.level.name != "WARN")


def _row(case: _Case, before: Verdict, after: Verdict) -> Row:
    facts = case.facts
    return Row(
        number=case.number,
        customer=facts.customer.code,
        name=facts.customer.name,
        day=facts.today,
        currency=facts.currency,
        amount_minor=facts.document.credit_minor,
        bad_minor=case.bad_minor,
        is_reconstructed=case.is_reconstructed,
        before=before.outcome,
        after=after.outcome,
        reasons_before=_stopping(before),
        reasons_after=_stopping(after),
    )
