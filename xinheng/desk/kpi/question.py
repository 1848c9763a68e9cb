"""What the page of figures is asked, as it stands in the address."""

import re
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.http import HttpRequest

from xinheng.desk import frame
from xinheng.insight import kpi, rules

PERIODS = (30, 90, 180, 365)
DEFAULT_DAYS = 90


@dataclass(frozen=True, slots=True)
class Question:
    """As of a day, over a period, in a currency ("" for the usual one), by a grouping or ""."""

    as_of: date
    days: int
    currency: str
    group_by: str
    show: str

    @property
    def period(self) -> tuple[date, date]:
        """Return the first and the last day of the period."""
        return rules.window(self.as_of, self.days)

    def query(self, **more: str) -> str:
        """Return the same question as an address's query."""
        asked = {
            "as_of": self.as_of.isoformat(), "days": str(self.days), "currency": self.currency,
            "by": self.group_by, **more,
        }  # fmt: skip
        return urlencode({name: value for name, value in asked.items() if value})


def asked(request: HttpRequest) -> Question:
    """Read the address; what cannot be read counts as not asked."""
    given = request.GET
    days = given.get("days", "")
    is_whole = days.isascii() and days.isdigit() and 1 <= int(days[:5]) <= 3660
    currency, by, show = (given.get(name, "") for name in ("currency", "by", "show"))
    return Question(
        as_of=frame.as_of(request),
        days=int(days) if is_whole else DEFAULT_DAYS,
        currency=currency if re.fullmatch(r"[A-Z]{3}", currency) else "",
        group_by=by if by in kpi.GROUPINGS else "",
        show=show if show in kpi.BY_NAME else "dso_countback",
    )
