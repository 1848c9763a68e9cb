"""The statements of documents that carry custom fields.

In the texts of `invoices` and `receipts`, what only such documents need stands in comments that
begin with /*+. A file without a custom column runs the texts as they are, and pays nothing.
"""

import re
from collections.abc import Collection, Sequence
from types import ModuleType, SimpleNamespace
from typing import cast

from xinheng.fields.schema import Field
from xinheng.fields.secrecy import UNTOLD, is_guarded

_NOTED = re.compile(r"/\*\+(.*?)\*/", re.DOTALL)
_ALIASES = {"receivables_invoice": "i", "receivables_receipt": "r"}


def carried(fields: Sequence[Field], present: Collection[str]) -> tuple[Field, ...]:
    """Return the fields that a file carries."""
    return tuple(field for field in fields if field.name in present)


def carrying(texts: ModuleType, fields: Sequence[Field], *, whole: bool = False) -> ModuleType:
    """Return texts that also record, compare and tell of these custom fields.

    whole: the staged values are all there are; otherwise fields not named keep theirs
    """
    if not fields:
        return texts
    alias = _ALIASES[texts.TABLE]
    names = ", ".join(f"'{field.name}'" for field in fields)
    kept = "'{}'" if whole else f"coalesce({alias}.custom, '{{}}') - ARRAY[{names}]::text[]"
    said = [_told(field, alias) for field in fields]
    meanings = {
        "@becomes": f"nullif({kept} || coalesce(d.custom, '{{}}'), '{{}}'::jsonb)",
        "@first": "nullif(d.custom, '{}'::jsonb)",
        "@was": ", ".join(was for was, _ in said),
        "@now": ", ".join(now for _, now in said),
    }
    changed = {
        name: _with(text, meanings) for name, text in vars(texts).items() if isinstance(text, str)
    }
    shown = (*texts.SHOWN, *(f"custom.{field.name}" for field in fields))
    found = {**vars(texts), **changed, "SHOWN": shown}
    return cast(ModuleType, SimpleNamespace(**found))


def _with(text: str, meanings: dict[str, str]) -> str:
    def said(noted: re.Match[str]) -> str:
        found = noted[1]
        for word, meaning in meanings.items():
            found = found.replace(word, meaning)
        return found

    return _NOTED.sub(said, text)


def _told(field: Field, alias: str) -> tuple[str, str]:
    """Return a field's value before and after for the journal; a guarded one's is not told."""
    was, now = f"{alias}.custom -> '{field.name}'", f"d.custom -> '{field.name}'"
    if not is_guarded(field):
        return was, now
    changed = f"CASE WHEN {was} IS DISTINCT FROM {now} THEN 'changed' ELSE '{UNTOLD}' END"
    return f"to_jsonb('{UNTOLD}'::text)", f"to_jsonb({changed})"
