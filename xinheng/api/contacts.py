"""Contacts and bank accounts of a customer. Confidential values are masked by the caller's role.

There is no call that reveals: a reveal is a person's act, with a reason, on a screen. Writes answer
with the id alone, since answers are kept for thirty days under their Idempotency-Key.
"""

import uuid
from typing import Annotated, Literal

from django.utils import timezone
from ninja import Router
from pydantic import Field, StringConstraints

from xinheng.access.shown import Shown
from xinheng.api.credentials import Asked
from xinheng.api.schemas import Answer, Currency, Strict
from xinheng.api.serving import serve
from xinheng.insight import credit_file
from xinheng.parties import operations as parties
from xinheng.parties import queries
from xinheng.parties.operations.belongings import Noun
from xinheng.parties.queries import BankAccountRow, ContactRow
from xinheng.parties.refusals import RowUnknown

router = Router()
Role = Literal["general", "finance", "purchasing", "legal", "owner", "guarantor"]
Name = Annotated[str, StringConstraints(max_length=120)]
Text = Annotated[str, StringConstraints(max_length=200)]
Phone = Annotated[str, StringConstraints(max_length=60)]
Title = Annotated[str, StringConstraints(max_length=80)]
Masked = Annotated[list[str], Field(description="names of the values that are not shown whole")]


class ContactLine(Answer):
    id: uuid.UUID
    name: str
    phone: str
    email: str
    title: str
    role: str
    is_primary: bool
    masked: Masked


class BankAccountLine(Answer):
    id: uuid.UUID
    bank: str
    holder: str
    number: str
    currency: str
    is_primary: bool
    masked: Masked


class ContactList(Answer):
    items: list[ContactLine]


class BankAccountList(Answer):
    items: list[BankAccountLine]


class NewContact(Strict):
    name: Annotated[Name, Field(min_length=1)]
    phone: Phone = ""
    email: Text = ""
    title: Title = ""
    role: Role = "general"


class ContactChange(Strict):
    name: Name | None = None
    phone: Phone | None = None
    email: Text | None = None
    title: Title | None = None
    role: Role | None = None
    is_primary: Literal[True] | None = None


class NewBankAccount(Strict):
    bank: Annotated[Text, Field(min_length=1)]
    number: Annotated[Phone, Field(min_length=1)]
    holder: Text = ""
    currency: Currency = "CNY"


class BankAccountChange(Strict):
    bank: Text | None = None
    number: Phone | None = None
    holder: Text | None = None
    currency: Currency | None = None
    is_primary: Literal[True] | None = None


class RowAnswer(Answer):
    id: uuid.UUID
    is_primary: bool


def contact_line(row: ContactRow) -> ContactLine:
    """Return a contact as an answer carries it."""
    return ContactLine(
        id=row.id,
        name=row.name.text,
        phone=row.phone.text,
        email=row.email.text,
        title=row.title,
        role=row.role,
        is_primary=row.is_primary,
        masked=_masked(name=row.name, phone=row.phone, email=row.email),
    )


def bank_account_line(row: BankAccountRow) -> BankAccountLine:
    """Return a bank account as an answer carries it."""
    return BankAccountLine(
        id=row.id,
        bank=row.bank,
        holder=row.holder.text,
        number=row.number.text,
        currency=row.currency,
        is_primary=row.is_primary,
        masked=_masked(holder=row.holder, number=row.number),
    )


def _masked(**values: Shown) -> list[str]:
    return [name for name, value in values.items() if value.state not in ("plain", "empty")]


@serve(router, response=ContactList, tag="customers")
def list_contacts(request: Asked, code: str) -> ContactList:
    """List the contacts of a customer, the primary one first."""
    customer = credit_file.customer_in_scope(by=request.actor, code=code)
    rows = queries.contacts(request.actor, customer)
    return ContactList(items=[contact_line(row) for row in rows])


@serve(router, response=RowAnswer, status=201, tag="customers")
def add_contact(request: Asked, code: str, payload: NewContact) -> RowAnswer:
    """Add a contact to a customer; the first one is the primary one."""
    return _added(request, code, parties.CONTACT, payload)


@serve(router, response=RowAnswer, tag="customers")
def change_contact(
    request: Asked, code: str, row_id: uuid.UUID, payload: ContactChange
) -> RowAnswer:
    """Change the named fields of a contact; `is_primary: true` puts it first."""
    return _changed(request, code, parties.CONTACT, row_id, payload)


@serve(router, response=RowAnswer, tag="customers")
def remove_contact(request: Asked, code: str, row_id: uuid.UUID) -> RowAnswer:
    """Remove a contact; people can take it back on the desk for thirty days."""
    return _removed(request, code, parties.CONTACT, row_id)


@serve(router, response=BankAccountList, tag="customers")
def list_bank_accounts(request: Asked, code: str) -> BankAccountList:
    """List the bank accounts of a customer, the primary one first."""
    customer = credit_file.customer_in_scope(by=request.actor, code=code)
    rows = queries.bank_accounts(request.actor, customer)
    return BankAccountList(items=[bank_account_line(row) for row in rows])


@serve(router, response=RowAnswer, status=201, tag="customers")
def add_bank_account(request: Asked, code: str, payload: NewBankAccount) -> RowAnswer:
    """Add a bank account to a customer; the first one is the primary one."""
    return _added(request, code, parties.BANK_ACCOUNT, payload)


@serve(router, response=RowAnswer, tag="customers")
def change_bank_account(
    request: Asked, code: str, row_id: uuid.UUID, payload: BankAccountChange
) -> RowAnswer:
    """Change the named fields of a bank account; `is_primary: true` puts it first."""
    return _changed(request, code, parties.BANK_ACCOUNT, row_id, payload)


@serve(router, response=RowAnswer, tag="customers")
def remove_bank_account(request: Asked, code: str, row_id: uuid.UUID) -> RowAnswer:
    """Remove a bank account; people can take it back on the desk for thirty days."""
    return _removed(request, code, parties.BANK_ACCOUNT, row_id)


def _added(request: Asked, code: str, noun: Noun, payload: Strict) -> RowAnswer:
    customer = queries.customer(request.actor, code, noun.permission)
    values = payload.model_dump()
    row = parties.add(by=request.actor, noun=noun, customer=customer, values=values)
    return RowAnswer(id=row.uuid, is_primary=row.is_primary)


def _changed(
    request: Asked, code: str, noun: Noun, row_id: uuid.UUID, payload: Strict
) -> RowAnswer:
    _require_of(request, code, noun, row_id)
    values = payload.model_dump(exclude_none=True)
    puts_first = values.pop("is_primary", False)
    row = parties.change(by=request.actor, noun=noun, row_id=row_id, values=values)
    if puts_first:
        row = parties.put_first(by=request.actor, noun=noun, row_id=row_id)
    return RowAnswer(id=row.uuid, is_primary=row.is_primary)


def _removed(request: Asked, code: str, noun: Noun, row_id: uuid.UUID) -> RowAnswer:
    _require_of(request, code, noun, row_id)
    row = parties.remove(by=request.actor, noun=noun, row_id=row_id, at=timezone.now())
    return RowAnswer(id=row.uuid, is_primary=False)


def _require_of(request: Asked, code: str, noun: Noun, row_id: uuid.UUID) -> None:
    customer = queries.customer(request.actor, code, noun.permission)
    row = queries.row(request.actor, noun.model, customer, row_id, noun.permission)
    if row.removed_at is not None:
        raise RowUnknown()
