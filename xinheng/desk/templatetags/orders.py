"""The tabs of order credit: only the pages this person may open."""

from typing import Any

from django import template
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from xinheng.desk import frame

register = template.Library()
# key, route, label, permission
TABS = (
    ("check", "desk:quick-check", _("快速检查"), "orders.check"),
    ("orders", "desk:orders", _("订单"), "orders.read"),
    ("holds", "desk:holds", _("冻结工作台"), "orders.read"),
    ("rules", "desk:credit-rules", _("信控规则"), "definitions.read"),
)


@register.inclusion_tag("desk/orders/tabs.html", takes_context=True)
def order_tabs(context: Any, here: str) -> dict[str, Any]:
    """Show the tabs, the page's own one marked."""
    request: HttpRequest = context["request"]
    by = frame.actor(request)
    return {
        "here": here,
        "tabs": [
            (key, reverse(route), label) for key, route, label, needs in TABS if by.may(needs)
        ],
    }
