"""The declared tables: everything factors may read, whatever engine holds it.

An engine binds these names to its own rows: a query over the books, a Parquet file, a table
of a cluster. Ids are int64, dates are dates without a time, amounts are int64 minor units: of the
customer's credit currency, or of the row's own `currency` where it has one.

A row that never was does not appear: a void document without a void date, an event about nobody
we know. Everything else carries the dates from which factors tell what counted on the day D.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis
from ibis.expr import types as ir

ITEMS = (
    "total_assets", "current_assets", "inventory", "receivables", "cash", "intangible_assets",
    "current_liabilities", "total_liabilities", "equity", "retained_earnings", "sales",
    "cost_of_sales", "gross_profit", "ebit", "interest_expense", "profit_before_tax",
    "net_profit", "depreciation", "amortisation", "operating_cash_flow",
)  # fmt: skip

SCHEMAS: dict[str, dict[str, str]] = {
    "customers": {
        "customer_id": "int64",
        "code": "string",
        "currency": "string",
        "industry": "string",
        "region": "string",
        "size": "string",
        "since": "date",
        "registered_capital_minor": "int64",
    },
    # Invoices and credit notes, amounts positive. The last four columns state the position over all
    # recorded facts, as `receivables.Invoice` explains them; they save work and decide nothing.
    "invoices": {
        "customer_id": "int64",
        "item_id": "int64",
        "kind": "string",
        "issue_date": "date",
        "due_date": "date",
        "voided_date": "date",
        "amount_minor": "int64",
        "open_minor": "int64",
        "settled_on": "date",
        "first_move": "date",
        "last_move": "date",
    },
    "receipts": {
        "customer_id": "int64",
        "received_date": "date",
        "method": "string",
        "amount_minor": "int64",
    },
    # What reduced an item: a receipt or a credit note. An applied credit note has two rows, one
    # for the invoice it reduced and one for itself (kind credit_note), so that one sum per item
    # tells what is open. Active on D: effective_date <= D and not (ended_date <= D).
    "allocations": {
        "customer_id": "int64",
        "item_id": "int64",
        "kind": "string",
        "source": "string",
        "due_date": "date",
        "effective_date": "date",
        "ended_date": "date",
        "amount_minor": "int64",
    },
    # Contested parts of items. Open on D: opened_date <= D and not (closed_date <= D).
    "disputes": {
        "customer_id": "int64",
        "item_id": "int64",
        "opened_date": "date",
        "closed_date": "date",
        "amount_minor": "int64",
    },
    "statements": {
        "customer_id": "int64",
        "period_end": "date",
        "available_date": "date",
        "months": "int64",
        "currency": "string",
        **{f"{item}_minor": "int64" for item in ITEMS},
    },
    "events": {
        "customer_id": "int64",
        "event_date": "date",
        "kind": "string",
        "role": "string",
        "title": "string",
        "currency": "string",
        "amount_minor": "int64",
    },
    # Reports of credit bureaus; score and probability of default in millionths.
    "bureau": {
        "customer_id": "int64",
        "report_date": "date",
        "agency": "string",
        "score_micro": "int64",
        "pd_micro": "int64",
        "recommended_limit_minor": "int64",
        "currency": "string",
    },
    # One filled-in form a row: weighted points earned and possible (both 0 where too few items
    # are answered for a score), weight of the answered items and of the whole form.
    "questionnaires": {
        "customer_id": "int64",
        "form": "string",
        "date": "date",
        "earned": "int64",
        "possible": "int64",
        "weighed": "int64",
        "weight": "int64",
    },
    # The customer's own trade with others, in renminbi; red letters are below 0.
    "tax_invoices": {
        "customer_id": "int64",
        "direction": "string",
        "date": "date",
        "counterparty": "string",
        "amount_minor": "int64",
        "status": "string",
    },
    "interactions": {
        "customer_id": "int64",
        "date": "date",
        "kind": "string",
    },
}


@dataclass(frozen=True, slots=True)
class Tables:
    """The declared tables as Ibis tables; an engine says later what the names stand for."""

    customers: ir.Table
    invoices: ir.Table
    receipts: ir.Table
    allocations: ir.Table
    disputes: ir.Table
    statements: ir.Table
    events: ir.Table
    bureau: ir.Table
    questionnaires: ir.Table
    tax_invoices: ir.Table
    interactions: ir.Table


def declared(custom: Mapping[str, str] | None = None, table: str = "customers") -> Tables:
    """Return the declared tables, bound to no engine.

    custom: further columns of `table`, custom fields by column name with their types
    """
    schemas = {**SCHEMAS, table: {**SCHEMAS[table], **(custom or {})}}
    return Tables(**{name: ibis.table(schema, name=name) for name, schema in schemas.items()})


TABLES = declared()

# The day D as a parameter: expressions are built and compiled once, engines give the day later.
AS_OF: Any = ibis.param("date").name("as_of")


def schema(table: str) -> dict[str, str]:
    """Return the columns of a declared table with their types, custom fields in use included."""
    from xinheng.factors import custom

    return {**SCHEMAS[table], **custom.columns(table)}


def kind(table: str, column: str) -> str:
    """Return the type of a column, which may be a custom field in use."""
    known = SCHEMAS[table].get(column)
    return known if known is not None else schema(table)[column]
