"""Two records beside each other: what differs, what would move, what it does to the limits."""

from dataclasses import dataclass
from typing import Any

from xinheng import access
from xinheng.exposure.models import Account
from xinheng.fields import opening
from xinheng.fields import queries as fields
from xinheng.kernel.actors import Actor
from xinheng.kernel.refusals import Refusal
from xinheng.masterdata.refusals import AlreadyMerged, SameCustomer, UnknownCustomer
from xinheng.masterdata.rules import CHOSEN_FIELDS, CUSTOM
from xinheng.parties import merging
from xinheng.parties.models import Customer


@dataclass(frozen=True, slots=True)
class Line:
    """One field of both records; values as the page writes them, some of them masked."""

    name: str
    left: Any
    right: Any
    is_chosen: bool
    differs: bool


@dataclass(frozen=True, slots=True)
class Moving:
    """How many rows of one room each customer has, and which of the other's stay behind."""

    zh: str
    en: str
    left: int
    right: int
    left_behind: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One account in a segment, minor units of its currency; None: there is none."""

    mode: str
    limit_minor: int | None
    used_minor: int


@dataclass(frozen=True, slots=True)
class Position:
    """The accounts of both in one segment, and the survivor's afterwards under either limit."""

    segment: str
    currency: str
    left: Side | None
    right: Side | None
    used_after_minor: int

    def over(self, side: Side | None) -> int | None:
        """Return by how much the survivor would be over a side's limit; None when it is not."""
        if side is None or side.mode == "unlimited":
            return None
        by = self.used_after_minor - (side.limit_minor or 0)
        return by if by > 0 else None

    @property
    def over_left(self) -> int | None:
        return self.over(self.left)

    @property
    def over_right(self) -> int | None:
        return self.over(self.right)

    @property
    def is_choice(self) -> bool:
        """Say whether the two have limits that differ."""
        both = self.left, self.right
        return None not in both and _limit(both[0]) != _limit(both[1])


@dataclass(frozen=True, slots=True)
class GroupEffect:
    """What one group's account uses before and after, when the merge changes it."""

    code: str
    name: str
    currency: str
    before_minor: int
    after_minor: int
    limit_minor: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything the page of a merge shows before anybody confirms it."""

    left: Customer
    right: Customer
    lines: tuple[Line, ...]
    moving: tuple[Moving, ...]
    stays: tuple[tuple[str, str], ...]
    positions: tuple[Position, ...]
    groups: tuple[GroupEffect, ...]
    obstacles: tuple[Refusal, ...]


def compare(*, by: Actor, survivor: str, merged: str) -> Comparison:
    """Return both records side by side; the survivor is left.

    refuses: UnknownCustomer, SameCustomer, AlreadyMerged
    """
    access.require(by, "masterdata.read")
    if survivor == merged:
        raise SameCustomer(code=survivor)
    left, right = _customer(by, survivor), _customer(by, merged)
    pair = {"source_id": right.pk, "target_id": left.pk}
    movers = merging.movers()
    return Comparison(
        left=left,
        right=right,
        lines=_lines(by, left, right),
        moving=tuple(
            Moving(one.zh, one.en, one.count(customer_id=left.pk), count, one.left_behind(**pair))
            for one in movers
            if (count := one.count(customer_id=right.pk))
        ),
        stays=tuple((one.zh, one.en) for one in merging.kept() if "Customer." not in one.fields[0]),
        positions=_positions(left, right),
        groups=_groups(left, right),
        obstacles=tuple(found for one in movers if (found := one.obstacle(**pair))),
    )


def _customer(by: Actor, code: str) -> Customer:
    rows = Customer.every.select_related("group", "owner", "department", "merged_into")
    found = rows.filter(access.scope_filter(by), code=code).first()
    if found is None:
        raise UnknownCustomer(customer=code)
    if found.merged_into is not None:
        raise AlreadyMerged(customer=code, into=found.merged_into.code)
    return found


def _lines(by: Actor, left: Customer, right: Customer) -> tuple[Line, ...]:
    form = fields.form("customers")
    both = [left.custom, right.custom]
    ours, theirs = opening.shown_all(by, form.active, both)
    plain = [_line(name, _shown(left, name), _shown(right, name)) for name in CHOSEN_FIELDS]
    own = [
        Line(f"{CUSTOM}{name}", ours.get(name), theirs.get(name), True,
             not opening.are_same(left.custom.get(name), right.custom.get(name)))
        for name in sorted(ours.keys() | theirs.keys())
    ]  # fmt: skip
    code = _line("code", left.code, right.code, is_chosen=False)
    currency = _line("currency", left.currency, right.currency, is_chosen=False)
    return (code, *plain, *own, currency)


def _line(name: str, left: Any, right: Any, *, is_chosen: bool = True) -> Line:
    return Line(name, left, right, is_chosen, bool(left != right))


def _shown(customer: Customer, name: str) -> Any:
    """Return a field as a person reads it: names instead of numbers."""
    if name.endswith("_id"):
        related = getattr(customer, name.removesuffix("_id"))
        return str(related) if related is not None else ""
    return getattr(customer, name)


def _positions(left: Customer, right: Customer) -> tuple[Position, ...]:
    rows = Account.objects.filter(customer__in=[left, right]).select_related("segment")
    by_segment: dict[str, dict[int, Account]] = {}
    for row in rows.order_by("segment__code"):
        by_segment.setdefault(row.segment.code, {})[row.customer_id or 0] = row
    return tuple(
        Position(
            segment=segment,
            currency=next(iter(found.values())).currency,
            left=_side(found.get(left.pk)),
            right=_side(found.get(right.pk)),
            used_after_minor=sum(account.used_minor for account in found.values()),
        )
        for segment, found in by_segment.items()
    )


def _side(account: Account | None) -> Side | None:
    if account is None:
        return None
    return Side(account.mode, account.limit_minor, account.used_minor)


def _limit(side: Side | None) -> tuple[str, int | None] | None:
    return (side.mode, side.limit_minor) if side is not None else None


def _groups(left: Customer, right: Customer) -> tuple[GroupEffect, ...]:
    """Return the groups whose sums the moved account changes, the survivor's group kept."""
    found: dict[int, int] = {}
    for theirs in Account.objects.filter(customer=right):
        ours = Account.objects.filter(customer=left, segment_id=theirs.segment_id).first()
        above = set(ours.ancestors) if ours else set()
        for node in set(theirs.ancestors) ^ above:
            sign = 1 if node in above else -1
            found[node] = found.get(node, 0) + sign * theirs.used_minor
    rows = Account.objects.filter(pk__in=found).select_related("group").order_by("pk")
    return tuple(
        GroupEffect(
            code=row.group.code if row.group else "",
            name=row.group.name if row.group else "",
            currency=row.currency,
            before_minor=row.used_minor,
            after_minor=row.used_minor + found[row.pk],
            limit_minor=row.limit_minor,
        )
        for row in rows
        if found[row.pk]
    )
