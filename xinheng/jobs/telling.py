"""Tell a person that work they asked for has ended, with the page to look at."""

from typing import Any
from uuid import UUID

from django.urls import reverse

from xinheng import access, messaging

# noun → its page, the page's argument, and what is said when it went well and when it did not
ENDINGS = {
    "review": (
        "desk:review", "review_id",
        ("{of} 的信用评审已完成", "The credit review as of {of} is done"),
        ("{of} 的信用评审没有完成", "The credit review as of {of} did not finish"),
    ),
    "batch": (
        "desk:import", "batch_id",
        ("{of} 导入完成", "{of} has been imported"),
        ("{of} 没有导入，请查看错误", "{of} was not imported; look at its errors"),
    ),
    "undo": (
        "desk:import", "batch_id",
        ("{of} 的导入已撤销", "The import of {of} was taken back"),
        ("{of} 的导入不能撤销，请查看原因", "The import of {of} cannot be taken back; see why"),
    ),
}  # fmt: skip


def tell(person: Any, noun: str, number: UUID, of: str, *, is_well: bool) -> None:
    """Put the end of a job into the bell of who asked for it; a service has none."""
    if person is None or person.is_service:
        return
    page, argument, well, wrong = ENDINGS[noun]
    zh, en = well if is_well else wrong
    messaging.notify(
        by=access.system("worker"),
        user_id=person.pk,
        key=f"{noun}:{number}:{'well' if is_well else 'wrong'}",
        title_zh=zh.format(of=of)[:200],
        title_en=en.format(of=of)[:200],
        link=reverse(page, kwargs={argument: number}),
    )
