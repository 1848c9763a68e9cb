"""Read what a decision looks at: one statement, whose cost follows distinct days, not items."""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import psycopg
from django.db import connection, transaction

from xinheng import access, definitions
from xinheng.definitions.in_force import Published
from xinheng.exposure import operations as exposure
from xinheng.kernel import money
from xinheng.kernel.actors import Actor
from xinheng.kernel.money import Money
from xinheng.orders import definition, sql
from xinheng.orders.refusals import UnknownCustomer
from xinheng.orders.rules import asked as askings
from xinheng.orders.rules.asked import Asked
from xinheng.orders.rules.facts import Customer, Document, Facts, Node, Release, Standing, Terms
from xinheng.orders.rules.ruleset import RuleSet
from xinheng.reference import queries as reference
from xinheng.reference.refusals import NoExchangeRate

_OPENING = """
DROP TABLE IF EXISTS ord_opening;
CREATE TEMP TABLE ord_opening ON COMMIT DROP AS SELECT %s::bigint AS customer_id
"""
BOOKS_DIFFER = (
    "books-differ",
    "账目核对不一致，暂停新增占用",
    "the books differ; nothing new is reserved until they agree",
)


@dataclass(frozen=True, slots=True)
class Found:
    """The facts, and what the operation around the verdict needs beside them.

    order_id, reservation_id: of the document, when it is an order of ours or was reserved before
    known: the entry and the decision that already carry the caller's key
    customer: its id, owner and department, for questions of scope
    """

    facts: Facts
    decision_id: int
    account_id: int
    customer: Any
    version: str
    rule_set: RuleSet
    order_id: int | None = None
    reservation_id: int | None = None
    known: tuple[int, int | None] | None = None


def read(
    *, by: Actor, permission: str, customer_id: int, asked: Asked, today: date, key: str = ""
) -> Found:
    """Return everything a verdict on `asked` depends on, read in one statement.

    The customer's account is opened first if it has none.
    refuses: Forbidden outside the scope, UnknownCustomer, NoExchangeRate, TermsUnreadable
    """
    row = _row(customer_id, asked, key)
    customer = SimpleNamespace(
        id=row["id"], owner_id=row["owner_id"], department_id=row["department_id"]
    )
    access.require(by, permission, customer)
    if row["account_id"] is None:
        _open_account(customer_id, asked.segment)
        row = _row(customer_id, asked, key)
    order_id, reservation_id, held_minor, held_in = row["held"] or (None, None, 0, None)
    held = Money(held_minor, held_in or row["currency"])
    known, version = row["known"], _version(row["digest"])
    rule_set = version.content.prepared
    return Found(
        facts=_facts(row, asked, today, held, rule_set.currency),
        decision_id=row["decision_id"],
        account_id=row["account_id"],
        customer=customer,
        version=version.name,
        rule_set=rule_set,
        order_id=order_id,
        reservation_id=reservation_id,
        known=None if known is None else (known[0], known[1]),
    )


def _row(customer_id: int, asked: Asked, key: str) -> dict[str, Any]:
    params = {
        "customer": customer_id, "segment": asked.segment, "key": key or None,
        "kind": asked.kind, "number": asked.number,
    }  # fmt: skip
    found, names = _prepared(sql.FACTS, params)
    if found is None:
        raise UnknownCustomer(customer=customer_id)
    return {
        name: json.loads(value) if isinstance(value, str) and name in sql.JSON else value
        for name, value in zip(names, found, strict=True)
    }


def _prepared(statement: str, params: dict[str, Any]) -> tuple[Any, list[str]]:
    """Run a statement that the session plans once; planning it costs ten times its execution.

    Django binds parameters in the client, so that every text is another one to the server.
    """
    connection.ensure_connection()
    raw = connection.connection
    if raw.prepare_threshold is None:
        raw.prepare_threshold = 0
    with connection.wrap_database_errors, psycopg.Cursor(raw) as cursor:
        cursor.execute(statement, params, prepare=True)
        return cursor.fetchone(), [column.name for column in cursor.description or ()]


