"""Read the version in force: what rooms apply when they decide.

It takes no actor on purpose: a clerk who may not look into a scorecard is still scored by it.
Pages about definitions use `queries`, which do ask who reads.
"""

from dataclasses import dataclass
from typing import Any

from xinheng.definitions import registry
from xinheng.definitions.models import Version
from xinheng.kernel.refusals import Refusal


class NotPublished(Refusal):
    """Nothing is in force under this kind and key."""

    code = "definition-not-published"
    zh = "“{label_zh}”({key}) 尚无已发布的版本，请先发布，或运行 xinheng migrate 装入出厂版本。"
    en = "No version of {label_en} ({key}) is published; publish one, or run xinheng migrate."


@dataclass(frozen=True)
class Published:
    """A published version: `content` is the kind's own schema, validated."""

    id: int
    kind: str
    key: str
    number: int
    title: str
    digest: str
    content: Any

    @property
    def name(self) -> str:
        """Return how decisions record it, such as "scorecard.default@3"."""
        return f"{self.kind}.{self.key}@{self.number}"


# Published content never changes, so its parsed form is kept by digest.
_parsed: dict[tuple[str, str], Any] = {}


def published(kind: str, key: str = "default") -> Published:
    """Return the version in force; refuses NotPublished."""
    known = registry.kind_of(kind)
    row = (
        Version.objects.filter(
            definition__kind=kind, definition__key=key, state=Version.State.PUBLISHED
        )
        .select_related("definition")
        .first()
    )
    if row is None:
        raise NotPublished(label_zh=known.zh, label_en=known.en, key=key)
    return as_published(row)


def all_published(kind: str) -> tuple[Published, ...]:
    """Return every version in force of a kind, by key."""
    registry.kind_of(kind)
    rows = Version.objects.filter(definition__kind=kind, state=Version.State.PUBLISHED)
    return tuple(
        as_published(row) for row in rows.select_related("definition").order_by("definition__key")
    )


def by_name(name: str) -> Published:
    """Return the version recorded as "kind.key@number", published or retired.

    refuses: NotPublished when the books hold no such version
    """
    kind_and_key, _, number = name.rpartition("@")
    kind, _, key = kind_and_key.partition(".")
    known = registry.kind_of(kind)
    row = (
        Version.objects.filter(definition__kind=kind, definition__key=key, number=int(number))
        .select_related("definition")
        .first()
    )
    if row is None:
        raise NotPublished(label_zh=known.zh, label_en=known.en, key=key)
    return as_published(row)


def as_published(row: Version) -> Published:
    """Return a stored version with its content parsed."""
    kind = row.definition.kind
    content = _parsed.get((kind, row.digest))
    if content is None:
        content = registry.kind_of(kind).schema.model_validate(row.content)
        _parsed[kind, row.digest] = content
    return Published(
        id=row.pk,
        kind=kind,
        key=row.definition.key,
        number=row.number,
        title=row.definition.title,
        digest=row.digest,
        content=content,
    )
