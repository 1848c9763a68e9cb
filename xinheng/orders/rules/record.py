"""Facts and verdicts as plain JSON and back, so that a stored decision can be taken again."""

import types
import typing
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

from xinheng.orders.rules.facts import Facts
from xinheng.orders.rules.verdict import Finding, Level, Reason, Remedy, Verdict


def plain(value: Any) -> Any:
    """Return a value of this room as JSON carries it: dates as text, tuples as lists."""
    if isinstance(value, Reason):
        return value.code
    if isinstance(value, Level):
        return value.name.lower()
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        return {name: plain(getattr(value, name)) for name in _names(type(value))}  # type: ignore[arg-type]
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value


def facts_of(stored: dict[str, Any]) -> Facts:
    """Return the facts that `plain` wrote; what a later version added has its default."""
    found: Facts = _read(Facts, stored)
    return found


def findings_of(stored: list[dict[str, Any]]) -> tuple[Finding, ...]:
    """Return the findings that `plain` wrote."""
    return tuple(
        Finding(
            reason=Reason[row["reason"].upper().replace("-", "_")],
            level=Level[row["level"].upper()],
            rule=row["rule"],
            details=row["details"],
            remedies=tuple(_read(Remedy, remedy) for remedy in row["remedies"]),
            eased=row.get("eased", ""),
        )
        for row in stored
    )


def differences(stored: dict[str, Any], verdict: Verdict) -> list[str]:
    """Return where a verdict taken again differs from the stored one, by name; none when equal.

    stored: outcome, reasons, authority, excess_minor of a decision
    """
    again = {
        "outcome": verdict.outcome.value,
        "reasons": plain(verdict.findings),
        "authority": verdict.authority,
        "excess_minor": verdict.excess_minor,
    }
    return [name for name, value in again.items() if stored[name] != value]


def changed(before: dict[str, Any], after: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return the leaves that differ between two plain values: path → [before, after]."""
    found: dict[str, Any] = {}
    for name in sorted(before.keys() | after.keys()):
        was: Any = before.get(name)
        is_: Any = after.get(name)
        if was == is_:
            continue
        path = f"{prefix}{name}"
        if isinstance(was, dict) and isinstance(is_, dict):
            found |= changed(was, is_, f"{path}.")
        elif _are_rows(was) and _are_rows(is_) and len(was) == len(is_):
            for place, (one, other) in enumerate(zip(was, is_, strict=True)):
                found |= changed(one, other, f"{path}.{place}.")
        else:
            found[path] = [was, is_]
    return found


def _are_rows(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _read(hint: Any, value: Any) -> Any:
    """Return a JSON value as its type hint wants it."""
    if value is None:
        return None
    if is_dataclass(hint):
        hints = _hints(hint)  # type: ignore[arg-type]
        known = {name: item for name, item in value.items() if name in hints}
        return hint(**{name: _read(hints[name], item) for name, item in known.items()})  # type: ignore[operator]
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return _read(next(part for part in parts if part is not types.NoneType), value)
    if origin is tuple:
        if parts[-1] is Ellipsis:
            return tuple(_read(parts[0], item) for item in value)
        pairs: Any = zip(parts, value, strict=True)
        return tuple(_read(part, item) for part, item in pairs)
    if hint is date:
        return date.fromisoformat(value)
    if hint is Decimal:
        return Decimal(value)
    return value
