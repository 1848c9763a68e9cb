"""Who sees the values of custom fields: by the class of a field, and the roles of a reader.

公开 and 内部 are seen by whoever sees the record. 敏感 and 机密 are seen plain, masked or not at
all, as `access.policy.VIEWS` says of each role; they lie sealed (`opening.py` shows them), are no
columns of engines, and the journal keeps that they changed, never what they held.
"""

from collections.abc import Mapping
from typing import Any

from xinheng.access import masking, policy
from xinheng.fields import rules
from xinheng.fields.schema import Field, Form
from xinheng.kernel.actors import Actor

GUARDED = frozenset({"sensitive", "confidential"})
UNTOLD = "***"


def is_guarded(field: Field) -> bool:
    """Say whether a field's values are shown by role only."""
    return field.secrecy in GUARDED


def view(by: Actor, field: Field) -> str:
    """Return how somebody sees a field: plain, masked or hidden."""
    return policy.view_of(by.roles, field.secrecy) if is_guarded(field) else policy.PLAIN


def is_sortable(field: Field) -> bool:
    """Say whether rows can be sorted, or compared by size, by what is stored of a field."""
    return not is_guarded(field)


def visible(by: Actor, form: Form) -> Form:
    """Return the form without the fields that somebody does not see at all."""
    return Form(fields=tuple(one for one in form.fields if view(by, one) != policy.HIDDEN))


def plain(by: Actor, form: Form) -> Form:
    """Return the fields that somebody sees as they are, and may edit."""
    return Form(fields=tuple(one for one in form.fields if view(by, one) == policy.PLAIN))


def askable(by: Actor, form: Form) -> Form:
    """Return the fields that somebody can filter by: seen plain, and not sealed without an index.

    Whoever could filter by a masked value would soon know it.
    """
    return Form(
        fields=tuple(one for one in plain(by, form).fields if not is_guarded(one) or one.indexed)
    )


def sortable(by: Actor, form: Form) -> Form:
    """Return the fields that somebody can sort by; sealed values have no order."""
    return Form(fields=tuple(one for one in plain(by, form).fields if is_sortable(one)))


def masked(field: Field, value: Any) -> rules.Masked:
    """Return what is left of a value: of a telephone number or mail address a part, else none."""
    return rules.Masked(masking.masked(mask_of(field), rules.text(field, value)))


def mask_of(field: Field) -> str:
    """Return the name of a guarded field's mask; its class masks the whole of a value."""
    return field.pattern if field.pattern in ("phone", "email") else field.secrecy


def untold(form: Form, values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return values as the journal keeps them: of a guarded field only that there was one.

    values: by `prefix` and the name of a field; others are left as they are
    """
    guarded = {f"{prefix}{one.name}" for one in form.fields if is_guarded(one)}
    return {
        name: UNTOLD if name in guarded and value is not None else value
        for name, value in values.items()
    }
