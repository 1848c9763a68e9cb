"""Ways out of the house, by name. Each takes a recipient and a body and returns or raises."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core import mail

Deliver = Callable[[str, dict[str, Any]], None]


class NotSetUp(Exception):
    """The installation has not configured this channel, so trying again cannot help."""


def _mail(recipient: str, body: dict[str, Any]) -> None:
    if not settings.EMAIL_HOST:
        raise NotSetUp("没有配置邮件服务器 (no mail server is configured)")
    headers = {str(name): str(value) for name, value in body.get("headers", {}).items()}
    mail.EmailMessage(
        str(body["subject"]), str(body["text"]), None, [recipient], headers=headers
    ).send()


_channels: dict[str, Deliver] = {"mail": _mail}


def register(name: str, deliver: Deliver) -> None:
    """Add a channel; called from `apps.ready()`."""
    _channels[name] = deliver


def names() -> frozenset[str]:
    return frozenset(_channels)


def deliver(channel: str, recipient: str, body: dict[str, Any]) -> None:
    """Hand one message to its channel."""
    _channels[channel](recipient, body)
