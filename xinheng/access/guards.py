"""The two questions of every operation and query: may this actor, and may it for this row."""

from typing import Any, TypeVar

from django.db import models
from django.db.models import Q

from xinheng.access import policy
from xinheng.kernel.actors import Actor
from xinheng.kernel.refusals import Refusal

M = TypeVar("M", bound=models.Model)


class Forbidden(Refusal):
    """The actor lacks the permission, or the row lies outside its scope."""

    code = "forbidden"
    zh = "您没有“{label_zh}”的权限，或该记录不在您的数据范围内；如需开通请联系管理员。"
    en = (
        "You may not {label_en}, or this record is outside your data scope; "
        "ask an administrator for the right."
    )
    status = 403


class UnknownPermission(Exception):
    """A permission is used in the code but not declared in the table."""


def require(by: Actor, permission: str, row: Any = None) -> None:
    """Refuse unless `by` holds `permission` and, when given, may see `row`.

    row: a customer, or anything with `.customer`; None when the act is about no row.
    refuses: Forbidden
    """
    if permission not in policy.PERMISSIONS:
        raise UnknownPermission(permission)
    if not by.may(permission) or (row is not None and not in_scope(by, row)):
        zh, en = policy.PERMISSIONS[permission]
        raise Forbidden(label_zh=zh, label_en=en)


def in_scope(by: Actor, row: Any) -> bool:
    """Say whether a row belongs to customers this actor may see."""
    customer = getattr(row, "customer", row)
    if by.scope == "all":
        return True
    if by.id is not None and customer.owner_id == by.id:
        return True
    return by.scope == "department" and customer.department_id in by.department_ids


def scope_filter(by: Actor, prefix: str = "") -> Q:
    """Return the filter that keeps rows of customers in scope; `prefix` leads to the customer."""
    if by.scope == "all":
        return Q()
    own = Q(**{f"{prefix}owner_id": by.id}) if by.id is not None else Q(pk__in=[])
    if by.scope == "department":
        return own | Q(**{f"{prefix}department_id__in": by.department_ids})
    return own


def visible(
    by: Actor, permission: str, rows: "models.QuerySet[M]", prefix: str = ""
) -> "models.QuerySet[M]":
    """Return the rows of a queryset that `by` may see, or refuse when it may see none at all."""
    require(by, permission)
    return rows.filter(scope_filter(by, prefix))
