"""The portfolio as a list: customers with where they stand, filtered, sorted and paged.

Grade, tier, limits, open and overdue amounts are those of the customer's latest review
(limits.Latest), so that filters and sorting cost index scans; `exposure_minor` is the ledger now.
"""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.expressions import OrderBy
from django.db.models.functions import Coalesce

from xinheng import access
from xinheng.exposure.models import Account
from xinheng.fields import opening, secrecy
from xinheng.fields import queries as fields
from xinheng.fields.queries import CUSTOM
from xinheng.fields.queries import EMPTY as NO_FIELDS
from xinheng.fields.schema import Form
from xinheng.kernel.actors import Actor
from xinheng.kernel.conditions import Condition
from xinheng.parties import aliases
from xinheng.parties.models import Customer

MAIN_SEGMENT = "main"
# sort key → column; the primary key always breaks ties, so that pages never overlap.
SORT_COLUMNS = {
    "code": "code",
    "name": "name_pinyin",
    "grade": "latest__grade",
    "score": "latest__score",
    "tier": "latest__tier",
    "open": "latest__open_minor",
    "overdue": "latest__overdue_minor",
    "dpd": "latest__dpd_max",
    "limit": "latest__limit_current_minor",
    "proposed": "latest__limit_proposed_minor",
    "review_due": "latest__review_due",
    "since": "since",
}


@dataclass(frozen=True, slots=True)
class CustomerFilter:
    """What a list of customers is narrowed to; empty means no condition.

    custom: a condition over the custom fields of `form`, as `fields.asking` makes it fit; who
            filters may ask for each of its fields (`fields.secrecy.askable`)
    """

    text: str = ""
    grades: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    group: str = ""
    owner: str = ""
    department: str = ""
    overdue_only: bool = False
    over_limit_only: bool = False
    unreviewed_only: bool = False
    review_due_by: datetime.date | None = None
    custom: Condition | None = None
    form: Form = NO_FIELDS


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """One customer in a list; amounts are minor units of `currency`.

    custom: the values of the filter's form as the reader may see them, some of them masked
    """

    id: int
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
    score: Decimal | None
    tier: str
    limit_current_minor: int | None
    limit_proposed_minor: int | None
    open_minor: int | None
    overdue_minor: int | None
    dpd_max: int | None
    review_due: datetime.date | None
    exposure_minor: int
    custom: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CurrencyTotal:
    """Sums over all filtered customers of one currency."""

    currency: str
    customers: int
    open_minor: int
    overdue_minor: int
    limit_current_minor: int
    limit_proposed_minor: int


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """One page of customers and what the whole filtered list adds up to."""

    rows: tuple[CustomerRow, ...]
    count: int
    totals: tuple[CurrencyTotal, ...] = field(default=())


def page(
    *,
    by: Actor,
    where: CustomerFilter,
    sort: str = "-overdue",
    offset: int = 0,
    limit: int = 50,
) -> CustomerPage:
    """Return one page of the customers in scope. Two queries whatever the size.

    sort: a key of SORT_COLUMNS or "c." and a custom field of `where.form` that `by` can sort by,
          with "-" for descending; unknown values come last either way
    """
    rows = _filtered(by, where)
    totals = _totals(rows)
    order = _order(sort, secrecy.sortable(by, where.form))
    ordered = _with_exposure(rows).order_by(*order, "pk")
    return CustomerPage(
        rows=_rows(by, where.form, ordered[offset : offset + limit]),
        count=sum(total.customers for total in totals),
        totals=totals,
    )


def after(*, by: Actor, where: CustomerFilter, code: str = "", limit: int = 50) -> CustomerPage:
    """Return the customers whose code follows `code`, for readers that walk the whole list."""
    ordered = _with_exposure(_filtered(by, where).filter(code__gt=code)).order_by("code")
    found = _rows(by, where.form, ordered[:limit])
    return CustomerPage(rows=found, count=len(found))


def _filtered(by: Actor, where: CustomerFilter) -> "QuerySet[Customer]":
    rows: QuerySet[Customer] = access.visible(by, "customers.read", Customer.objects.all())
    for column, values in (
        ("latest__grade", where.grades),
        ("latest__tier", where.tiers),
        ("industry", where.industries),
        ("region", where.regions),
        ("size", where.sizes),
    ):
        if values:
            rows = rows.filter(**{f"{column}__in": values})
    for column, value in (
        ("group__code", where.group),
        ("owner__username", where.owner),
        ("department__code", where.department),
    ):
        if value:
            rows = rows.filter(**{column: value})
    if where.text:
        rows = rows.filter(matches(where.text))
    if where.overdue_only:
        rows = rows.filter(latest__overdue_minor__gt=0)
    if where.over_limit_only:
        rows = rows.filter(latest__open_minor__gt=F("latest__limit_current_minor"))
    if where.unreviewed_only:
        rows = rows.filter(latest__isnull=True)
    if where.custom is not None:
        rows = rows.filter(fields.holds(where.custom, secrecy.askable(by, where.form), "customers"))
    if where.review_due_by:
        rows = rows.filter(latest__review_due__lte=where.review_due_by)
    return rows


