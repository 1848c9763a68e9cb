"""What addresses and forms say about alerts."""

import uuid
from datetime import timedelta
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinheng.desk import frame
from xinheng.monitoring.queries import Filters
from xinheng.monitoring.queries.lists import STATES

LEVELS = {"red": 3, "orange": 2, "yellow": 1}
SNOOZE = timedelta(days=7)
AT_ONCE = 500
STATE_NAMES = {
    "active": gettext_lazy("待办"), "mine": gettext_lazy("我的"),
    "snoozed": gettext_lazy("已暂缓"), "closed": gettext_lazy("已关闭"),
    "all": gettext_lazy("全部"),
}  # fmt: skip
REASONS = (
    ("handled", gettext_lazy("已处理")), ("known", gettext_lazy("已知晓，风险可控")),
    ("false", gettext_lazy("误报")), ("data", gettext_lazy("数据有误")),
    ("other", gettext_lazy("其他")),
)  # fmt: skip


def where(given: QueryDict) -> Filters:
    """Read the address; what cannot be read counts as not asked."""
    state = given.get("state", "")
    return Filters(
        level=LEVELS.get(given.get("level", "")),
        indicator=given.get("indicator", "")[:40],
        state=state if state in STATES else "active",
        owner=given.get("owner", "")[:150],
        department=given.get("department", "")[:40],
        customer=given.get("customer", "")[:64],
        text=given.get("q", "").strip()[:80],
    )


class ActForm(forms.Form):
    """One verb for the chosen alerts."""

    verb = forms.ChoiceField(choices=[("assign", ""), ("snooze", ""), ("close", "")])
    to = forms.CharField(max_length=150, required=False)
    until = forms.DateField(required=False)
    reason = forms.ChoiceField(choices=[("", ""), *REASONS], required=False)
    note = forms.CharField(max_length=500, required=False)
    back = forms.CharField(max_length=400, required=False)

    def chosen(self) -> list[uuid.UUID]:
        """Return the alerts that were ticked; unreadable numbers are left out."""
        found = []
        for text in cast(QueryDict, self.data).getlist("alert")[:AT_ONCE]:
            try:
                found.append(uuid.UUID(text))
            except ValueError:
                continue
        return found

    def clean(self) -> dict[str, Any]:
        """Ask for what the verb needs."""
        given = super().clean() or {}
        verb = given.get("verb")
        if not self.chosen():
            raise forms.ValidationError(_("请先勾选预警"))
        if verb == "assign" and not given.get("to"):
            raise forms.ValidationError(_("请选择指派给谁"))
        if verb == "close" and not given.get("reason"):
            raise forms.ValidationError(_("请选择关闭原因"))
        if verb == "snooze" and not given.get("until"):
            given["until"] = frame.today() + SNOOZE
        return given


class WishForm(forms.Form):
    """How a person wants to be told."""

    bell = forms.BooleanField(required=False)
    mail = forms.BooleanField(required=False)
