"""Alerts as lists show them, filtered and paged within the actor's scope."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from xinheng import access, definitions
from xinheng.access import policy
from xinheng.access.models import User
from xinheng.kernel.actors import Actor
from xinheng.monitoring import rules
from xinheng.monitoring.indicators import COMBINED, Combined, Indicator, Indicators
from xinheng.monitoring.models import Alert

# What the list shows when nothing is asked: what somebody has to look at.
ACTIVE = (Alert.State.OPEN, Alert.State.ASSIGNED)
STATES = ("active", "mine", *Alert.State.values, "all")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; an empty one keeps everything.

    state: active (open or assigned) | mine | open | assigned | snoozed | closed | all
    """

    level: int | None = None
    indicator: str = ""
    state: str = "active"
    owner: str = ""
    department: str = ""
    customer: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert; `about` is what the indicators in force say of it, None for one that is gone.

    value, threshold: when the level last changed, on the day `as_of`
    """

    id: int
    uuid: UUID
    level: int
    peak_level: int
    indicator: str
    about: Indicator | Combined | None
    part: int
    value: float | None
    threshold: float | None
    state: str
    reason: str
    customer_id: int
    customer_code: str
    customer_name: str
    owner: str
    department: str
    assignee: str
    opened_on: date
    as_of: date
    quiet_until: date | None
    version: str

    @property
    def level_name(self) -> str:
        """Return yellow, orange, red, or "" for none."""
        return rules.NAMES[self.level]

    @property
    def is_closed(self) -> bool:
        """Say whether there is nothing to do about it."""
        return self.state == Alert.State.CLOSED


@dataclass(frozen=True, slots=True)
class Page:
    """Some alerts and how many there are in all."""

    rows: tuple[AlertRow, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Choices:
    """What the list can be narrowed to: (value, label) each."""

    indicators: tuple[tuple[str, str, str], ...]
    owners: tuple[tuple[str, str], ...]
    departments: tuple[tuple[str, str], ...]


def page(*, by: Actor, where: Filters, offset: int = 0, limit: int = 50) -> Page:
    """Return alerts, the worst and newest first."""
    rows = narrowed(by, where)
    found = with_people(rows).order_by("-level", "-as_of", "-pk")[offset : offset + limit]
    content = in_force()
    return Page(tuple(row_of(one, content) for one in found), rows.count())


def counts(*, by: Actor, where: Filters) -> dict[int, int]:
    """Return how many alerts stand at each level (3, 2, 1), the asked level left aside."""
    rows = narrowed(by, where, any_level=True)
    found = dict(rows.order_by().values_list("level").annotate(n=Count("pk")))
    return {level: found.get(level, 0) for level in (rules.RED, rules.ORANGE, rules.YELLOW)}


def of_customer(*, by: Actor, customer_id: int) -> tuple[AlertRow, ...]:
    """Return a customer's alerts, those that stand first, the worst first."""
    rows = access.visible(by, "alerts.read", Alert.objects.all(), prefix="customer__")
    content = in_force()
    found = [
        row_of(one, content)
        for one in with_people(rows.filter(customer_id=customer_id)).order_by(
            "-level", "-as_of", "pk"
        )
    ]
    return tuple(sorted(found, key=lambda row: row.is_closed))


def choices(*, by: Actor) -> Choices:
    """Return what the alerts in scope can be narrowed to."""
    rows = access.visible(by, "alerts.read", Alert.objects.all(), prefix="customer__")
    content = in_force()
    owners = rows.exclude(customer__owner=None).order_by("customer__owner__username")
    departments = rows.exclude(customer__department=None).order_by("customer__department__name")
    names = [(one.code, one.name.zh, one.name.en) for one in content.indicators]
    names.append((COMBINED, content.combined.name.zh, content.combined.name.en))
    return Choices(
        tuple(names),
        tuple(
            (username, name or username)
            for username, name in owners.values_list(
                "customer__owner__username", "customer__owner__name"
            ).distinct()
        ),
        tuple(
            departments.values_list("customer__department__code", "customer__department__name")
            .distinct()
        ),
    )  # fmt: skip


def assignees(*, by: Actor) -> tuple[tuple[str, str], ...]:
    """Return (user name, name) of the people an alert can be given to."""
    access.require(by, "alerts.write")
    people = User.objects.filter(is_active=True, is_service=False).order_by("username")
    return tuple(
        (person.username, person.name or person.username)
        for person in people
        if "alerts.write" in policy.permissions_of(frozenset(person.roles))
    )


def narrowed(by: Actor, where: Filters, *, any_level: bool = False) -> "QuerySet[Alert]":
    """Return the alerts in scope that the filters keep."""
    rows: QuerySet[Alert] = access.visible(
        by, "alerts.read", Alert.objects.all(), prefix="customer__"
    )
    # An alert that a merge left behind, because the survivor has it too, is nobody's work.
    rows = rows.filter(_states(by, where.state), customer__merged_into__isnull=True)
    exact = {
        "indicator": where.indicator,
        "customer__owner__username": where.owner,
        "customer__department__code": where.department,
        "customer__code": where.customer,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if where.level is not None and not any_level:
        rows = rows.filter(level=where.level)
    if where.text:
        rows = rows.filter(
            Q(customer__name__icontains=where.text) | Q(customer__code__icontains=where.text)
        )
    return rows


def _states(by: Actor, state: str) -> Q:
    if state == "all":
        return Q()
    if state == "mine":
        own = Q(assignee_id=by.id) | Q(assignee=None, customer__owner_id=by.id)
        return Q(state__in=ACTIVE) & own if by.id is not None else Q(pk__in=[])
    return Q(state=state) if state in Alert.State.values else Q(state__in=ACTIVE)


def with_people(rows: "QuerySet[Alert]") -> "QuerySet[Alert]":
    """Return the rows joined to everybody a line names."""
    return rows.select_related("customer__owner", "customer__department", "assignee")


def in_force() -> Indicators:
    """Return the indicators in force."""
    content: Indicators = definitions.published("indicators").content
    return content


def row_of(one: Alert, content: Indicators) -> AlertRow:
    """Return a stored alert as a row."""
    customer: Any = one.customer
    return AlertRow(
        id=one.pk,
        uuid=one.uuid,
        level=one.level,
        peak_level=one.peak_level,
        indicator=one.indicator,
        about=content.about(one.indicator),
        part=one.part,
        value=one.value,
        threshold=one.threshold,
        state=one.state,
        reason=one.reason,
        customer_id=one.customer_id,
        customer_code=customer.code,
        customer_name=customer.name,
        owner=str(customer.owner or ""),
        department=str(customer.department or ""),
        assignee=str(one.assignee or ""),
        opened_on=one.opened_on,
        as_of=one.as_of,
        quiet_until=one.quiet_until,
        version=one.version,
    )
