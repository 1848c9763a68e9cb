"""One credit account as its page shows it: the path, counters, days, members, entries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from xinheng import access
from xinheng.exposure.models import COUNTERS, Account, Entry, Rung, Standing
from xinheng.exposure.refusals import UnknownAccount
from xinheng.kernel.actors import Actor
from xinheng.parties import aliases
from xinheng.parties.models import Customer

MAIN_SEGMENT = "main"
MEMBERS_MOST = 500


@dataclass(frozen=True, slots=True)
class NodeRow:
    """One account; amounts in minor units of `currency`, `code` of its customer or group."""

    id: int
    is_group: bool
    code: str
    name: str
    currency: str
    mode: str
    limit_minor: int | None
    in_group: bool
    reserved_minor: int
    delivered_minor: int
    receivable_minor: int
    bills_minor: int
    deposits_minor: int
    is_halted: bool
    halt_reason: str

    @property
    def used_minor(self) -> int:
        """Return what the limit must cover."""
        return (
            self.reserved_minor
            + self.delivered_minor
            + self.receivable_minor
            + self.bills_minor
            - self.deposits_minor
        )

    @property
    def ceiling_minor(self) -> int | None:
        """Return what may be used at most: 0 without credit, None without a limit."""
        return None if self.mode == "unlimited" else self.limit_minor or 0

    @property
    def room_minor(self) -> int | None:
        """Return what is left of this limit alone."""
        most = self.ceiling_minor
        return None if most is None else most - self.used_minor


@dataclass(frozen=True, slots=True)
class DayRow:
    """What is open per counter on one day; none when documents name no day."""

    counter: str
    day: date | None
    open_minor: int


@dataclass(frozen=True, slots=True)
class AccountFile:
    """An account with its way up, what is open by day, and for a group its members in scope.

    others: how many members lie outside the reader's scope; in the sums they are counted
    """

    node: NodeRow
    path: tuple[NodeRow, ...]
    days: tuple[DayRow, ...]
    standing: Standing | None
    segment: str
    segments: tuple[tuple[str, str], ...]
    members: tuple[NodeRow, ...] = ()
    others: int = 0

    @property
    def room_minor(self) -> int | None:
        """Return what may still be used: the least room on the way up, None without any limit."""
        rooms = [room for node in self.path if (room := node.room_minor) is not None]
        return min(rooms, default=None)

    def dynamic_minor(self, last: date) -> int:
        """Return what is used, orders to be shipped after `last` left out."""
        later = (
            row.open_minor
            for row in self.days
            if row.counter == "reserved" and row.day is not None and row.day > last
        )
        return self.node.used_minor - sum(later)


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One line of the ledger; `moves` by counter in the account's currency."""

    id: int
    at: datetime
    effective_date: date
    kind: str
    source: str
    customer_code: str
    customer_name: str
    moves: dict[str, int]
    document_minor: int
    document_currency: str
    rate: Decimal
    ship_date: date | None
    due_date: date | None
    authority: str
    excess_minor: int
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Entries:
    """Some entries, the newest first, and how many there are in all."""

    rows: tuple[EntryRow, ...]
    count: int


def of_customer(*, by: Actor, code: str, segment: str = MAIN_SEGMENT) -> AccountFile:
    """Return a customer's account.

    refuses: Forbidden, UnknownAccount (also outside the scope)
    """
    rows = access.visible(by, "exposure.read", Customer.objects.all())
    customer = rows.filter(aliases.called(code)).first()
    found = _joined(Account.objects.filter(customer=customer)) if customer else ()
    account = next((one for one in found if one.segment.code == segment), None)
    if account is None:
        raise UnknownAccount(account=code)
    return _file(account, found, [account.pk])


