"""Customers: the list, the credit file, the timeline."""

import datetime
import json
from typing import Annotated

from django.utils import timezone
from ninja import Query, Router
from pydantic import Field

from xinheng.api import cursors
from xinheng.api.contacts import (
    BankAccountLine,
    ContactLine,
    bank_account_line,
    contact_line,
)
from xinheng.api.credentials import Asked
from xinheng.api.schemas import Amount, Answer, Cursor, Day, Limit, Strict, amount, number
from xinheng.api.serving import serve
from xinheng.fields import asking, opening, rules, secrecy
from xinheng.fields import queries as fields
from xinheng.fields.schema import Form
from xinheng.insight import credit_file, timeline
from xinheng.insight import customers as portfolio
from xinheng.kernel.conditions import Condition

router = Router()
Word = Annotated[str, Field(max_length=200)]
# Values of custom fields by name: decimal text, ISO dates, yes or no, codes; what the caller's
# roles do not see is masked or left out.
CustomValues = dict[str, str | bool | list[str]]


class CustomerQuery(Strict):
    q: Word = ""
    grade: list[Word] = []
    tier: list[Word] = []
    industry: list[Word] = []
    region: list[Word] = []
    size: list[Word] = []
    group: Word = ""
    owner: Word = ""
    department: Word = ""
    overdue: bool = False
    over_limit: bool = False
    custom: Annotated[
        str,
        Field(
            max_length=4_000,
            description="condition over custom fields as JSON, such as "
            '{"all": [{"field": "area", "operator": ">=", "value": "120.5"}]}',
        ),
    ] = ""
    limit: Limit = 50
    cursor: Cursor = ""


class CustomerLine(Answer):
    code: str
    name: str
    currency: str
    group: str
    owner: str
    department: str
    industry: str
    region: str
    size: str
    since: datetime.date | None
    assessed_on: datetime.date | None
    grade: str
    score: str | None
    tier: str
    limit_current: Amount | None
    limit_proposed: Amount | None
    open: Amount | None
    overdue: Amount | None
    days_overdue: int | None
    exposure: Amount
    review_due: datetime.date | None
    custom: CustomValues


class CustomerList(Answer):
    items: list[CustomerLine]
    next: str | None


class GroupLine(Answer):
    code: str
    name: str


class Position(Answer):
    mode: str
    currency: str
    limit: Amount | None
    available: Amount | None
    used: Amount
    reserved: Amount
    delivered: Amount
    receivable: Amount
    bills: Amount
    deposits: Amount
    overdue: Amount
    oldest_due: datetime.date | None


class Standing(Answer):
    as_of: datetime.date
    grade: str
    score: str | None
    tier: str
    currency: str
    limit_current: Amount | None
    limit_proposed: Amount
    binding: str
    terms: str
    terms_days: int | None
    review_due: datetime.date


class CustomerDetail(Answer):
    code: str
    name: str
    credit_code: str
    industry: str
    region: str
    size: str
    currency: str
    since: datetime.date | None
    registered_capital: Amount | None
    owner: str
    department: str
    groups: list[GroupLine]
    contacts: list[ContactLine]
    bank_accounts: list[BankAccountLine]
    custom: CustomValues
    account: Position | None
    standing: Standing | None


class TimelineQuery(Strict):
    before: Day | None = None
    limit: Limit = 50
    cursor: Cursor = ""


class TimelineEntry(Answer):
    date: datetime.date
    kind: str
    title: str
    currency: str
    amount: Amount | None
    detail: str


class TimelineList(Answer):
    items: list[TimelineEntry]
    next: str | None


@serve(router, response=CustomerList, tag="customers")
def list_customers(request: Asked, query: Query[CustomerQuery]) -> CustomerList:
    """List the customers in scope by code, filtered by field."""
    filters = query.model_dump(exclude={"limit", "cursor"})
    form = fields.form("customers")
    where = portfolio.CustomerFilter(
        form=form,
        custom=_condition(query.custom, secrecy.plain(request.actor, form)),
        text=query.q,
        grades=tuple(query.grade),
        tiers=tuple(query.tier),
        industries=tuple(query.industry),
        regions=tuple(query.region),
        sizes=tuple(query.size),
        group=query.group,
        owner=query.owner,
        department=query.department,
        overdue_only=query.overdue,
        over_limit_only=query.over_limit,
    )
    code = cursors.read(query.cursor, filters) or ""
    found = portfolio.after(by=request.actor, where=where, code=code, limit=query.limit + 1)
    rows = found.rows[: query.limit]
    more = len(found.rows) > query.limit
    return CustomerList(
        items=[_line(row, form) for row in rows],
        next=cursors.write(rows[-1].code, filters) if more else None,
    )


