"""What the list of open items is asked, as it stands in the address."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from xinheng.desk import custom, frame
from xinheng.fields import queries as fields
from xinheng.fields import secrecy
from xinheng.fields.queries import CUSTOM
from xinheng.fields.schema import Form
from xinheng.insight.ageing import BASES
from xinheng.receivables import rules
from xinheng.receivables.queries import NARROW, NO_DUE_DATE, ORDERS

STATES = (
    ("", _("全部未清")),
    ("overdue", _("已逾期")),
    ("week", _("7 天内到期")),
    ("nodate", _("没有到期日")),
    ("disputed", _("有争议")),
)
SOON = timedelta(days=6)
NARROW_NAMES = {
    "customer": _("客户"), "owner": _("负责人"), "department": _("部门"), "region": _("地区"),
    "industry": _("行业"), "group": _("集团"), "currency": _("币种"), "number": _("发票号"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """Arguments of `receivables.queries.open_items` but the actor and the page."""

    as_of: date
    basis: str
    edges: tuple[int, ...]
    bucket: int | None
    state: str
    narrow: dict[str, str]
    order: str
    form: Form
    custom: custom.Asked

    def arguments(self) -> dict[str, Any]:
        """Return the keyword arguments of the query."""
        first, last, bucket = None, None, self.bucket
        if self.state == "overdue":
            last = self.as_of - timedelta(days=1)
        elif self.state == "week":
            first, last = self.as_of, self.as_of + SOON
        elif self.state == "nodate":
            bucket = NO_DUE_DATE
        return {
            "as_of": self.as_of, "basis": self.basis, "edges": self.edges, "bucket": bucket,
            "due_from": first, "due_to": last, "narrow": self.narrow, "order": self.order,
            "disputed": self.state == "disputed", "form": self.form,
            "custom": self.custom.condition,
        }  # fmt: skip

    def bucket_label(self) -> str:
        """Return the name of the ageing bucket the list is narrowed to, "" when it is not."""
        if self.bucket is None or self.bucket < 1:
            return ""
        found = rules.buckets(self.edges)
        return found[self.bucket - 1].label if self.bucket <= len(found) else ""


def asked(request: HttpRequest) -> Question:
    """Read the address; what cannot be read counts as not asked."""
    given, by = request.GET, frame.actor(request)
    form = fields.form("invoices")
    known, visible = secrecy.askable(by, form), secrecy.visible(by, form)
    ordered = secrecy.sortable(by, form)
    bucket = given.get("bucket", "")
    order = given.get("order", "")
    return Question(
        as_of=frame.as_of(request),
        basis=basis(given),
        edges=edges(given),
        bucket=int(bucket) if bucket.lstrip("-").isdigit() and len(bucket) < 4 else None,
        state=given.get("state", ""),
        narrow={
            key: given.get(key, "")[:200]
            for key in NARROW
            # An empty group of an ageing is a group; an empty search box is no question.
            if key in given and (given.get(key) or key not in ("number", "customer"))
        },
        order=order if order in ORDERS or _is_custom(order, ordered) else "-days",
        form=visible,
        custom=custom.asked(visible, given, known),
    )


def _is_custom(order: str, known: Form) -> bool:
    key = order.removeprefix("-")
    return key.startswith(CUSTOM) and known.field(key.removeprefix(CUSTOM)) is not None


def basis(given: QueryDict) -> str:
    """Return due or issue."""
    asked = given.get("basis", "")
    return asked if asked in BASES else "due"


def edges(given: QueryDict) -> tuple[int, ...]:
    """Return the bucket edges of the address, the usual ones when it has none.

    refuses: BucketsUnreadable
    """
    asked = given.get("buckets", "")
    return rules.edges(asked) if asked else rules.DEFAULT_EDGES
