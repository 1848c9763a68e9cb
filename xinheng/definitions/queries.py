"""Read definitions for pages and exports."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xinheng import access
from xinheng.definitions import checks, registry, rules
from xinheng.definitions.models import Version
from xinheng.definitions.refusals import UnknownDefinition
from xinheng.kernel.actors import Actor
from xinheng.kernel.problems import Problem


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version as lists show it."""

    id: int
    kind: str
    key: str
    title: str
    number: int
    state: str
    digest: str
    shipped: bool
    note: str
    created_by: str
    created_at: datetime
    published_at: datetime | None

    @property
    def name(self) -> str:
        """Return how decisions record it."""
        return f"{self.kind}.{self.key}@{self.number}"


def in_force(*, by: Actor) -> list[VersionRow]:
    """Return the published version of every definition, by kind and key."""
    access.require(by, "definitions.read")
    rows = _rows().filter(state=Version.State.PUBLISHED)
    return [_row(version) for version in rows.order_by("definition__kind", "definition__key")]


def versions(*, by: Actor, kind: str, key: str) -> list[VersionRow]:
    """Return all versions of one definition, newest first."""
    access.require(by, "definitions.read")
    rows = _rows().filter(definition__kind=kind, definition__key=key)
    return [_row(version) for version in rows.order_by("-number")]


def content(*, by: Actor, version_id: int) -> dict[str, Any]:
    """Return the stored content of one version; refuses UnknownDefinition."""
    access.require(by, "definitions.read")
    return dict(_one(version_id).content)


def problems(*, by: Actor, version_id: int) -> tuple[Problem, ...]:
    """Return what a version's check finds now (factors may have gone since it was published)."""
    access.require(by, "definitions.read")
    version = _one(version_id)
    about = version.definition
    before = _rows().filter(definition_id=about.pk, state=Version.State.PUBLISHED).first()
    follows = before is not None and before.pk != version.pk
    return checks.check_successor(
        registry.kind_of(about.kind),
        about.key,
        version.content,
        before.content if follows else None,
    )


def difference(*, by: Actor, before_id: int, after_id: int) -> tuple[rules.Change, ...]:
    """Return what changed from one version to another."""
    access.require(by, "definitions.read")
    return rules.diff(_one(before_id).content, _one(after_id).content)


def export(*, by: Actor) -> dict[str, str]:
    """Return every published definition as YAML: file name → text."""
    access.require(by, "definitions.read")
    files = {}
    for version in _rows().filter(state=Version.State.PUBLISHED):
        about = version.definition
        # The database does not keep the order of keys; the schema does, and files want it.
        content = checks.canonical(registry.kind_of(about.kind), version.content)
        file = rules.File(about.kind, about.key, about.title, content or version.content)
        files[rules.file_name(about.kind, about.key)] = rules.to_yaml(file)
    return dict(sorted(files.items()))


def _rows() -> Any:
    return Version.objects.select_related("definition", "created_by")


def _one(version_id: int) -> Version:
    version = _rows().filter(pk=version_id).first()
    if version is None:
        raise UnknownDefinition(name=str(version_id))
    return version  # type: ignore[no-any-return]


def _row(version: Version) -> VersionRow:
    return VersionRow(
        id=version.pk,
        kind=version.definition.kind,
        key=version.definition.key,
        title=version.definition.title,
        number=version.number,
        state=version.state,
        digest=version.digest,
        shipped=version.shipped,
        note=version.note,
        created_by=str(version.created_by or ""),
        created_at=version.created_at,
        published_at=version.published_at,
    )
