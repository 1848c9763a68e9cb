"""Tell people about a review's news: one line in the bell and one mail each, red ones singled out.

Who is told: the person an alert is assigned to; else who the indicator names (the customer's
owner, the department's managers, the credit managers), the next of them where one is missing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse

from xinheng import access, messaging
from xinheng.access.models import User
from xinheng.kernel.actors import Actor
from xinheng.monitoring import rules
from xinheng.monitoring.indicators import Indicators
from xinheng.monitoring.models import Preference

LINES = 20
_COLOURS = (
    (rules.RED, "红", "red"),
    (rules.ORANGE, "橙", "orange"),
    (rules.YELLOW, "黄", "yellow"),
)


@dataclass(frozen=True, slots=True)
class News:
    """One alert worth telling."""

    alert_id: int
    level: int
    indicator: str
    value: float | None
    customer_code: str
    customer_name: str
    owner_id: int | None
    department_id: int | None
    assignee_id: int | None


@dataclass(slots=True)
class People:
    """Who can be told; read once for a review."""

    active: dict[int, User]
    managers: dict[int, list[int]] = field(default_factory=dict)
    credit: list[int] = field(default_factory=list)

    def told(self, news: News, owner: str) -> list[int]:
        """Return whom an alert concerns, by user id; nobody only where nobody is there."""
        if news.assignee_id in self.active:
            return [news.assignee_id]
        if owner == "owner" and news.owner_id in self.active:
            return [news.owner_id]
        if owner in ("owner", "department") and self.managers.get(news.department_id or 0):
            return self.managers[news.department_id or 0]
        return self.credit


def send(*, by: Actor, as_of: date, content: Indicators, news: Iterable[News], mark: str) -> int:
    """Tell everybody concerned once for this review; return how many people were told.

    mark: names the review; a second sending under it reaches nobody
    """
    access.require(by, "alerts.write")
    found = list(news)
    if not found:
        return 0
    people = _people(by)
    owners = {code: about.owner for code in content.names() if (about := content.about(code))}
    boxes: dict[int, list[News]] = {}
    for one in found:
        for person in people.told(one, owners.get(one.indicator, "owner")):
            boxes.setdefault(person, []).append(one)
    wishes = {row.user_id: row for row in Preference.objects.filter(user_id__in=boxes)}
    for person, own in sorted(boxes.items()):
        wish = wishes.get(person, Preference(user_id=person))
        _tell(by, people.active[person], own, wish, as_of, content, mark)
    return len(boxes)


def _tell(
    by: Actor, person: User, news: list[News], wish: Preference, as_of: date,
    content: Indicators, mark: str,
) -> None:  # fmt: skip
    counts = Counter(one.level for one in news)
    link = reverse("desk:alerts")
    title_zh = f"{as_of} 新预警：{_counts(counts, 1, '、')}"
    title_en = f"New warnings as of {as_of}: {_counts(counts, 2, ', ')}"
    if wish.bell:
        messaging.notify(
            by=by, user_id=person.pk, key=f"alerts:{mark}", title_zh=title_zh, title_en=title_en,
            link=link,
        )  # fmt: skip
    if wish.mail and person.email and settings.EMAIL_HOST:
        body = {
            "subject": f"信衡 · {title_zh}",
            "text": text(news, content, title_zh, title_en),
            "headers": {
                "List-Unsubscribe": f"<{settings.SITE}{reverse('desk:alert-wishes')}>",
                "Auto-Submitted": "auto-generated",
            },
        }
        messaging.send(by=by, channel="mail", recipient=person.email, body=body)


def text(news: list[News], content: Indicators, title_zh: str, title_en: str) -> str:
    """Return the mail: the red alerts line by line, the others counted, and how to stop it."""
    red = [one for one in news if one.level == rules.RED]
    site = str(settings.SITE)
    lines = [title_zh, title_en, ""]
    if red:
        lines += ["【红色预警 / Red】", *(_line(one, content) for one in red[:LINES])]
        if len(red) > LINES:
            lines.append(f"…… 另有 {len(red) - LINES} 条 / {len(red) - LINES} more")
        lines.append("")
    others = [one for one in news if one.level != rules.RED]
    if others:
        lines += ["【其余 / Others】", *(_line(one, content) for one in others[:LINES])]
        if len(others) > LINES:
            lines.append(f"…… 另有 {len(others) - LINES} 条 / {len(others) - LINES} more")
        lines.append("")
    wishes = reverse("desk:alert-wishes")
    lines += [
        f"查看并处理 / Open: {site}{reverse('desk:alerts')}",
        f"不想再收到邮件 / To stop these mails: {site}{wishes}",
    ]
    return "\n".join(lines)


def _line(one: News, content: Indicators) -> str:
    about = content.about(one.indicator)
    name = about.name if about else None
    zh, en = (name.zh, name.en) if name else (one.indicator, one.indicator)
    colour = {level: word for level, word, _ in _COLOURS}[one.level]
    return f"- [{colour}] {one.customer_name}（{one.customer_code}）：{zh} / {en}"


def _counts(counts: Mapping[int, int], word: int, joint: str) -> str:
    parts = [
        f"{row[word]} {counts[row[0]]}" if word == 2 else f"{row[word]}色 {counts[row[0]]} 条"
        for row in _COLOURS
        if counts.get(row[0])
    ]
    return joint.join(parts)


def _people(by: Actor) -> People:
    access.require(by, "alerts.write")
    rows: Any = User.objects.filter(is_active=True, is_service=False).only(
        "pk", "email", "roles", "scope", "department_id", "username"
    )
    found = People({row.pk: row for row in rows})
    for row in found.active.values():
        if "sales_manager" in row.roles and row.department_id:
            found.managers.setdefault(row.department_id, []).append(row.pk)
        if "credit_manager" in row.roles and row.scope == User.Scope.ALL:
            found.credit.append(row.pk)
    return found
