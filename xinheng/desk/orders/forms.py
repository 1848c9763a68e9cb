"""What addresses and forms say about orders."""

from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from xinheng.orders import listing
from xinheng.orders.listing import Filters
from xinheng.orders.models import Order

# quick views: key, label, what it narrows to
VIEWS: tuple[tuple[str, Any, dict[str, Any]], ...] = (
    ("", _("全部"), {}),
    ("waiting", _("冻结待处理"), {"is_waiting": True}),
    ("open", _("未完成"), {"status": Order.Status.OPEN}),
    ("refused", _("已拒绝"), {"credit": Order.Credit.REFUSED}),
)

COVERS = {
    "later": _("本单及后续步骤"),
    "step": _("仅这一步"),
}


def where(given: QueryDict) -> Filters:
    """Read the address; what cannot be read counts as not asked."""
    view = next((narrowed for key, _label, narrowed in VIEWS if key == given.get("view")), {})
    status, credit = given.get("status", ""), given.get("credit", "")
    asked: dict[str, Any] = {
        "text": given.get("q", "").strip()[:80],
        "customer": given.get("customer", "")[:64],
        "status": status if status in Order.Status.values else "",
        "credit": credit if credit in Order.Credit.values else "",
        "owner": given.get("owner", "")[:150],
        "first": _day(given.get("first", "")),
        "last": _day(given.get("last", "")),
    }
    return Filters(**{**asked, **view})


def sort(given: QueryDict) -> str:
    """Return the sort key of the address, the latest orders first unless it names a known one."""
    key = given.get("sort", "")
    return key if listing.may_sort(key) else "-date"


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


class MoreForm(forms.Form):
    """What a quick check may say beside amount and customer."""

    ship_date = forms.DateField(label=_("计划发货"), required=False)
    terms = forms.CharField(label=_("账期"), max_length=40, required=False)
    is_prepaid = forms.BooleanField(label=_("先款后货"), required=False)


class ShipForm(forms.Form):
    """Goods that leave."""

    number = forms.CharField(label=_("发货单号"), max_length=80)
    shipped_on = forms.DateField(label=_("发货日期"))
    amount = forms.CharField(label=_("金额"), max_length=24)


class ReasonForm(forms.Form):
    """Why something is done; those affected read it."""

    reason = forms.CharField(label=_("原因"), max_length=500)


class ReleaseForm(ReasonForm):
    """Leave for a held order, and how far it goes."""

    amount = forms.CharField(label=_("放行金额"), max_length=24)
    covers = forms.ChoiceField(label=_("范围"), choices=tuple(COVERS.items()))
    until = forms.DateField(label=_("有效至"), required=False)
