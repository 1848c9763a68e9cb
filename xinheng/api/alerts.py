"""Alerts: the list, and what is done with one."""

import datetime
import uuid
from typing import Annotated, Any, Literal

from django.utils import timezone
from ninja import Query, Router
from pydantic import Field

from xinheng.api import cursors
from xinheng.api.credentials import Asked
from xinheng.api.schemas import Answer, Cursor, Day, Limit, Strict
from xinheng.api.serving import serve
from xinheng.monitoring import operations, queries, rules
from xinheng.monitoring.queries import AlertRow, Filters

router = Router()
Word = Annotated[str, Field(max_length=150)]
Note = Annotated[str, Field(max_length=500)]


class AlertQuery(Strict):
    level: Literal["red", "orange", "yellow"] | None = None
    indicator: Annotated[str, Field(max_length=40)] = ""
    state: Literal["active", "open", "assigned", "snoozed", "closed", "all"] = "active"
    owner: Word = ""
    department: Word = ""
    customer: Word = ""
    limit: Limit = 50
    cursor: Cursor = ""


class AlertLine(Answer):
    id: uuid.UUID
    customer: str
    name: str
    indicator: str
    level: Literal["red", "orange", "yellow"] | None
    value: float | None
    threshold: float | None
    state: str
    owner: str
    department: str
    assignee: str
    opened_on: datetime.date
    as_of: datetime.date
    quiet_until: datetime.date | None
    reason: str


class AlertCounts(Answer):
    red: int
    orange: int
    yellow: int


class AlertList(Answer):
    items: list[AlertLine]
    total: int
    levels: AlertCounts
    next: str | None


class Assignment(Strict):
    # What is missing is refused by the domain, after it has looked whose alert this is.
    to: Annotated[str, Field(max_length=150, description="user name")] = ""
    note: Note = ""


class Snooze(Strict):
    until: Day | None = None
    note: Note = ""


class Closing(Strict):
    reason: Annotated[
        str, Field(max_length=20, description="handled, known, false, data or other")
    ] = ""
    note: Note = ""


@serve(router, response=AlertList, tag="alerts")
def list_alerts(request: Asked, query: Query[AlertQuery]) -> Any:
    """Return alerts within the scope, the worst and newest first, and how many stand by level."""
    filters = query.model_dump(exclude={"limit", "cursor"})
    offset = cursors.read(query.cursor, filters) or 0
    where = Filters(
        level=rules.NAMES.index(query.level) if query.level else None,
        indicator=query.indicator,
        state=query.state,
        owner=query.owner,
        department=query.department,
        customer=query.customer,
    )
    found = queries.page(by=request.actor, where=where, offset=offset, limit=query.limit)
    counts = queries.counts(by=request.actor, where=where)
    is_more = offset + query.limit < found.count
    return AlertList(
        items=[_line(row) for row in found.rows],
        total=found.count,
        levels=AlertCounts(**{rules.NAMES[level]: count for level, count in counts.items()}),
        next=cursors.write(offset + query.limit, filters) if is_more else None,
    )


@serve(router, response=AlertLine, tag="alerts")
def assign_alert(request: Asked, alert_id: uuid.UUID, payload: Assignment) -> Any:
    """Give an alert to a person who may handle its customer."""
    operations.assign(
        by=request.actor,
        alerts=[alert_id],
        on=timezone.localdate(),
        to=payload.to,
        note=payload.note,
    )
    return _line(queries.alert(by=request.actor, uuid=alert_id))


@serve(router, response=AlertLine, tag="alerts")
def snooze_alert(request: Asked, alert_id: uuid.UUID, payload: Snooze) -> Any:
    """Put an alert off until a day; a worse level is heard before."""
    operations.snooze(
        by=request.actor,
        alerts=[alert_id],
        on=timezone.localdate(),
        until=payload.until,
        note=payload.note,
    )
    return _line(queries.alert(by=request.actor, uuid=alert_id))


@serve(router, response=AlertLine, tag="alerts")
def close_alert(request: Asked, alert_id: uuid.UUID, payload: Closing) -> Any:
    """Close an alert for a reason; it opens again when it fires after its mute days, or worse."""
    operations.close(
        by=request.actor,
        alerts=[alert_id],
        on=timezone.localdate(),
        reason=payload.reason,
        note=payload.note,
    )
    return _line(queries.alert(by=request.actor, uuid=alert_id))


def _line(row: AlertRow) -> AlertLine:
    return AlertLine(
        id=row.uuid,
        customer=row.customer_code,
        name=row.customer_name,
        indicator=row.indicator,
        level=row.level_name or None,  # type: ignore[arg-type]
        value=row.value,
        threshold=row.threshold,
        state=row.state,
        owner=row.owner,
        department=row.department,
        assignee=row.assignee,
        opened_on=row.opened_on,
        as_of=row.as_of,
        quiet_until=row.quiet_until,
        reason=row.reason,
    )