def of_group(*, by: Actor, code: str, segment: str = MAIN_SEGMENT) -> AccountFile:
    """Return a group's account; who sees no customer of the group does not see the group.

    refuses: Forbidden, UnknownAccount (also outside the scope)
    """
    found = _joined(Account.objects.filter(group__code=code))
    account = next((one for one in found if one.segment.code == segment), None)
    below = Account.objects.filter(ancestors__contains=[account.pk]) if account else None
    if account is None or below is None or not _seen(by, below):
        raise UnknownAccount(account=code)
    children = Account.objects.filter(Q(parent=account), merged_into__isnull=True)
    seen = access.scope_filter(by, "customer__")
    # An empty filter keeps everything; joined with another one it would vanish.
    own = seen | Q(customer__isnull=True) if seen else seen
    members = _joined(children.filter(own).order_by("customer__name_pinyin", "pk"))
    leaves = list(below.filter(customer__isnull=False).values_list("pk", flat=True))
    return _file(
        account,
        found,
        leaves,
        members=tuple(_node(one) for one in members[:MEMBERS_MOST]),
        others=children.count() - len(members),
    )


def entries(
    *, by: Actor, file: AccountFile, counter: str = "", offset: int = 0, limit: int = 50
) -> Entries:
    """Return the entries behind an account's numbers, or behind one counter of it.

    Of a group, those of the customers in scope.
    refuses: Forbidden
    """
    whose = Q(account_id=file.node.id)
    if file.node.is_group:
        below = Account.objects.filter(ancestors__contains=[file.node.id])
        below = below.filter(access.scope_filter(by, "customer__"))
        whose = Q(account_id__in=below.values("pk"))
    access.require(by, "exposure.read")
    rows = Entry.objects.filter(whose)
    if counter in COUNTERS:
        rows = rows.exclude(**{f"{counter}_minor": 0})
    joined = rows.select_related("account__customer").order_by("-pk")
    return Entries(tuple(_entry(one) for one in joined[offset : offset + limit]), rows.count())


def _seen(by: Actor, below: "QuerySet[Account]") -> bool:
    return bool(access.visible(by, "exposure.read", below, prefix="customer__").exists())


def _joined(rows: "QuerySet[Account]") -> list[Account]:
    return list(rows.select_related("customer", "group", "segment"))


def _file(
    account: Account,
    found: Iterable[Account],
    leaves: list[int],
    **more: object,
) -> AccountFile:
    above = {one.pk: one for one in _joined(Account.objects.filter(pk__in=account.ancestors))}
    days = (
        Rung.objects.filter(account__in=leaves)
        .exclude(open_minor=0)
        .values_list("counter", "day")
        .annotate(open=Sum("open_minor"))
        .order_by("counter", "day")
    )
    return AccountFile(
        node=_node(account),
        path=(_node(account), *(_node(above[at]) for at in account.ancestors if at in above)),
        days=tuple(DayRow(*row) for row in days),
        standing=Standing.objects.filter(account=account).first(),
        segment=account.segment.code,
        segments=tuple((one.segment.code, one.segment.name) for one in found),
        **more,  # type: ignore[arg-type]
    )


def _node(one: Account) -> NodeRow:
    owner = one.group or one.customer
    return NodeRow(
        id=one.pk,
        is_group=one.group_id is not None,
        code=owner.code if owner else "",
        name=owner.name if owner else "",
        currency=one.currency,
        mode=one.mode,
        limit_minor=one.limit_minor,
        in_group=one.in_group,
        **{f"{counter}_minor": getattr(one, f"{counter}_minor") for counter in COUNTERS},
        is_halted=one.halted_at is not None,
        halt_reason=one.halt_reason,
    )


def _entry(one: Entry) -> EntryRow:
    customer = one.account.customer
    return EntryRow(
        id=one.pk,
        at=one.at,
        effective_date=one.effective_date,
        kind=one.kind,
        source=one.source,
        customer_code=customer.code if customer else "",
        customer_name=customer.name if customer else "",
        moves={
            counter: minor for counter in COUNTERS if (minor := getattr(one, f"{counter}_minor"))
        },
        document_minor=one.document_minor,
        document_currency=one.document_currency,
        rate=one.rate,
        ship_date=one.ship_date,
        due_date=one.due_date,
        authority=one.authority,
        excess_minor=one.excess_minor,
        expires_at=one.expires_at,
    )
