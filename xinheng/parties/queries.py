"""Contacts and bank accounts as one reader may see them, and whom a number belongs to."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q

from xinheng import access
from xinheng.access import policy, sealing
from xinheng.access.fields import sealed_field
from xinheng.access.shown import Shown, shown
from xinheng.kernel.actors import Actor
from xinheng.parties import aliases
from xinheng.parties.models import BankAccount, Contact, Customer
from xinheng.parties.refusals import RowUnknown

FOUND_MOST = 50


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A person at a customer; `name`, `phone`, `email` as the reader may see them."""

    id: UUID
    name: Shown
    phone: Shown
    email: Shown
    title: str
    role: str
    is_primary: bool
    removed_at: datetime | None


@dataclass(frozen=True, slots=True)
class BankAccountRow:
    """A bank account of a customer; `holder` and `number` as the reader may see them."""

    id: UUID
    bank: str
    holder: Shown
    number: Shown
    currency: str
    is_primary: bool
    removed_at: datetime | None


def contacts(by: Actor, customer: Customer, *, removed: bool = False) -> tuple[ContactRow, ...]:
    """Return a customer's contacts, the primary one first; or those that can be taken back.

    Nothing for a reader who may see no names.
    refuses: Forbidden
    """
    access.require(by, "customers.read", customer)
    if policy.view_of(by.roles, "name") == policy.HIDDEN:
        return ()
    rows = customer.contacts.filter(removed_at__isnull=not removed).order_by("-is_primary", "pk")
    return tuple(
        ContactRow(
            row.uuid, shown(by, row, "name"), shown(by, row, "phone"), shown(by, row, "email"),
            row.title, row.role, row.is_primary, row.removed_at,
        )
        for row in rows
    )  # fmt: skip


def bank_accounts(
    by: Actor, customer: Customer, *, removed: bool = False
) -> tuple[BankAccountRow, ...]:
    """Return a customer's bank accounts, the primary one first; or those that can be taken back.

    Nothing for a reader who may see no account numbers.
    refuses: Forbidden
    """
    access.require(by, "customers.read", customer)
    if policy.view_of(by.roles, "account") == policy.HIDDEN:
        return ()
    rows = customer.bankaccounts.filter(removed_at__isnull=not removed)
    return tuple(
        BankAccountRow(
            row.uuid, row.bank, shown(by, row, "holder"), shown(by, row, "number"),
            row.currency, row.is_primary, row.removed_at,
        )
        for row in rows.order_by("-is_primary", "pk")
    )  # fmt: skip


def customers_of(by: Actor, text: str) -> tuple[Customer, ...]:
    """Return the customers in scope that have a telephone number, mail address or bank account.

    The text must be whole: sealed values are found by their keyed index, which knows equality only.
    """
    phone, email = sealed_field(Contact, "phone").place, sealed_field(Contact, "email").place
    number = sealed_field(BankAccount, "number").place
    found = Q(contacts__phone_index__in=sealing.blinds(phone, text)) | Q(
        contacts__email_index__in=sealing.blinds(email, text)
    )
    found &= Q(contacts__removed_at=None)
    if policy.view_of(by.roles, "account") != policy.HIDDEN:
        found |= Q(
            bankaccounts__number_index__in=sealing.blinds(number, text),
            bankaccounts__removed_at=None,
        )
    rows = access.visible(by, "customers.read", Customer.objects.all())
    return tuple(rows.filter(found).distinct().order_by("name_pinyin", "pk")[:FOUND_MOST])


def customer(by: Actor, code: str, permission: str = "customers.read") -> Customer:
    """Return a customer in scope by its code.

    permission: what the caller is about to do with it
    refuses: Forbidden, RowUnknown
    """
    found: Customer | None = (
        access.visible(by, permission, Customer.objects.all()).filter(aliases.called(code)).first()
    )
    if found is None:
        raise RowUnknown()
    return found


def customer_id(by: Actor, code: str, permission: str = "customers.read") -> int:
    """Return the number of a customer in scope by its code, in one look-up of two indexes.

    A code that was merged into another customer stands for that one.
    refuses: Forbidden, RowUnknown
    """
    access.require(by, permission)
    with connection.cursor() as cursor:
        cursor.execute(_BY_CODE, [code])
        found = cursor.fetchone()
    if found is None or not access.in_scope(
        by, Customer(pk=found[0], owner_id=found[1], department_id=found[2])
    ):
        raise RowUnknown()
    return int(found[0])


def customer_ids(by: Actor, codes: set[str], permission: str = "customers.read") -> list[int]:
    """Return the numbers of the customers in scope that these codes stand for.

    refuses: Forbidden
    """
    rows = access.visible(by, permission, Customer.objects.all())
    merged = Customer.every.filter(code__in=codes, merged_into__isnull=False)
    into = list(merged.values_list("merged_into_id", flat=True))
    own = Customer.every.filter(code__in=codes, merged_into=None).values_list("pk", flat=True)
    return list(rows.filter(pk__in=[*own, *into]).values_list("pk", flat=True))


_BY_CODE = """
SELECT c.id, c.owner_id, c.department_id
FROM parties_customer n JOIN parties_customer c ON c.id = coalesce(n.merged_into_id, n.id)
WHERE n.code = %s
"""


def row(
    by: Actor,
    model: type[Contact] | type[BankAccount],
    customer: Customer,
    row_id: UUID,
    permission: str = "customers.read",
) -> Contact | BankAccount:
    """Return one row of a customer, removed or not.

    permission: what the caller is about to do with it
    refuses: Forbidden, RowUnknown
    """
    access.require(by, permission, customer)
    found: Contact | BankAccount | None = (
        model._base_manager.filter(customer=customer, uuid=row_id)
        .select_related("customer")
        .first()
    )
    if found is None:
        raise RowUnknown()
    return found
