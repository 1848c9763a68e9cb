"""The only writer of definitions: draft → checked → published, and the shipped ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Now

from xinheng import access, journal
from xinheng.definitions import checks, registry, rules
from xinheng.definitions.models import Definition, Version
from xinheng.definitions.refusals import (
    DefinitionHasProblems,
    DraftChanged,
    NotADraft,
    UnknownDefinition,
    UnreadableDefinition,
)
from xinheng.kernel.actors import Actor
from xinheng.kernel.problems import Problem

_OPEN = (Version.State.DRAFT, Version.State.CHECKED)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: created | published | unchanged | kept (the user's own stays)."""

    name: str
    what: str


@transaction.atomic
def save_draft(
    *,
    by: Actor,
    kind: str,
    key: str,
    title: str,
    content: Mapping[str, Any],
    note: str = "",
    seen: str | None = None,
) -> Version:
    """Write the draft of a definition, the one it has or a new one.

    A draft may be wrong in what `check` finds, not in its shape: the schema must accept it.
    seen:    the digest of the draft, or of the version in force, that the change starts from
    refuses: UnknownDefinition (no such kind), DefinitionHasProblems (shape), DraftChanged
    """
    access.require(by, "definitions.write")
    if seen is not None and seen != _shown(kind, key):
        raise DraftChanged(title=title)
    return _save(by, rules.File(kind, key, title, dict(content)), note=note)


@transaction.atomic
def check(*, by: Actor, version_id: int) -> tuple[Problem, ...]:
    """Return every problem of a draft; without any it becomes `checked`.

    refuses: UnknownDefinition, NotADraft
    """
    access.require(by, "definitions.write")
    version = _locked(version_id)
    problems = _problems(version)
    state = Version.State.DRAFT if problems else Version.State.CHECKED
    if version.state != state:
        version.state = state
        version.save(update_fields=["state"])
    return problems


@transaction.atomic
def publish(*, by: Actor, version_id: int, note: str = "") -> Version:
    """Put a draft in force and retire the version before it.

    refuses: UnknownDefinition, NotADraft, DefinitionHasProblems
    """
    access.require(by, "definitions.publish")
    return _publish(by, _locked(version_id), note)


@transaction.atomic
def discard(*, by: Actor, version_id: int) -> None:
    """Give a draft up; it stays to be read and its number is not given again.

    refuses: UnknownDefinition, NotADraft
    """
    access.require(by, "definitions.write")
    version = _locked(version_id)
    version.state = Version.State.DISCARDED
    version.save(update_fields=["state"])
    journal.write(
        by=by,
        action="definitions.discard",
        object=f"definition:{_name(version)}",
        before={"digest": version.digest},
    )


@transaction.atomic
def import_files(
    *, by: Actor, files: Mapping[str, str], publish: bool = False
) -> tuple[Outcome, ...]:
    """Read YAML files (name → text) as drafts, all or none; publish them when asked.

    A content equal to the version in force changes nothing.
    refuses: UnreadableDefinition, UnknownDefinition (kind), DefinitionHasProblems
    """
    access.require(by, "definitions.publish" if publish else "definitions.write")
    outcomes = []
    for name, text in sorted(files.items()):
        file = _read(name, text)
        kind = _kind(file.kind)
        content = checks.canonical(kind, file.content)
        current = _in_force(file.kind, file.key)
        if current is not None and content is not None and current.digest == rules.digest(content):
            outcomes.append(Outcome(_name(current), "unchanged"))
            continue
        draft = _save(by, file, note=name)
        if publish:
            _publish(by, draft, name)
        outcomes.append(Outcome(_name(draft), "published" if publish else "created"))
    return tuple(outcomes)


@transaction.atomic
def publish_shipped(*, by: Actor) -> tuple[Outcome, ...]:
    """Publish the definitions that come with the program, where the user has none of their own.

    A changed shipped file becomes a new version only while the version in force is a shipped one:
    what a customer published is never replaced behind their back.
    """
    access.require(by, "definitions.publish")
    outcomes = []
    for kind in registry.kinds():
        for path in sorted(kind.shipped.glob(f"{kind.name}.*.yaml")) if kind.shipped else ():
            file = _read(path.name, path.read_text(encoding="utf-8"))
            outcomes.append(_ship(by, kind, file))
    return tuple(outcomes)


def _shown(kind: str, key: str) -> str:
    """Return the digest of what an editor shows: the draft, else the version in force."""
    rows = Version.objects.select_for_update(of=("self",)).filter(
        definition__kind=kind, definition__key=key
    )
    shown = rows.filter(state__in=_OPEN).first() or rows.filter(state="published").first()
    return shown.digest if shown is not None else ""


