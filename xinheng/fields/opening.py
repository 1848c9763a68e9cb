"""Custom values as their readers may see them: sealed ones opened for those who see them plain.

One query for all the rows of a page, none where nothing is sealed.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from xinheng.access import keys, policy
from xinheng.access.sealing import KeyMissing, Opener, SealBroken
from xinheng.fields import rules, sealed, secrecy
from xinheng.fields.models import Sealed
from xinheng.fields.schema import Field, Form
from xinheng.kernel.actors import Actor

# Stands for a value whose key is not on this machine, or which somebody damaged.
UNREADABLE = rules.Masked("密钥缺失 key missing")
Values = Mapping[str, Any]


def shown(by: Actor, form: Form, stored: Values) -> dict[str, Any]:
    """Return one record's values of the fields in use as somebody may see them, by name."""
    return shown_all(by, form.active, [stored])[0]


def shown_all(by: Actor, fields: Sequence[Field], rows: Sequence[Values]) -> list[dict[str, Any]]:
    """Return the values of many records as somebody may see them; at most one query."""
    views = {field.name: secrecy.view(by, field) for field in fields}
    needed = [
        field.name for field in fields
        if views[field.name] == policy.PLAIN
        or (views[field.name] == policy.MASKED and secrecy.mask_of(field) != field.secrecy)
    ]  # fmt: skip
    opened = _opened(rows, needed, say=True)
    return [
        {
            field.name: _seen(field, views[field.name], row[field.name])
            for field in fields
            if field.name in row and views[field.name] != policy.HIDDEN
        }
        for row in opened
    ]


def values(fields: Iterable[Field], stored: Values) -> dict[str, Any]:
    """Return one record's values of some fields as they are stored when nothing is sealed.

    refuses: KeyMissing, SealBroken
    """
    return _opened([stored], [field.name for field in fields], say=False)[0]


def are_same(one: Any, other: Any) -> bool:
    """Say whether two stored values are equal, be they sealed or not.

    refuses: KeyMissing, SealBroken
    """
    if one == other:
        return True
    rows = [{"value": one}, {"value": other}]
    left, right = _opened(rows, ["value"], say=False)
    return bool(left == right)


def _seen(field: Field, view: str, value: Any) -> Any:
    if value is None or view == policy.PLAIN or isinstance(value, rules.Masked):
        return value
    # Nothing of the value is left by this mask, so it was not opened.
    return secrecy.masked(field, "*" if sealed.reference_of(value) else value)


def _opened(rows: Sequence[Values], names: Sequence[str], *, say: bool) -> list[dict[str, Any]]:
    """Return the rows with the sealed values of some fields opened.

    say: a value that does not open becomes UNREADABLE; otherwise it refuses
    """
    wanted = sealed.references(rows, names)
    if not wanted:
        return [dict(row) for row in rows]
    opener, found = Opener(sealed.place(), keys.held()), {}
    for uuid, value in Sealed.objects.filter(uuid__in=wanted).values_list("uuid", "value"):
        try:
            found[str(uuid)] = json.loads(opener.open(uuid, value))
        except (KeyMissing, SealBroken):
            if not say:
                raise
            found[str(uuid)] = UNREADABLE
    return [{name: _of(value, name in names, found) for name, value in row.items()} for row in rows]


def _of(value: Any, is_wanted: bool, found: Mapping[str, Any]) -> Any:
    uuid = sealed.reference_of(value)
    return found.get(uuid, UNREADABLE) if uuid and is_wanted else value
