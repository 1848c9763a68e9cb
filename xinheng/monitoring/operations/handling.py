"""What a person does with alerts: take them on, put them off, close them with a reason."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction

from xinheng import access, definitions, journal
from xinheng.access.models import User
from xinheng.journal.fields import CurrentTransaction
from xinheng.kernel.actors import Actor
from xinheng.monitoring import rules
from xinheng.monitoring.models import Alert, AlertStep, Preference
from xinheng.monitoring.refusals import (
    AlertClosed,
    BadSnooze,
    UnknownAlert,
    UnknownAssignee,
    UnknownReason,
)

LONGEST_SNOOZE = timedelta(days=366)
REASONS = tuple(one for one in Alert.Reason.values if one != Alert.Reason.CLEARED)


@transaction.atomic
def assign(*, by: Actor, alerts: Sequence[UUID], to: str, on: date, note: str = "") -> int:
    """Give alerts to a person, by user name; return how many.

    refuses: Forbidden, UnknownAlert, AlertClosed, UnknownAssignee
    """
    access.require(by, "alerts.write")
    rows = _locked(by, alerts)
    person = User.objects.filter(username=to, is_active=True, is_service=False).first()
    if person is None:
        raise UnknownAssignee(person=to)
    holder = access.actor_of(person)
    for row in rows:
        if not holder.may("alerts.write") or not access.in_scope(holder, row.customer):
            raise UnknownAssignee(person=to)
        before = _said(row)
        row.state, row.assignee = Alert.State.ASSIGNED, person
        row.quiet_until, row.quiet_level = None, 0
        _save(by, row, before, AlertStep.Action.ASSIGNED, on, note=note)
    return len(rows)


@transaction.atomic
def snooze(
    *, by: Actor, alerts: Sequence[UUID], until: date | None, on: date, note: str = ""
) -> int:
    """Put alerts off until a day; a worse level is heard before. Return how many.

    refuses: Forbidden, UnknownAlert, AlertClosed, BadSnooze
    """
    access.require(by, "alerts.write")
    rows = _locked(by, alerts)
    if until is None or not on < until <= on + LONGEST_SNOOZE:
        raise BadSnooze(today=on)
    for row in rows:
        before = _said(row)
        row.state, row.quiet_until, row.quiet_level = Alert.State.SNOOZED, until, row.level
        _save(by, row, before, AlertStep.Action.SNOOZED, on, note=note, until=until)
    return len(rows)


@transaction.atomic
def close(*, by: Actor, alerts: Sequence[UUID], reason: str, on: date, note: str = "") -> int:
    """Close alerts for a reason; quiet for the indicator's mute days. Return how many.

    refuses: Forbidden, UnknownAlert, AlertClosed, UnknownReason
    """
    access.require(by, "alerts.write")
    rows = _locked(by, alerts)
    if reason not in REASONS:
        raise UnknownReason(reason=reason)
    content = definitions.published("indicators").content
    for row in rows:
        before, about = _said(row), content.about(row.indicator)
        muted = timedelta(days=about.mute_days if about else 0)
        row.state, row.reason = Alert.State.CLOSED, reason
        row.quiet_until, row.quiet_level = on + muted, row.level
        _save(
            by, row, before, AlertStep.Action.CLOSED, on, note=note, reason=reason,
            until=row.quiet_until,
        )  # fmt: skip
    return len(rows)


@transaction.atomic
def prefer(*, by: Actor, bell: bool, mail: bool) -> None:
    """Say how the actor wants to be told about alerts; refuses Forbidden."""
    access.require(by, "alerts.read")
    if by.id is None:
        return
    wish, _ = Preference.objects.get_or_create(user_id=by.id)
    wish.bell, wish.mail = bell, mail
    wish.save(update_fields=["bell", "mail"])


def _locked(by: Actor, alerts: Sequence[UUID]) -> list[Alert]:
    """Return the alerts in scope, locked, in the order of their ids.

    refuses: UnknownAlert, AlertClosed
    """
    wanted = set(alerts)
    rows = access.visible(
        by, "alerts.write", Alert.objects.filter(uuid__in=wanted), prefix="customer__"
    )
    found = list(
        rows.select_related("customer").select_for_update(of=("self",), no_key=True).order_by("pk")
    )
    missing = wanted - {row.uuid for row in found}
    if missing:
        raise UnknownAlert(alert=next(iter(sorted(missing, key=str))))
    closed = next((row for row in found if row.state == Alert.State.CLOSED), None)
    if closed is not None:
        raise AlertClosed(name=closed.customer.name)
    return found


def _said(row: Alert) -> dict[str, object]:
    return {"state": row.state, "assignee": row.assignee_id, "quiet_until": row.quiet_until}


def _save(
    by: Actor, row: Alert, before: dict[str, object], action: AlertStep.Action, on: date, *,
    note: str, until: date | None = None, reason: str = "",
) -> None:  # fmt: skip
    row.changed_xid = CurrentTransaction()
    row.save(
        update_fields=["state", "assignee", "quiet_until", "quiet_level", "reason", "changed_xid"]
    )
    AlertStep.objects.create(
        alert=row, action=action, as_of=on, level_before=row.level, level=row.level,
        value=row.value, threshold=row.threshold, version=row.version, actor=by.label,
        assignee=row.assignee if action == AlertStep.Action.ASSIGNED else None, until=until,
        reason=reason, note=note[:500],
    )  # fmt: skip
    journal.write(
        by=by,
        action=f"alerts.{_VERBS[action]}",
        object=f"alert:{row.uuid}",
        before=before,
        after={**_said(row), "reason": reason, "level": rules.NAMES[row.level]},
    )


_VERBS = {
    AlertStep.Action.ASSIGNED: "assign",
    AlertStep.Action.SNOOZED: "snooze",
    AlertStep.Action.CLOSED: "close",
}