def matches(text: str) -> Q:
    """Return the condition of the search box: name, pinyin, code or credit code, old ones too."""
    said = _says(text.strip())
    return said | aliases.leads_to(said)


def _says(text: str) -> Q:
    return (
        Q(name__icontains=text)
        | Q(name_pinyin__icontains=text.replace(" ", "").lower())
        | Q(code__istartswith=text)
        | Q(credit_code__istartswith=text.upper())
    )


def may_sort(sort: str, form: Form) -> bool:
    """Say whether a list can be sorted by this key."""
    key = sort.removeprefix("-")
    named = key.removeprefix(CUSTOM) if key.startswith(CUSTOM) else ""
    return key in SORT_COLUMNS or form.field(named) is not None


def _order(sort: str, form: Form) -> list[OrderBy]:
    descending = sort.startswith("-")
    key = sort.removeprefix("-")
    custom = form.field(key.removeprefix(CUSTOM)) if key.startswith(CUSTOM) else None
    column: Any = F(SORT_COLUMNS.get(key, "latest__overdue_minor"))
    if custom is not None:
        column = fields.sort_key(custom)
    ordered = column.desc(nulls_last=True) if descending else column.asc(nulls_last=True)
    return [ordered]


def _totals(rows: "QuerySet[Customer]") -> tuple[CurrencyTotal, ...]:
    sums = (
        rows.order_by()
        .values("currency")
        .annotate(
            customers=Count("pk"),
            open_minor=Sum("latest__open_minor", default=0),
            overdue_minor=Sum("latest__overdue_minor", default=0),
            limit_current_minor=Sum("latest__limit_current_minor", default=0),
            limit_proposed_minor=Sum("latest__limit_proposed_minor", default=0),
        )
        .order_by("-customers", "currency")
    )
    return tuple(
        CurrencyTotal(
            currency=row["currency"],
            customers=row["customers"],
            open_minor=int(row["open_minor"]),
            overdue_minor=int(row["overdue_minor"]),
            limit_current_minor=int(row["limit_current_minor"]),
            limit_proposed_minor=int(row["limit_proposed_minor"]),
        )
        for row in sums
    )


def _with_exposure(rows: "QuerySet[Customer]") -> "QuerySet[Customer]":
    """Return the rows joined to what a line names, each with what its account has in use."""
    own = Account.objects.filter(segment__code=MAIN_SEGMENT, customer=OuterRef("pk"))
    used = own.values(
        used=F("reserved_minor") + F("delivered_minor") + F("receivable_minor") + F("bills_minor")
        - F("deposits_minor")
    )  # fmt: skip
    return rows.select_related("latest", "owner", "department", "group").annotate(
        exposure_minor=Coalesce(Subquery(used), 0)
    )


def _rows(by: Actor, form: Form, customers: Iterable[Customer]) -> tuple[CustomerRow, ...]:
    found = list(customers)
    shown = opening.shown_all(by, form.active, [one.custom for one in found])
    return tuple(
        _row(one, int(vars(one)["exposure_minor"]), custom)
        for one, custom in zip(found, shown, strict=True)
    )


def _row(customer: Customer, exposure_minor: int, custom: Mapping[str, Any]) -> CustomerRow:
    latest = getattr(customer, "latest", None)
    return CustomerRow(
        id=customer.pk,
        code=customer.code,
        name=customer.name,
        currency=customer.currency,
        group=customer.group.name if customer.group else "",
        owner=str(customer.owner) if customer.owner else "",
        department=customer.department.name if customer.department else "",
        industry=customer.industry,
        region=customer.region,
        size=customer.size,
        since=customer.since,
        assessed_on=latest.as_of if latest else None,
        grade=latest.grade if latest else "",
        score=latest.score if latest else None,
        tier=latest.tier if latest else "",
        limit_current_minor=latest.limit_current_minor if latest else None,
        limit_proposed_minor=latest.limit_proposed_minor if latest else None,
        open_minor=latest.open_minor if latest else None,
        overdue_minor=latest.overdue_minor if latest else None,
        dpd_max=latest.dpd_max if latest else None,
        review_due=latest.review_due if latest else None,
        exposure_minor=exposure_minor,
        custom=custom,
    )