def _condition(text: str, form: Form) -> Condition | None:
    """Return the condition of a request; refuses CustomFilterWrong."""
    if not text:
        return None
    try:
        return asking.read(json.loads(text), form)
    except (ValueError, RecursionError):
        raise asking.CustomFilterWrong(
            field="*", why_zh="不是有效的 JSON。", why_en="not JSON."
        ) from None


def _line(row: portfolio.CustomerRow, form: Form) -> CustomerLine:
    return CustomerLine(
        custom=rules.values(form.active, row.custom),
        code=row.code,
        name=row.name,
        currency=row.currency,
        group=row.group,
        owner=row.owner,
        department=row.department,
        industry=row.industry,
        region=row.region,
        size=row.size,
        since=row.since,
        assessed_on=row.assessed_on,
        grade=row.grade,
        score=number(row.score),
        tier=row.tier,
        limit_current=amount(row.limit_current_minor, row.currency),
        limit_proposed=amount(row.limit_proposed_minor, row.currency),
        open=amount(row.open_minor, row.currency),
        overdue=amount(row.overdue_minor, row.currency),
        days_overdue=row.dpd_max,
        exposure=amount(row.exposure_minor, row.currency),
        review_due=row.review_due,
    )


@serve(router, response=CustomerDetail, tag="customers")
def get_customer(request: Asked, code: str) -> CustomerDetail:
    """Return the head of one customer's credit file."""
    found = credit_file.credit_file(by=request.actor, code=code, today=timezone.localdate())
    customer = found.customer
    form = fields.form("customers")
    return CustomerDetail(
        custom=rules.values(form.active, opening.shown(request.actor, form, customer.custom)),
        code=customer.code,
        name=customer.name,
        credit_code=customer.credit_code,
        industry=customer.industry,
        region=customer.region,
        size=customer.size,
        currency=customer.currency,
        since=customer.since,
        registered_capital=amount(customer.registered_capital_minor, customer.currency),
        owner=customer.owner.username if customer.owner else "",
        department=customer.department.code if customer.department else "",
        groups=[GroupLine(code=code, name=name) for code, name in found.group_path],
        contacts=[contact_line(row) for row in found.contacts],
        bank_accounts=[bank_account_line(row) for row in found.bank_accounts],
        account=_position(found.account),
        standing=_standing(found.standing, customer.currency),
    )


def _position(account: credit_file.AccountPosition | None) -> Position | None:
    if account is None:
        return None

    def said(minor: int) -> str:
        return amount(minor, account.currency)

    return Position(
        mode=account.mode,
        currency=account.currency,
        limit=amount(account.limit_minor, account.currency),
        available=amount(account.available_minor, account.currency),
        used=said(account.used_minor),
        reserved=said(account.reserved_minor),
        delivered=said(account.delivered_minor),
        receivable=said(account.receivable_minor),
        bills=said(account.bills_minor),
        deposits=said(account.deposits_minor),
        overdue=said(account.overdue_minor),
        oldest_due=account.oldest_due,
    )


def _standing(standing: credit_file.Standing | None, currency: str) -> Standing | None:
    if standing is None:
        return None
    return Standing(
        as_of=standing.as_of,
        grade=standing.grade,
        score=number(standing.score),
        tier=standing.tier,
        currency=currency,
        limit_current=amount(standing.limit_current_minor, currency),
        limit_proposed=amount(standing.limit_proposed_minor, currency),
        binding=standing.binding,
        terms=standing.terms,
        terms_days=standing.terms_days,
        review_due=standing.review_due,
    )


@serve(router, response=TimelineList, tag="customers")
def get_customer_timeline(request: Asked, code: str, query: Query[TimelineQuery]) -> TimelineList:
    """Return what happened with one customer, newest first."""
    customer = credit_file.customer_in_scope(by=request.actor, code=code)
    before = query.before or timezone.localdate()
    filters = {"customer": code, "before": query.before}
    offset = cursors.read(query.cursor, filters) or 0
    found = timeline.timeline(
        by=request.actor, customer=customer, before=before, offset=offset, limit=query.limit + 1
    )
    more = len(found) > query.limit
    return TimelineList(
        items=[
            TimelineEntry(
                date=line.day,
                kind=line.kind,
                title=line.title,
                currency=line.currency,
                amount=amount(line.amount_minor, line.currency),
                detail=line.detail,
            )
            for line in found[: query.limit]
        ],
        next=cursors.write(offset + query.limit, filters) if more else None,
    )
