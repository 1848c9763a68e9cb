"""Payment terms (账期): how an issue date becomes a due date.

| text               | 中文       | due date of an invoice of 2026-01-15                  |
|--------------------|------------|-------------------------------------------------------|
| `prepay`, `cod`    | 预付, 现结 | 2026-01-15                                            |
| `net 30`           | 票到30天   | 2026-02-14                                            |
| `net 1m`           | 票到1个月  | 2026-02-15 (a missing day clamps to the month's end)  |
| `eom`              | 月结       | 2026-01-31                                            |
| `eom 30`           | 月结加30天 | 2026-03-02, thirty days after the month's end         |
| `eom 1m`           | 次月末     | 2026-02-28, the end of the next month                 |

"月结30天" means either of the last two in practice, so it is refused until somebody chooses.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from xinheng.kernel import days
from xinheng.kernel.refusals import Refusal

LONGEST_DAYS = 3650
LONGEST_MONTHS = 120


class TermsUnreadable(Refusal):
    """A text is not payment terms."""

    code = "terms-unreadable"
    zh = "看不懂账期“{text}”。可填 net 30（票到30天）、eom（月结）、eom 30、eom 1m、cod、prepay。"
    en = "Terms “{text}” are not understood; write net 30, eom, eom 30, eom 1m, cod or prepay."


class TermsAmbiguous(Refusal):
    """Terms that mean two different due dates."""

    code = "terms-ambiguous"
    zh = "“{text}”有两种算法：月末后{days}天请填 eom {days}，次月末（整月）请填 eom {months}m。"
    en = (
        "“{text}” has two meanings: for {days} days after the month's end write eom {days}, "
        "for a later month's end write eom {months}m."
    )


class Anchor(StrEnum):
    """Where counting starts, or that nothing is counted."""

    PREPAY = "prepay"
    COD = "cod"
    NET = "net"
    EOM = "eom"


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms as data: an anchor, then whole days or whole months (never both)."""

    anchor: Anchor
    days: int = 0
    months: int = 0

    def __str__(self) -> str:
        if self.anchor in (Anchor.PREPAY, Anchor.COD):
            return str(self.anchor)
        if self.months:
            return f"{self.anchor} {self.months}m"
        if self.anchor == Anchor.EOM and not self.days:
            return "eom"
        return f"{self.anchor} {self.days}"

    @property
    def span_days(self) -> int:
        """Return the length that policies compare, a month counting as 30 days."""
        return self.days + 30 * self.months


_ENGLISH = re.compile(r"(?P<anchor>net|eom)\s*(?P<number>\d{1,4})?\s*(?P<unit>m|d)?")
_NET_ZH = re.compile(r"票到\s*(?P<number>\d{1,4})\s*(?P<unit>个月|天)")
_MONTHLY_ZH = re.compile(r"月结\s*(?P<number>\d{1,4})\s*天")
_WORDS = {
    "prepay": Terms(Anchor.PREPAY),
    "预付": Terms(Anchor.PREPAY),
    "款到发货": Terms(Anchor.PREPAY),
    "cod": Terms(Anchor.COD),
    "现结": Terms(Anchor.COD),
    "月结": Terms(Anchor.EOM),
    "次月末": Terms(Anchor.EOM, months=1),
}


def parse(text: str) -> Terms:
    """Read terms such as "net 30" or "eom 1m".

    refuses: TermsUnreadable; TermsAmbiguous for 月结N天
    """
    cleaned = text.strip().lower()
    if cleaned in _WORDS:
        return _WORDS[cleaned]
    if found := _MONTHLY_ZH.fullmatch(cleaned):
        number = int(found["number"])
        raise TermsAmbiguous(text=text, days=number, months=max(1, number // 30))
    if found := _NET_ZH.fullmatch(cleaned):
        return _counted(text, Anchor.NET, found["number"], found["unit"] == "个月")
    found = _ENGLISH.fullmatch(cleaned)
    if not found or (found["number"] is None and (found["anchor"] == "net" or found["unit"])):
        raise TermsUnreadable(text=text)
    return _counted(text, Anchor(found["anchor"]), found["number"] or "0", found["unit"] == "m")


def due_date(terms: Terms | None, issue: date) -> date | None:
    """Return when an invoice of `issue` is due; None when no terms were agreed."""
    if terms is None:
        return None
    start = days.month_end(issue) if terms.anchor == Anchor.EOM else issue
    if not terms.months:
        return days.add_days(start, terms.days)
    later = days.add_months(start, terms.months)
    return days.month_end(later) if terms.anchor == Anchor.EOM else later


def _counted(text: str, anchor: Anchor, number: str, is_months: bool) -> Terms:
    count = int(number)
    if count > (LONGEST_MONTHS if is_months else LONGEST_DAYS):
        raise TermsUnreadable(text=text)
    return Terms(anchor, months=count) if is_months else Terms(anchor, days=count)
