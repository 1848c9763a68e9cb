"""What a list of customers can be narrowed to: the values that occur in the portfolio."""

from dataclasses import dataclass

from xinheng import access
from xinheng.access.models import Department, User
from xinheng.kernel.actors import Actor
from xinheng.parties.models import Customer, Group


@dataclass(frozen=True, slots=True)
class Choices:
    """(value, label) of each filter; only what occurs among the actor's customers."""

    owners: tuple[tuple[str, str], ...]
    departments: tuple[tuple[str, str], ...]
    regions: tuple[tuple[str, str], ...]
    industries: tuple[str, ...]


def choices(*, by: Actor) -> Choices:
    """Return what the actor can filter customers by; four queries."""
    rows = access.visible(by, "customers.read", Customer.objects.all()).order_by()
    # Owners and departments are few: each is probed once through its index on the customers.
    owners = User.objects.filter(pk__in=rows.values("owner")).order_by("name", "username")
    departments = Department.objects.filter(pk__in=rows.values("department")).order_by("code")
    regions = rows.exclude(region="").values_list("region", flat=True).distinct()
    industries = rows.exclude(industry="").values_list("industry", flat=True).distinct()
    return Choices(
        owners=tuple((user.username, str(user)) for user in owners),
        departments=tuple((row.code, row.name) for row in departments),
        regions=tuple((region, region) for region in sorted(regions)),
        industries=tuple(sorted(industries)),
    )


def groups(*, by: Actor, most: int = 500) -> tuple[tuple[str, str], ...]:
    """Return (code, name) of the first groups by code."""
    access.require(by, "customers.read")
    return tuple(Group.objects.order_by("code").values_list("code", "name")[:most])


def group_name(*, by: Actor, code: str) -> str:
    """Return the name of a group, or its code when there is none."""
    access.require(by, "customers.read")
    return Group.objects.filter(code=code).values_list("name", flat=True).first() or code


def labels(*, by: Actor, of: str) -> dict[str, str]:
    """Return the names of the groups of one grouping by their keys; {} where keys are names."""
    access.require(by, "insight.read")
    if of == "owner":
        return {user.username: str(user) for user in User.objects.all()}
    rows = {"department": Department.objects, "group": Group.objects}.get(of)
    return dict(rows.values_list("code", "name")) if rows else {}
