"""What contacts and bank accounts have in common: add, change, put first, remove, take back.

The journal learns that a sealed field was set, changed or emptied, never what it holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction

from xinheng import access, journal
from xinheng.access import fields, operations, sealing
from xinheng.kernel.actors import Actor
from xinheng.parties import refusals
from xinheng.parties.models import BankAccount, Contact, Customer, OfCustomer

Row = Contact | BankAccount


@dataclass(frozen=True, slots=True)
class Noun:
    """One kind of row a customer has several of. longest: of each text that may be given."""

    model: type[Contact] | type[BankAccount]
    name: str
    permission: str
    longest: Mapping[str, int]
    needed: tuple[str, ...]
    most: ClassVar[int] = 50

    @property
    def sealed(self) -> tuple[str, ...]:
        """Return the names of the sealed fields."""
        found = self.model._meta.concrete_fields
        return tuple(f.name for f in found if isinstance(f, fields.SealedField))


CONTACT = Noun(
    Contact,
    "contact",
    "contacts.write",
    {"name": 120, "phone": 60, "email": 200, "title": 80, "role": 12},
    ("name",),
)
BANK_ACCOUNT = Noun(
    BankAccount,
    "bank_account",
    "bank_accounts.write",
    {"bank": 200, "holder": 200, "number": 60, "currency": 3},
    ("bank", "number"),
)


@transaction.atomic
def add(*, by: Actor, noun: Noun, customer: Customer, values: Mapping[str, str]) -> Row:
    """Add a row to a customer; the first one comes first.

    values: texts by field name
    refuses: Forbidden, FieldMissing, FieldTooLong, TooMany
    """
    access.require(by, noun.permission, customer)
    Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    others = noun.model.objects.filter(customer=customer, removed_at=None)
    if others.count() >= noun.most:
        raise refusals.TooMany(most=noun.most)
    row = noun.model(customer=customer)
    row.is_primary = not others.filter(is_primary=True).exists()
    _judge(noun, values, noun.needed)
    _fill(noun, row, values)
    row.save()
    after = {"customer": customer.code, **_marks(noun, values, "set")}
    journal.write(by=by, action=f"parties.add_{noun.name}", object=_object(noun, row), after=after)
    return row


@transaction.atomic
def change(*, by: Actor, noun: Noun, row_id: UUID, values: Mapping[str, str]) -> Row:
    """Change the given fields of a row; what stays the same is not written.

    refuses: Forbidden, RowUnknown, FieldMissing, FieldTooLong
    """
    row = held(by=by, noun=noun, row_id=row_id)
    _judge(noun, values, [name for name in noun.needed if name in values])
    differ = {n: text.strip() for n, text in values.items() if text.strip() != _text(noun, row, n)}
    if not differ:
        return row
    before = {n: "***" if n in noun.sealed else getattr(row, n) for n in differ}
    _fill(noun, row, differ)
    row.save()
    journal.write(
        by=by,
        action=f"parties.change_{noun.name}",
        object=_object(noun, row),
        before=before,
        after=_marks(noun, differ, "changed"),
    )
    return row


@transaction.atomic
def put_first(*, by: Actor, noun: Noun, row_id: UUID) -> Row:
    """Let a row be its customer's primary one.

    refuses: Forbidden, RowUnknown
    """
    row = held(by=by, noun=noun, row_id=row_id)
    if row.is_primary:
        return row
    was = noun.model.objects.filter(customer=row.customer, removed_at=None, is_primary=True)
    before = [str(one.uuid) for one in was]
    was.update(is_primary=False)
    row.is_primary = True
    row.save(update_fields=["is_primary"])
    journal.write(
        by=by,
        action=f"parties.put_{noun.name}_first",
        object=_object(noun, row),
        before={"primary": before},
        after={"primary": [str(row.uuid)]},
    )
    return row


@transaction.atomic
def remove(*, by: Actor, noun: Noun, row_id: UUID, at: datetime) -> Row:
    """Take a row away; `take_back` undoes it. The oldest of those left comes first then.

    refuses: Forbidden, RowUnknown
    """
    row = held(by=by, noun=noun, row_id=row_id)
    was_primary, row.removed_at, row.is_primary = row.is_primary, at, False
    row.save(update_fields=["removed_at", "is_primary"])
    heir = noun.model.objects.filter(customer=row.customer, removed_at=None).order_by("pk").first()
    if was_primary and heir is not None:
        heir.is_primary = True
        heir.save(update_fields=["is_primary"])
    journal.write(
        by=by,
        action=f"parties.remove_{noun.name}",
        object=_object(noun, row),
        before={"customer": row.customer.code, "is_primary": was_primary},
    )
    return row


@transaction.atomic
def take_back(*, by: Actor, noun: Noun, row_id: UUID) -> Row:
    """Undo a removal; the row comes first only where no other does.

    refuses: Forbidden, RowUnknown
    """
    row = held(by=by, noun=noun, row_id=row_id, removed=True)
    others = noun.model.objects.filter(customer=row.customer, removed_at=None, is_primary=True)
    row.removed_at, row.is_primary = None, not others.exists()
    row.save(update_fields=["removed_at", "is_primary"])
    journal.write(
        by=by,
        action=f"parties.take_back_{noun.name}",
        object=_object(noun, row),
        after={"customer": row.customer.code, "is_primary": row.is_primary},
    )
    return row


@transaction.atomic
def forget_removed(*, by: Actor, before: datetime) -> int:
    """Delete for good what was removed before an instant, and return how many rows that was.

    Personal data is kept no longer than an undo needs it (个人信息保护法 第十九条).
    """
    access.require(by, "customers.write")
    count = 0
    for noun in (CONTACT, BANK_ACCOUNT):
        gone = noun.model.objects.filter(removed_at__lt=before)
        count += gone.delete()[0]
    if count:
        journal.write(
            by=by, action="parties.forget_removed", object="contacts", after={"rows": count}
        )
    return count


def reveal(
    *, by: Actor, noun: Noun, row_id: UUID, field: str, reason: str, at: datetime
) -> tuple[str, datetime]:
    """Return one sealed value as it is, and until when it may be shown.

    refuses: Forbidden, RowUnknown, FieldUnknown, ReasonMissing, KeyMissing, SealBroken
    """
    access.require(by, "access.reveal")
    row = _row(by, "access.reveal", noun, row_id, removed=False)
    if field not in noun.sealed:
        raise refusals.FieldUnknown(field=field[:40])
    code = row.customer.code
    return operations.reveal(by=by, row=row, column=field, customer_code=code, reason=reason, at=at)


def held(*, by: Actor, noun: Noun, row_id: UUID, removed: bool = False) -> Row:
    """Return a row in scope, its customer held against other changes of the same kind.

    refuses: Forbidden, RowUnknown
    """
    access.require(by, noun.permission)
    row = _row(by, noun.permission, noun, row_id, removed)
    Customer.objects.select_for_update(no_key=True).get(pk=row.customer_id)
    row.refresh_from_db()
    if (row.removed_at is not None) != removed:
        raise refusals.RowUnknown()
    return row


def _row(by: Actor, permission: str, noun: Noun, row_id: UUID, removed: bool) -> Row:
    rows: Any = access.visible(by, permission, noun.model.objects.all(), "customer__")
    found: Row | None = (
        rows.filter(uuid=row_id, removed_at__isnull=not removed).select_related("customer").first()
    )
    if found is None:
        raise refusals.RowUnknown()
    return found


def _judge(noun: Noun, values: Mapping[str, str], needed: Any) -> None:
    for name, text in values.items():
        if name not in noun.longest:
            raise refusals.FieldUnknown(field=name[:40])
        if len(text.strip()) > noun.longest[name]:
            raise refusals.FieldTooLong(field=name, most=noun.longest[name])
        if "\0" in text:
            raise refusals.FieldUnknown(field=name)
    for name in needed:
        if not values.get(name, "").strip():
            raise refusals.FieldMissing(field=name)
    if values.get("role") and values["role"] not in Contact.Role.values:
        raise refusals.FieldUnknown(field="role")


def _fill(noun: Noun, row: Row, values: Mapping[str, str]) -> None:
    ring = sealing.writing()
    for name, text in values.items():
        if name in noun.sealed:
            row.put(name, text.strip(), ring)
        elif text.strip() or name not in ("role", "currency"):
            setattr(row, name, text.strip())


def _text(noun: Noun, row: Row, name: str) -> str:
    return row.take(name) if name in noun.sealed else str(getattr(row, name))


def _marks(noun: Noun, values: Mapping[str, str], done: str) -> dict[str, str]:
    """Return what the journal keeps: plain fields as they are, of sealed ones what was done."""
    return {
        name: text.strip() if name not in noun.sealed else (done if text.strip() else "emptied")
        for name, text in values.items()
        if name not in noun.sealed or text.strip() or done == "changed"
    }


def _object(noun: Noun, row: OfCustomer) -> str:
    return f"{noun.name}:{row.uuid}"
