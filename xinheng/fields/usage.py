"""Which definitions in force compute with which custom fields."""

from collections.abc import Iterator
from typing import Any

from xinheng.definitions.models import Version


def users(columns: set[str]) -> dict[str, tuple[str, ...]]:
    """Return the titles of the definitions in force that name a column, by column.

    A definition names one as a text of its own: the factor of a scorecard, the field of a
    condition, what an indicator is of. Titles and notes of people are no such texts.
    """
    found: dict[str, list[str]] = {}
    rows = Version.objects.filter(state=Version.State.PUBLISHED).exclude(definition__kind="fields")
    for row in rows.select_related("definition").order_by("definition__kind", "definition__key"):
        for column in columns & set(_texts(row.content)):
            found.setdefault(column, []).append(row.definition.title)
    return {column: tuple(titles) for column, titles in found.items()}


def _texts(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for name, value in content.items():
            yield name
            yield from _texts(value)
    elif isinstance(content, list):
        for value in content:
            yield from _texts(value)
