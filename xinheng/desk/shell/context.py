"""What the shell shows on every page: only screens this person may open, and unread notices."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from xinheng.access import policy
from xinheng.desk import frame
from xinheng.messaging import queries as messaging

# route, icon, title, short title, permission
SCREENS = (
    ("desk:home", "layout-dashboard", _("工作台"), _("工作台"), "insight.read"),
    ("desk:customers", "building", _("客户"), _("客户"), "customers.read"),
    ("desk:orders", "clipboard-check", _("订单信控"), _("订单"), "orders.read"),
    ("desk:reviews", "scale", _("信用评审"), _("评审"), "reviews.read"),
    ("desk:alerts", "bell", _("预警"), _("预警"), "alerts.read"),
    ("desk:ageing", "chart-bar", _("账龄分析"), _("账龄"), "insight.read"),
    ("desk:kpi", "trending-up", _("应收指标"), _("应收指标"), "insight.read"),
    ("desk:items", "receipt", _("应收明细"), _("应收"), "receivables.read"),
    ("desk:duplicates", "arrows-exchange", _("重复客户"), _("重复"), "masterdata.read"),
    ("desk:imports", "file-import", _("数据导入"), _("导入"), "exchange.read"),
    ("desk:settings", "settings", _("设置"), _("设置"), "definitions.write"),
    ("desk:webhooks", "link", _("事件订阅"), _("订阅"), "webhooks.manage"),
    ("desk:reveals", "lock", _("原文查看记录"), _("查看记录"), "access.reveals"),
)  # fmt: skip
SCOPES = {
    "own": _("本人客户"),
    "department": _("本部门"),
    "all": _("全部客户"),
}


@dataclass(frozen=True, slots=True)
class Screen:
    """One entry of the navigation."""

    route: str
    title: str
    short: str
    icon: str
    link: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """One unread line of the bell."""

    id: int
    title: str
    at: datetime


class Shell:
    """The shell's data; each part is read when the template asks for it, and once."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._by = frame.actor(request)
        self._notices: tuple[Notice, ...] | None = None
        self.name = str(request.user)

    @property
    def screens(self) -> list[Screen]:
        """Return the screens this person may open, the present one marked."""
        return screens(self._request)

    @property
    def roles(self) -> list[str]:
        """Return the names of the person's roles."""
        at = 0 if frame.language() == "zh" else 1
        known = sorted(self._by.roles & policy.ROLES.keys())
        return [str(policy.ROLES[role][at]) for role in known]

    @property
    def scope(self) -> str:
        """Return the name of the person's data scope."""
        return str(SCOPES[self._by.scope])

    @property
    def notices(self) -> tuple[Notice, ...]:
        """Return the unread notices among the newest twenty."""
        if self._notices is None:
            rows = messaging.notifications(self._by) if self._by.may("messaging.read") else ()
            zh = frame.language() == "zh"
            self._notices = tuple(
                Notice(id=row.id, title=row.title_zh if zh else row.title_en, at=row.created_at)
                for row in rows
                if not row.is_read
            )
        return self._notices

    @property
    def unread(self) -> int:
        """Return how many notices are shown as unread."""
        return len(self.notices)

    @property
    def password_link(self) -> str:
        """Return where a password is changed, when this installation offers it."""
        try:
            return reverse("account_change_password")
        except NoReverseMatch:
            return ""


def screens(request: HttpRequest) -> list[Screen]:
    """Return the screens this person may open; the one whose address leads here is marked."""
    by = frame.actor(request)
    found = [
        (route, icon, title, short, reverse(route))
        for route, icon, title, short, permission in SCREENS
        if by.may(permission)
    ]
    here = max(
        (link for *_rest, link in found if request.path.startswith(link)), key=len, default=""
    )
    return [
        Screen(route, str(title), str(short), icon, link, link == here)
        for route, icon, title, short, link in found
    ]


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give templates the shell of a signed-in person; strangers get none."""
    user = getattr(request, "user", None)
    return {"shell": Shell(request)} if user is not None and user.is_authenticated else {}
