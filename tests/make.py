"""Plain builders of test data: each makes one thing, named or numbered, in the simplest state."""

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from xinheng import access
from xinheng.exposure import operations as exposure
from xinheng.exposure.models import Account
from xinheng.exposure.rules import Document
from xinheng.kernel.money import Money
from xinheng.kernel.staged import Outcome
from xinheng.parties import operations as parties
from xinheng.parties.models import BankAccount, Contact, Customer, Group
from xinheng.receivables import operations as receivables
from xinheng.receivables.facts import InvoiceFacts, ReceiptFacts

_numbers = itertools.count(1)
CLERK = access.system("test")


def customer(code: str = "", **fields: Any) -> Customer:
    """Return a customer; `group=` and `currency=` as needed."""
    code = code or f"C{next(_numbers):05d}"
    return Customer.objects.create(code=code, name=fields.pop("name", f"客户 {code}"), **fields)


def group(code: str = "", **fields: Any) -> Group:
    """Return a group of companies."""
    code = code or f"G{next(_numbers):05d}"
    return Group.objects.create(code=code, name=f"集团 {code}", **fields)


def account(limit_minor: int | None = None, of: Customer | None = None, **fields: Any) -> Account:
    """Return the credit account of a customer; with `limit_minor` it is limited to that."""
    owner = of or customer(**fields)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE IF NOT EXISTS made (customer_id bigint) ON COMMIT DROP")
        cursor.execute("INSERT INTO made VALUES (%s)", [owner.pk])
        exposure.open_accounts(by=CLERK, relation="made")
        cursor.execute("DROP TABLE made")
    found = Account.objects.get(customer=owner)
    return found if limit_minor is None else limited(found, limit_minor)


def limited(found: Account, limit_minor: int) -> Account:
    """Limit an account and return it as it is then."""
    exposure.set_limit(by=CLERK, account_id=found.pk, mode="limited", limit_minor=limit_minor)
    found.refresh_from_db()
    return found


def group_account(of: Group) -> Account:
    """Return the account of a group, opened with its first member's."""
    return Account.objects.get(group=of)


def document(minor: int, source: str = "", on: date = date(2026, 3, 1), **fields: Any) -> Document:
    """Return a document of `minor` fen (or of `currency=`)."""
    currency = fields.pop("currency", "CNY")
    return Document(source or f"test:{next(_numbers)}", Money(minor, currency), on, **fields)


def invoice(number: str, of: Customer, minor: int, issued: date, **fields: Any) -> Outcome:
    """Record an invoice (or, with `kind=`, a credit note) of one line; due after 30 days."""
    fields.setdefault("due_date", issued + timedelta(days=30))
    amount = Money(minor, fields.pop("currency", "CNY"))
    facts = InvoiceFacts(number, of.pk, issued, amount, **fields)
    return receivables.record_invoice(by=CLERK, lines=[facts])


def credit_note(number: str, of: Customer, minor: int, issued: date, **fields: Any) -> Outcome:
    """Record a credit note; `applies_to=` names the invoice it reduces."""
    return invoice(number, of, minor, issued, kind="credit_note", **fields)


def receipt(number: str, of: Customer, minor: int, received: date, **fields: Any) -> Outcome:
    """Record a receipt; `invoice_number=` names what it pays."""
    amount = Money(minor, fields.pop("currency", "CNY"))
    facts = ReceiptFacts(number, of.pk, received, amount, **fields)
    return receivables.record_receipt(by=CLERK, facts=facts)


def midnight(day: date) -> datetime:
    """Return the first instant of a day, UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def custom_fields(*fields: dict[str, Any], key: str = "customers") -> Any:
    """Publish a form of custom fields: `custom_fields({"name": "area", "type": "number"})`."""
    from xinheng.definitions import operations as definitions

    named = [{"zh": f"字段 {field['name']}", **field} for field in fields]
    draft = definitions.save_draft(
        by=CLERK, kind="fields", key=key, title="自定义字段", content={"fields": named}
    )
    return definitions.publish(by=CLERK, version_id=draft.pk)


def resealed(key: str = "customers") -> None:
    """Let values that a test wrote as they are follow the classes of their fields."""
    from xinheng.fields import operations as fields

    fields.reseal(by=CLERK, record=key)


def custom_of(row: Any, key: str = "customers") -> dict[str, Any]:
    """Return a record's custom values, sealed ones opened."""
    from xinheng.fields import opening, queries

    row.refresh_from_db(fields=["custom"])
    return opening.values(queries.form(key).fields, row.custom or {})


def contact(of: Customer, **values: str) -> Contact:
    """Return a contact of a customer; sealed as the operation seals it."""
    values.setdefault("name", f"联系人{next(_numbers)}")
    return parties.add(by=CLERK, noun=parties.CONTACT, customer=of, values=values)


def bank_account(of: Customer, **values: str) -> BankAccount:
    """Return a bank account of a customer."""
    values.setdefault("bank", "中国银行")
    values.setdefault("number", f"6222{next(_numbers):015d}")
    return parties.add(by=CLERK, noun=parties.BANK_ACCOUNT, customer=of, values=values)
