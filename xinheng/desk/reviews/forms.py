"""Starting a review, and narrowing its results."""

import re

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinheng.desk import frame
from xinheng.reviews.queries import Filters

MOST_CODES = 500


class StartForm(forms.Form):
    """As of which day, and for whom; no customer named means everybody in scope."""

    as_of = forms.DateField(
        label=gettext_lazy("截止日"),
        error_messages={"required": gettext_lazy("请选择截止日。")},
    )
    customers = forms.CharField(
        label=gettext_lazy("客户编码"), required=False, max_length=40_000, strip=True
    )

    def clean_as_of(self) -> object:
        """Refuse a day that has not come."""
        day = self.cleaned_data["as_of"]
        if day > frame.today():
            raise forms.ValidationError(_("截止日不能晚于今天。"))
        return day

    def clean_customers(self) -> list[str] | None:
        """Split codes at commas, spaces and line ends; None means everybody."""
        codes = [
            code for code in re.split(r"[\s,，;；、]+", self.cleaned_data["customers"]) if code
        ]
        if len(codes) > MOST_CODES:
            raise forms.ValidationError(_("一次最多指定 %(n)s 位客户。") % {"n": MOST_CODES})
        return codes or None


def where(given: QueryDict) -> Filters:
    """Return what the address narrows the results to."""
    score = given.get("score", "")
    limit = given.get("limit", "")
    return Filters(
        limit_band=int(limit) if limit.isdigit() and len(limit) == 1 else None,
        grade=given.get("grade", "")[:4],
        tier=given.get("tier", "")[:4],
        binding=given.get("binding", "")[:40],
        reason=given.get("reason", "")[:60],
        score_from=int(score) if score.isdigit() and len(score) < 4 else None,
        currency=given.get("currency", "")[:3],
    )
