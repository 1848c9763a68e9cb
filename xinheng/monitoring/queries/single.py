"""One alert: where it stands, its history, and its value on the days of past reviews."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from xinheng import access, engines
from xinheng.access.models import User
from xinheng.definitions import in_force as versions
from xinheng.factors import catalogue
from xinheng.kernel.actors import Actor
from xinheng.limits.models import Proposal
from xinheng.monitoring import inputs, rules
from xinheng.monitoring.indicators import COMBINED, Indicator, Part
from xinheng.monitoring.models import Alert, AlertStep, Preference
from xinheng.monitoring.queries.lists import AlertRow, in_force, row_of, with_people
from xinheng.monitoring.queries.past import best_ranks, portfolio
from xinheng.monitoring.refusals import UnknownAlert

POINTS = 12


@dataclass(frozen=True, slots=True)
class StepRow:
    """One line of an alert's history."""

    action: str
    at: datetime
    as_of: date
    level_before: int
    level: int
    value: float | None
    threshold: float | None
    version: str
    actor: str
    assignee: str
    until: date | None
    reason: str
    note: str


@dataclass(frozen=True, slots=True)
class Point:
    """The value of an indicator on the day of a review."""

    as_of: date
    value: float | None


@dataclass(frozen=True, slots=True)
class Wish:
    """How a person wants to be told about alerts."""

    bell: bool
    mail: bool
    address: str


def alert(*, by: Actor, uuid: UUID) -> AlertRow:
    """Return one alert; refuses UnknownAlert."""
    rows = access.visible(by, "alerts.read", Alert.objects.all(), prefix="customer__")
    found = with_people(rows).filter(uuid=uuid).first()
    if found is None:
        raise UnknownAlert(alert=uuid)
    return row_of(found, in_force())


def steps(*, by: Actor, row: AlertRow) -> tuple[StepRow, ...]:
    """Return an alert's history, newest first."""
    rows = access.visible(
        by, "alerts.read", AlertStep.objects.filter(alert_id=row.id), prefix="alert__customer__"
    )
    return tuple(
        StepRow(
            action=one.action,
            at=one.at,
            as_of=one.as_of,
            level_before=one.level_before,
            level=one.level,
            value=one.value,
            threshold=one.threshold,
            version=one.version,
            actor=one.actor,
            assignee=str(one.assignee or ""),
            until=one.until,
            reason=one.reason,
            note=one.note,
        )
        for one in rows.select_related("assignee").order_by("-pk")
    )


def trend(*, by: Actor, row: AlertRow) -> tuple[Point, ...]:
    """Return the value of the alert's deciding part on the days of the customer's last reviews.

    It is computed anew from the facts dated up to each day, so a document recorded late changes
    the past too; limits and grades are those that were recorded.
    """
    about = row.about
    if row.indicator == COMBINED or not isinstance(about, Indicator):
        return ()
    part = about.parts[min(row.part, len(about.parts) - 1)]
    reviewed = _reviewed(by, row.customer_id)
    return tuple(Point(one.as_of, _value(by, part, one)) for one in reviewed)


def wish(*, by: Actor) -> Wish:
    """Return how the actor is told about alerts, and at which address."""
    access.require(by, "alerts.read")
    person = User.objects.filter(pk=by.id or 0).first()
    stored = Preference.objects.filter(user_id=by.id or 0).first()
    address = person.email if person else ""
    return Wish(stored.bell, stored.mail, address) if stored else Wish(True, True, address)


def _reviewed(by: Actor, customer_id: int) -> list[Proposal]:
    """Return the customer's newest result of each of the last review days, oldest first."""
    rows = access.visible(by, "alerts.read", Proposal.objects.all(), prefix="customer__")
    newest = (
        rows.filter(customer_id=customer_id)
        .order_by("-as_of", "-pk")
        .distinct("as_of")
        .select_related("assessment")[:POINTS]
    )
    return sorted(newest, key=lambda one: one.as_of)


def _value(by: Actor, part: Part, result: Proposal) -> float | None:
    codes = inputs.catalogue_codes(part.codes())
    values: dict[str, Any] = {}
    if codes:
        with engines.open("postgres") as engine:
            expression = catalogue.compile(codes)
            found = engine.run(expression, as_of=result.as_of, customers=[result.customer_id])
        values = found.to_pylist()[0]
    if set(part.codes()) - set(codes):
        values |= _own(by, result)
    value = rules.value_of(part, values)
    return None if value is None else float(value)


def _own(by: Actor, result: Proposal) -> dict[str, Any]:
    name = next((one for one in result.assessment.versions if one.startswith("scorecard.")), "")
    card = versions.by_name(name).content
    grades = tuple(one.grade for one in card.grades)
    best = best_ranks(by=by, as_of=result.as_of, grades=grades, customers=[result.customer_id]).get(
        result.customer_id
    )
    found = {
        "open_minor": result.open_minor,
        "limit_current_minor": result.limit_current_minor,
        "grade": result.assessment.grade,
    }
    everybody = portfolio(by=by, as_of=result.as_of).get(result.customer.currency)
    return inputs.own_of(found, grades, best, everybody)
