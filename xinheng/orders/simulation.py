"""What a rule set would have done to the orders of a past time, beside the one in force.

Each order is judged on the facts its own first decision kept, or, where nobody decided (an import),
on facts reconstructed from the ledger; so is each document another system reserved credit for. Bad
debt avoided is what is still owed on the invoices of an order that would have been stopped, more
than 90 days after they were due.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from django.db.models import Sum
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
    """Judge the latest `most` documents of a time by a draft and by the rule set in force.

    progress: called with (orders judged, orders in all)
    refuses: Forbidden, definitions.NotPublished
    """
    access.require(by, "definitions.read")
    published: Published = definitions.published(definition.KIND)
    found: list[Order | Decision] = [*_orders(by, since, until, most + 1)]
    found += _documents(by, since, until, most + 1 - len(found))
    chosen, is_cut = found[:most], len(found) > most
    tallies, told = (Tally(), Tally()), []
    judged = reconstructed = unknown = 0
    books = (published.content.prepared, draft.prepared)
    for start in range(0, len(chosen), CHUNK):
        for case in _cases(chosen[start : start + CHUNK], today):
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
            progress(min(start + CHUNK, len(chosen)), len(chosen))
    return Simulation(
        since, until, judged, reconstructed, unknown, is_cut, published.name, *tallies, tuple(told)
    )


def _orders(by: Actor, since: date, until: date, most: int) -> list[Order]:
    rows = access.visible(by, "orders.read", Order.objects.all(), prefix="customer__")
    rows = rows.filter(order_date__range=(since, until)).select_related("customer")
    return list(rows.order_by("-order_date", "-pk")[:most])


def _documents(by: Actor, since: date, until: date, most: int) -> list[Decision]:
    """Return the first decision on each document of another system that asked for credit."""
    rows = access.visible(by, "orders.read", Decision.objects.all(), prefix="customer__")
    asked = rows.filter(
        order=None, purpose=Decision.Purpose.RESERVE, day__range=(since, until)
    ).order_by("customer_id", "document_kind", "document_number", "pk")
    first = asked.distinct("customer_id", "document_kind", "document_number").values("pk")
    chosen = Decision.objects.filter(pk__in=first).order_by("-day", "-pk")
    return list(chosen.only("pk", "customer_id", "document_number", "facts")[: max(0, most)])


def _cases(found: list[Order | Decision], today: date) -> Iterator[_Case | None]:
    """Yield what is known of each document: stored facts first, else reconstructed ones."""
    orders = [one for one in found if isinstance(one, Order)]
    named = [(one.number, one.customer_id) for one in orders]
    others = [one for one in found if isinstance(one, Decision)]
    bad = _never_paid([*named, *((one.document_number, one.customer_id) for one in others)], today)
    stored = _first_decisions(orders)
    kept = [(order.number, order.customer_id, stored.get(order.pk)) for order in orders]
    kept += [(one.document_number, one.customer_id, one.facts) for one in others]
    for number, customer_id, plain in kept:
        if plain is not None:
            # What somebody let go on that day is no merit of the rules.
            facts = replace(record.facts_of(plain), release=None)
            yield _Case(number, facts, False, bad.get((number, customer_id), 0))
    rest = [order for order in orders if order.pk not in stored]
    for order, known in reconstruction.reconstruct(rest):
        owed = bad.get((order.number, order.customer_id), 0)
        yield None if known is None else _Case(order.number, known, True, owed)


def _first_decisions(orders: list[Order]) -> dict[int, dict[str, Any]]:
    """Return the facts of the first decision on each order that was decided on when it came in."""
    rows = Decision.objects.filter(
        order_id__in=[order.pk for order in orders], purpose=Decision.Purpose.RESERVE
    )
    return dict(
        rows.order_by("order_id", "pk").distinct("order_id").values_list("order_id", "facts")
    )


def _never_paid(named: list[tuple[str, int]], today: date) -> dict[tuple[str, int], int]:
    """Return, by (number, customer), what is open on its invoices long after they were due."""
    rows = (
        Invoice.objects.filter(
            order_number__in={number for number, _ in named if number},
            customer_id__in={customer_id for _, customer_id in named},
            kind=Invoice.Kind.INVOICE,
            status=Invoice.Status.VALID,
            open_credit_minor__gt=0,
        )
        .annotate(due=Coalesce("due_date", "issue_date"))
        .filter(due__lt=today - timedelta(days=BAD_DAYS))
        .values_list("order_number", "customer_id")
        .annotate(minor=Sum("open_credit_minor"))
    )
    return {(number, customer_id): int(minor) for number, customer_id, minor in rows}


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