def _ship(by: Actor, kind: registry.Kind, file: rules.File) -> Outcome:
    current = _in_force(file.kind, file.key)
    if current is not None and not current.shipped:
        return Outcome(_name(current), "kept")
    content = checks.canonical(kind, file.content)
    if current is not None and content is not None and current.digest == rules.digest(content):
        return Outcome(_name(current), "unchanged")
    # A user's open draft keeps its place: the shipped version is written beside it.
    version = _new_version(by, file, note="shipped", shipped=True)
    return Outcome(_name(_publish(by, version, "shipped")), "published")


def _save(by: Actor, file: rules.File, *, note: str) -> Version:
    kind = _kind(file.kind)
    content = checks.canonical(kind, file.content)
    if content is None:
        raise _refused(file.title, checks.check(kind, file.content)[1])
    draft = (
        Version.objects.select_for_update()
        .filter(definition__kind=file.kind, definition__key=file.key, state__in=_OPEN)
        .first()
    )
    if draft is None:
        return _new_version(by, file, note=note, shipped=False)
    before = draft.digest
    draft.content, draft.digest = content, rules.digest(content)
    draft.state, draft.note = Version.State.DRAFT, note
    draft.save(update_fields=["content", "digest", "state", "note"])
    Definition.objects.filter(pk=draft.definition_id).update(title=file.title)
    journal.write(
        by=by,
        action="definitions.draft",
        object=f"definition:{_name(draft)}",
        before={"digest": before},
        after={"digest": draft.digest},
    )
    return draft


def _new_version(by: Actor, file: rules.File, *, note: str, shipped: bool) -> Version:
    kind = _kind(file.kind)
    parsed, problems = checks.check(kind, file.content)
    if parsed is None:
        raise _refused(file.title, problems)
    definition, _ = Definition.objects.get_or_create(
        kind=file.kind, key=file.key, defaults={"title": file.title}
    )
    # The definition's row is the lock under which numbers are given out.
    Definition.objects.select_for_update().get(pk=definition.pk)
    last = definition.versions.aggregate(last=Max("number"))["last"] or 0
    content = parsed.model_dump(mode="json")
    version = Version.objects.create(
        definition=definition,
        number=last + 1,
        state=Version.State.RETIRED if shipped else Version.State.DRAFT,
        content=content,
        digest=rules.digest(content),
        shipped=shipped,
        note=note,
        created_by_id=by.id,
    )
    journal.write(
        by=by,
        action="definitions.draft",
        object=f"definition:{_name(version)}",
        after={"digest": version.digest, "title": file.title, "shipped": shipped},
    )
    return version


def _publish(by: Actor, version: Version, note: str) -> Version:
    problems = _problems(version)
    if problems:
        raise _refused(version.definition.title, problems)
    before = _in_force(version.definition.kind, version.definition.key)
    if before is not None:
        before.state = Version.State.RETIRED
        before.save(update_fields=["state"])
    version.state = Version.State.PUBLISHED
    version.note = note or version.note
    version.published_at = Now()
    version.save(update_fields=["state", "note", "published_at"])
    version.refresh_from_db(fields=["published_at"])
    journal.write(
        by=by,
        action="definitions.publish",
        object=f"definition:{_name(version)}",
        before={"version": _name(before), "digest": before.digest} if before else None,
        after={"version": _name(version), "digest": version.digest, "note": version.note},
    )
    kind = _kind(version.definition.kind)
    was = kind.schema.model_validate(before.content) if before is not None else None
    kind.follow(version.definition.key, was, kind.schema.model_validate(version.content))
    return version


def _problems(version: Version) -> tuple[Problem, ...]:
    about = version.definition
    current = _in_force(about.kind, about.key)
    before = current.content if current is not None else None
    return checks.check_successor(_kind(about.kind), about.key, version.content, before)


def _refused(title: str, problems: tuple[Problem, ...]) -> DefinitionHasProblems:
    return DefinitionHasProblems(
        title=title,
        count=len(problems),
        first_zh=problems[0].say("zh"),
        first_en=problems[0].say("en"),
        problems=problems,
    )


def _locked(version_id: int) -> Version:
    version = (
        Version.objects.select_for_update(of=("self",))
        .select_related("definition")
        .filter(pk=version_id)
        .first()
    )
    if version is None:
        raise UnknownDefinition(name=str(version_id))
    if version.state not in _OPEN:
        raise NotADraft(name=_name(version))
    return version


def _in_force(kind: str, key: str) -> Version | None:
    return (
        Version.objects.select_for_update(of=("self",))
        .select_related("definition")
        .filter(definition__kind=kind, definition__key=key, state=Version.State.PUBLISHED)
        .first()
    )


def _kind(name: str) -> registry.Kind:
    if not registry.is_kind(name):
        raise UnknownDefinition(name=name)
    return registry.kind_of(name)


def _read(name: str, text: str) -> rules.File:
    try:
        return rules.from_yaml(text)
    except rules.BadFile as error:
        raise UnreadableDefinition(file=name, why=str(error)) from None


def _name(version: Version) -> str:
    return f"{version.definition.kind}.{version.definition.key}@{version.number}"
