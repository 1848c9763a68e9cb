"""The filters of the customer list, as they stand in the address."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xinheng.desk import frame, words
from xinheng.fields.schema import Form
from xinheng.insight.choices import Choices
from xinheng.insight.customers import CustomerFilter, may_sort
from xinheng.kernel.conditions import Condition

# quick views: key, label, what it narrows to
VIEWS: tuple[tuple[str, Any, dict[str, bool]], ...] = (
    ("", _("全部"), {}),
    ("overdue", _("有逾期"), {"overdue_only": True}),
    ("over", _("超额度"), {"over_limit_only": True}),
    ("due", _("30 天内待评审"), {}),
    ("new", _("未评级"), {"unreviewed_only": True}),
)
REVIEW_SOON = timedelta(days=30)


class CustomerFilters(forms.Form):
    """One optional choice per column; a value that no longer exists narrows to nothing."""

    q = forms.CharField(max_length=80, required=False, label=_("搜索"))
    view = forms.CharField(max_length=10, required=False)
    grade = forms.CharField(max_length=4, required=False, label=_("评级"))
    tier = forms.CharField(max_length=4, required=False, label=_("分类"))
    region = forms.CharField(max_length=60, required=False, label=_("地区"))
    industry = forms.CharField(max_length=8, required=False, label=_("行业"))
    size = forms.CharField(max_length=8, required=False, label=_("规模"))
    owner = forms.CharField(max_length=150, required=False, label=_("负责人"))
    department = forms.CharField(max_length=40, required=False, label=_("部门"))
    group = forms.CharField(max_length=64, required=False, label=_("集团"))

    def where(self, form: Form, custom: Condition | None) -> CustomerFilter:
        """Return the filter the address asks for; unreadable parts are left out.

        form, custom: the custom fields, and what `customers.custom` read of them
        """
        self.is_valid()
        asked = getattr(self, "cleaned_data", {})
        view = asked.get("view", "")
        narrowed: dict[str, Any] = dict(next((v[2] for v in VIEWS if v[0] == view), {}))
        if view == "due":
            narrowed["review_due_by"] = frame.today() + REVIEW_SOON

        def one(name: str) -> tuple[str, ...]:
            return (asked[name],) if asked.get(name) else ()

        return CustomerFilter(
            text=asked.get("q", ""),
            grades=one("grade"),
            tiers=one("tier"),
            regions=one("region"),
            industries=one("industry"),
            sizes=one("size"),
            owner=asked.get("owner", ""),
            department=asked.get("department", ""),
            group=asked.get("group", ""),
            form=form,
            custom=custom,
            **narrowed,
        )

    def sort(self, form: Form) -> str:
        """Return the sort key, by overdue amount unless the address names a known one."""
        key = str(self.data.get("sort", ""))
        return key if may_sort(key, form) else "-overdue"

    def selects(self, known: Choices, industry_names: dict[str, str]) -> list[dict[str, Any]]:
        """Return the drop-down filters with their options and what is chosen."""
        options = {
            "grade": [(grade, grade) for grade in words.GRADES],
            "tier": [(tier, tier) for tier in words.TIERS],
            "region": known.regions,
            "industry": [(code, industry_names.get(code, code)) for code in known.industries],
            "size": list(words.SIZES.items()),
            "department": known.departments,
            "owner": known.owners,
        }
        return [
            {
                "name": name,
                "label": self.fields[name].label,
                "options": rows,
                "value": self.data.get(name, ""),
            }
            for name, rows in options.items()
            if rows
        ]
