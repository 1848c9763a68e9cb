"""Search over everything, opening a notice, and what to say when something is not there."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from xinheng.desk import frame
from xinheng.desk.shell import context
from xinheng.insight import search as insight
from xinheng.messaging import operations as messaging
from xinheng.messaging import queries

# status → title, text, help
TROUBLES = {
    400: (_("请求有误"), _("服务器看不懂这个请求。"), _("请返回上一页重试。")),
    403: (_("没有权限"), _("您的角色不能打开这个页面。"), _("如需开通，请联系管理员。")),
    404: (
        _("找不到页面"),
        _("这个地址没有内容，或它不在您的数据范围内。"),
        _("请用 / 搜索客户或发票。"),
    ),
    422: (_("没有完成"), _("这次操作被拒绝。"), _("请按提示修改后重试。")),
    500: (
        _("出错了"),
        _("服务器没有完成这次请求，您的数据没有改变。"),
        _("请稍后重试；仍然出错请运行 xinheng doctor。"),
    ),
}


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Answer the command palette: screens, customers and invoices that match."""
    text = request.GET.get("q", "").strip()[:80]
    screens = [s for s in context.screens(request) if text.lower() in s.title.lower()]
    found = insight.search(by=frame.actor(request), text=text)
    return render(request, "desk/search.html", {"screens": screens, "found": found, "text": text})


@require_GET
def notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Open what a notice is about; opening it is reading it."""
    by = frame.actor(request)
    rows = {row.id: row for row in queries.notifications(by)}
    if notice_id not in rows:
        return trouble(request, 404)
    messaging.mark_read(by=by, at=timezone.now(), notification_ids=[notice_id])
    link = rows[notice_id].link
    safe = url_has_allowed_host_and_scheme(link, allowed_hosts=None)
    return HttpResponseRedirect(link if safe and link else "/")


def trouble(request: HttpRequest, status: int, text: str = "") -> HttpResponse:
    """Say what is wrong in a sentence and what to do next."""
    title, usual, advice = TROUBLES.get(status, TROUBLES[500])
    told = {"status": status, "title": title, "text": text or usual, "help": advice}
    if status >= 500:
        told["reference"] = getattr(request, "reference", "")
    # Without the request: what is broken may be the very database that knows who asks.
    return HttpResponse(render_to_string("desk/trouble.html", told), status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400."""
    return trouble(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403."""
    return trouble(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404."""
    return trouble(request, 404)


def broken(request: HttpRequest) -> HttpResponse:
    """Answer 500."""
    return trouble(request, 500)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose session has changed since it was shown."""
    return trouble(
        request, 403, gettext("页面停留太久，登录信息已更新。请返回上一页刷新后重新提交。")
    )