@transaction.atomic
def _open_account(customer_id: int, segment: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_OPENING, [customer_id])
        exposure.open_accounts(by=access.system("orders"), relation="ord_opening", segment=segment)


_by_digest: dict[str, Published] = {}


def _version(digest: str | None) -> Published:
    """Return the rule set in force; a published one never changes, so it is kept by its digest."""
    found = _by_digest.get(digest or "")
    if found is None:
        found = definitions.published(definition.KIND)
        _by_digest[found.digest] = found
    return found


def _facts(row: dict[str, Any], asked: Asked, today: date, held: Money, policy: str) -> Facts:
    standing = dict(row["standing"] or {})
    tier, grade = standing.pop("tier", ""), standing.pop("grade", "")
    for name in ("insured_until", "review_due", "limit_valid_to"):
        standing[name] = _day(standing.get(name))
    blocks = [(block["code"], block["zh"], block["en"]) for block in standing.get("blocks", ())]
    if any(node[-1] for node in row["path"]):
        blocks.append(BOOKS_DIFFER)
    return Facts(
        today=today,
        point=asked.point,
        currency=row["currency"],
        customer=Customer(
            row["id"], row["code"], row["name"], tier or row["tier"], grade or row["grade"],
            tuple(row["groups"]), Terms(row["terms_days"]),
        ),
        document=document(asked, row["currency"], today, held),
        path=tuple(_node(node) for node in row["path"]),
        standing=Standing(**{**standing, "blocks": tuple(blocks)}),
        owed_by_day=_ladder(row["owed"]),
        release=_release(row["release"]),
        policy_rate=policy_rate(policy, row["currency"], today),
    )  # fmt: skip


def document(asked: Asked, currency: str, today: date, held: Money | None) -> Document:
    """Return the document as checks see it, its amount converted at the rate of today.

    held: what the books hold of it already, in whatever currency

    refuses: NoExchangeRate, TermsUnreadable, TermsAmbiguous
    """
    credit = _converted(asked.amount, currency, today)
    was = askings.terms_of(asked.approved_terms, asked.approved_discount_percent)
    return Document(
        kind=asked.kind,
        number=asked.number,
        document_minor=asked.amount.minor,
        currency=asked.amount.currency,
        credit_minor=credit.minor,
        ship_date=asked.ship_date,
        terms=askings.terms_of(asked.terms, asked.discount_percent),
        held_minor=0 if held is None else _converted(held, currency, today).minor,
        approved_minor=asked.approved_minor,
        approved_terms=None if asked.approved_minor is None else was,
        approved_ship_date=asked.approved_ship_date,
        approved_on=asked.approved_on,
        is_prepaid=asked.pays_first,
        is_shipped=asked.is_shipped,
    )


def _converted(amount: Money, currency: str, on: date) -> Money:
    if amount.currency == currency:
        return amount
    return money.convert(amount, _rate(amount.currency, currency, on), currency)


def _rate(source: str, target: str, on: date) -> Decimal:
    # The rate is the books' own matter, whoever asks.
    return reference.rate(by=access.system("orders"), source=source, target=target, on=on).rate


def policy_rate(policy: str, account: str, on: date) -> Decimal | None:
    """Return what joins the rules' currency to the account's; decisions say when it is missing."""
    if policy == account:
        return None
    try:
        return _rate(policy, account, on)
    except NoExchangeRate:
        return None


def _node(node: list[Any]) -> Node:
    *plain, reserved_by_day, _ = node
    values: list[Any] = [*plain, _ladder(reserved_by_day)]
    return Node(*values)


def _ladder(days: list[list[Any]]) -> tuple[tuple[date | None, int], ...]:
    return tuple((_day(day), minor) for day, minor in days)


def _release(found: list[Any] | None) -> Release | None:
    if found is None:
        return None
    number, amount, excess, covers, point, until, by = found
    return Release(number, amount, excess, covers, point, _day(until), by)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
