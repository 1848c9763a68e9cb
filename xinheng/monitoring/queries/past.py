"""What a review must know of the past: where alerts stood, and the best grade of 90 days."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.db.models import Case, F, IntegerField, Min, Q, Value, When

from xinheng import access
from xinheng.kernel.actors import Actor
from xinheng.monitoring import rules
from xinheng.monitoring.batch import Before
from xinheng.monitoring.inputs import GRADE_DAYS
from xinheng.monitoring.models import Alert, Portfolio
from xinheng.scoring.models import Assessment


def before(*, by: Actor, as_of: date, customers: Sequence[int] | None = None) -> Before:
    """Return where alerts stood before a review of a day; what a later day said is not known yet.

    customers: ids; None means everybody in scope
    """
    rows = access.visible(by, "alerts.read", Alert.objects.all(), prefix="customer__")
    rows = rows.filter(level__gt=rules.NONE, as_of__lte=as_of)
    if customers is not None:
        rows = rows.filter(customer_id__in=customers)
    is_quiet = Q(state__in=[Alert.State.CLOSED, Alert.State.SNOOZED])
    is_over = Q(quiet_until__isnull=True) | Q(quiet_until__lte=as_of)
    due = Case(When(is_quiet & is_over, then=Value(1)), default=Value(0))
    found = rows.order_by().annotate(is_due=due)
    return Before.of(
        (customer, code, level, bool(is_due))
        for customer, code, level, is_due in found.values_list(
            "customer_id", "indicator", "level", "is_due"
        )
    )


def best_ranks(
    *, by: Actor, as_of: date, grades: Sequence[str], customers: Sequence[int] | None = None
) -> dict[int, int]:
    """Return the place of the best grade among `grades` that each customer had in the 90 days
    before a day; a grade of another card, or none, is not counted.
    """
    rows = access.visible(by, "alerts.read", Assessment.objects.all(), prefix="customer__")
    rows = rows.filter(as_of__gte=as_of - timedelta(days=GRADE_DAYS), as_of__lt=as_of)
    rows = rows.filter(grade__in=grades)
    if customers is not None:
        rows = rows.filter(customer_id__in=customers)
    places = [When(grade=grade, then=Value(at)) for at, grade in enumerate(grades)]
    place = Case(*places, output_field=IntegerField())
    found = rows.order_by().values(pk_of=F("customer_id")).annotate(best=Min(place))
    return dict(found.values_list("pk_of", "best"))


def portfolio(*, by: Actor, as_of: date) -> dict[str, tuple[int, int]]:
    """Return what the latest review of everybody up to a day found that all customers owed.

    returns: currency → minor units together, and how many customers owe anything
    """
    access.require(by, "alerts.read")
    rows = Portfolio.objects.filter(as_of__lte=as_of).order_by("currency", "-as_of")
    return {one.currency: (one.open_minor, one.debtors) for one in rows.distinct("currency")}
