"""What follows a change of a form: values that must be sealed, opened or indexed, later.

Who can start later work says how; without anybody the nightly run finds the values.
"""

from collections.abc import Callable

from xinheng.fields.schema import Field, Form
from xinheng.fields.secrecy import is_guarded

_starters: list[Callable[[str], None]] = []


def start_with(starter: Callable[[str], None]) -> None:
    """Say how a record's values are set to be resealed, in the running transaction."""
    _starters[:] = [starter]


def follow(key: str, before: Form | None, after: Form) -> None:
    """Start resealing where a published field's class, or its index, is another one now."""
    was = {field.name: _kept(field) for field in before.fields} if before is not None else {}
    changed = [one for one in after.fields if was.get(one.name, _kept(one)) != _kept(one)]
    for starter in _starters if changed else ():
        starter(key)


def _kept(field: Field) -> tuple[bool, bool]:
    return is_guarded(field), is_guarded(field) and field.indexed
