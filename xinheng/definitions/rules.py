"""The pure half of definitions: canonical form, digest, difference and the YAML file."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

_HEAD = ("kind", "key", "title", "content")


class BadFile(ValueError):
    """A YAML file is no definition; the message says why in both languages."""


@dataclass(frozen=True, slots=True)
class Change:
    """One place where two contents differ; `before` or `after` is None when it is new or gone."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class File:
    """What one YAML file holds."""

    kind: str
    key: str
    title: str
    content: dict[str, Any]


def digest(content: Any) -> str:
    """Return the SHA-256 of a content's canonical JSON: sorted keys, no spaces, UTF-8."""
    body = json.dumps(
        content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    return hashlib.sha256(body.encode()).hexdigest()


def digest_of_versions(versions: dict[str, str]) -> str:
    """Return one digest for a set of versions ({"scorecard.default@3": its digest, …})."""
    return digest(versions)


def diff(before: Any, after: Any) -> tuple[Change, ...]:
    """Return every leaf that changed, by dotted path, in the order of a reader."""
    return tuple(_diff(before, after, ""))


def _diff(before: Any, after: Any, path: str) -> Iterator[Change]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*before, *(key for key in after if key not in before)]:
            yield from _diff(before.get(key), after.get(key), f"{path}.{key}".lstrip("."))
    elif isinstance(before, list) and isinstance(after, list):
        for index in range(max(len(before), len(after))):
            old = before[index] if index < len(before) else None
            new = after[index] if index < len(after) else None
            yield from _diff(old, new, f"{path}.{index}".lstrip("."))
    elif before != after:
        yield Change(path, before, after)


class _Loader(yaml.SafeLoader):
    """Reads plain data only: an alias could make a small file enormous."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not allowed")
        return super().compose_node(parent, index)


def file_name(kind: str, key: str) -> str:
    """Return the name of the YAML file of a definition."""
    return f"{kind}.{key}.yaml"


def to_yaml(file: File) -> str:
    """Return a definition as a YAML text that a person can edit and `from_yaml` reads back."""
    head = {"kind": file.kind, "key": file.key, "title": file.title, "content": file.content}
    return yaml.safe_dump(head, allow_unicode=True, sort_keys=False, width=100)


def from_yaml(text: str) -> File:
    """Read one definition; refuses (BadFile) anything but the four keys of `to_yaml`."""
    try:
        data = yaml.load(text, Loader=_Loader)  # noqa: S506 (a SafeLoader)
    except yaml.YAMLError as error:
        raise BadFile(f"不是有效的 YAML / not YAML: {error}") from None
    if not isinstance(data, dict) or set(data) != set(_HEAD):
        raise BadFile(f"应恰有 {', '.join(_HEAD)} 四项 / exactly these keys: {', '.join(_HEAD)}")
    kind, key, title, content = (data[name] for name in _HEAD)
    if not all(isinstance(part, str) and part for part in (kind, key, title)):
        raise BadFile("kind、key、title 应为文字 / kind, key and title are texts")
    if not isinstance(content, dict):
        raise BadFile("content 应为对象 / content is an object")
    return File(kind, key, title, content)
