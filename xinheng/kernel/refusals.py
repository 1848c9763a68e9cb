"""Refusals: what a user can do wrong, each with a stable code and a sentence in two languages.

A refusal class lives beside the operation that raises it. Its sentences are templates over the
named parameters it was raised with, so that what went wrong is data until somebody says it.
"""

from typing import Any, ClassVar


class Refusal(Exception):
    """Base of everything an operation refuses; subclasses set `code`, `zh` and `en`."""

    code: ClassVar[str] = ""
    zh: ClassVar[str] = ""
    en: ClassVar[str] = ""
    status: ClassVar[int] = 422

    def __init__(self, **params: Any) -> None:
        self.params = params
        super().__init__(self.code, params)

    def __str__(self) -> str:
        return say(self, "en")


def say(refusal: Refusal, language: str) -> str:
    """Return the refusal's sentence in `language` ("zh…" or anything else for English)."""
    template = refusal.zh if language.lower().startswith("zh") else refusal.en
    return template.format(**refusal.params)


def all_refusals() -> list[type[Refusal]]:
    """Return every refusal class that has been imported, base classes excluded."""
    found: list[type[Refusal]] = []
    pending = list(Refusal.__subclasses__())
    while pending:
        cls = pending.pop()
        pending.extend(cls.__subclasses__())
        if cls.code:
            found.append(cls)
    return sorted(found, key=lambda cls: cls.code)
