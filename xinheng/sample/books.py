"""Make the books of an invented company: the files of the contract, and the truth behind them."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from xinheng.kernel.refusals import Refusal
from xinheng.sample import (
    appraisals,
    credit_limits,
    draws,
    figures,
    happenings,
    identities,
    open_orders,
    own_trade,
    payments,
    plan,
    statements,
    trade,
    writing,
)
from xinheng.sample.draws import Array
from xinheng.sample.writing import Table


class SampleUnusable(Refusal):
    """A company of this size or shape cannot be made."""

    code = "sample-unusable"
    zh = "无法生成：客户数须为 1 至 {most} 的整数，发票数不为负，格式为 csv 或 parquet。"
    en = (
        "Cannot generate: 1 to {most} customers, no negative number of invoices, "
        "format csv or parquet."
    )


MOST_CUSTOMERS = 1_000_000
# A key of one file stays 36 characters at most, whatever the size.
_NUMBERED = {
    "invoice": "FP", "credit note": "HZ", "receipt": "SK", "order": "SO", "bureau report": "ZX",
    "interaction": "WL", "open order": "DD",
}  # fmt: skip


def generate(
    folder: Path,
    *,
    customers: int,
    invoices: int,
    seed: int,
    until: date,
    format: str = "csv",
    people: bool = False,
) -> dict[str, int]:
    """Write the files of an invented company into `folder`; return rows by file.

    invoices: rows of the invoices file, credit notes among them; until: last day of the books
    people: whether customers and invoices name the people of sample.company; an import refuses
    names it does not know, so they must have been created
    Same arguments, same bytes.
    refuses: SampleUnusable
    """
    if not 1 <= customers <= MOST_CUSTOMERS or invoices < 0 or format not in writing.FORMATS:
        raise SampleUnusable(most=MOST_CUSTOMERS)
    notes = int(np.rint(figures.CREDIT_NOTE_SHARE * invoices))
    horizon = plan.Horizon.of(until)
    made = plan.make(customers=customers, invoices=invoices - notes, seed=seed, horizon=horizon)
    who, groups = identities.make(plan=made, seed=seed)
    billed = trade.make(plan=made, seed=seed)
    paid, credits = payments.make(plan=made, invoices=billed, notes=notes, seed=seed)
    numbers = _numbers("invoice", billed.issue)
    folder.mkdir(parents=True, exist_ok=True)
    # One table at a time: it is written before the next one is made.
    makers: dict[str, Callable[[], Table]] = {
        "groups": lambda: _groups(groups),
        "customers": lambda: _customers(who, groups, people),
        "invoices": lambda: _invoices(who, billed, credits, numbers, seed, people),
        "receipts": lambda: _receipts(who, groups, paid, numbers),
        "statements": lambda: _statements(
            who, statements.make(plan=made, customers=who, invoices=billed, seed=seed)
        ),
        "events": lambda: _events(who, happenings.make(plan=made, customers=who, seed=seed)),
        "bureau": lambda: _bureau(who, appraisals.reports(plan=made, customers=who, seed=seed)),
        "questionnaires": lambda: _questionnaires(who, appraisals.answers(plan=made, seed=seed)),
        "tax_invoices": lambda: _tax_invoices(
            who, own_trade.make(plan=made, customers=who, seed=seed)
        ),
        "interactions": lambda: _interactions(who, appraisals.dealings(plan=made, seed=seed)),
        "orders": lambda: _orders(who, open_orders.make(plan=made, invoices=billed, seed=seed)),
        "limits": lambda: _limits(
            who,
            groups,
            credit_limits.make(
                plan=made, invoices=billed, group=who.group, top=groups.top, seed=seed
            ),
        ),
        "truth": lambda: _truth(who, made.fate),
    }
    return {
        name: make().write(folder, name, "csv" if name == "truth" else format)
        for name, make in makers.items()
    }


def _groups(groups: identities.Groups) -> Table:
    return (
        Table()
        .text("code", groups.code)
        .text("name", groups.name)
        .text("parent_code", _named(groups.code, groups.parent))
    )


def _customers(who: identities.Customers, groups: identities.Groups, people: bool) -> Table:
    nobody = [None] * len(who.code)
    return (
        Table()
        .text("code", who.code)
        .text("name", who.name)
        .text("credit_code", who.credit_code)
        .text("industry", who.industry)
        .text("region", who.region)
        .text("size", who.size)
        .text("group_code", _named(groups.code, who.group))
        .text("owner", who.owner if people else nobody)
        .text("department", who.department if people else nobody)
        .day("since", who.since)
        .money("registered_capital", who.capital_fen)
        .text("currency", ["CNY"] * len(who.code))
        .text("contact_name", who.contact_name)
        .text("contact_phone", who.contact_phone)
        .text("contact_email", who.contact_email)
    )


def _invoices(
    who: identities.Customers,
    billed: trade.Invoices,
    credits: payments.CreditNotes,
    numbers: list[str],
    seed: int,
    people: bool,
) -> Table:
    """Return invoices and credit notes in order of issue date."""
    target = credits.target
    owner = np.concatenate([billed.owner, billed.owner[target]])
    issue = np.concatenate([billed.issue, credits.issue])
    fen = np.concatenate([billed.fen, credits.fen])
    is_note = np.arange(len(owner)) >= billed.count
    order = np.lexsort((is_note, issue))
    note_numbers = _numbers("credit note", credits.issue)
    applied = np.concatenate([np.full(billed.count, -1), np.where(credits.is_applied, target, -1)])
    orders = _numbers(
        "order", billed.issue - draws.stream(seed, "orders").integers(2, 15, billed.count)
    )
    due = np.concatenate([billed.due, np.full(len(target), -1)])
    terms = [figures.TERMS[t][0] for t in billed.terms.tolist()] + [None] * len(target)
    void = np.concatenate([billed.is_void, np.zeros(len(target), dtype=bool)])
    voided = np.concatenate([billed.voided, np.full(len(target), -1)])
    return (
        Table()
        .text("number", _taken(numbers + note_numbers, order))
        .whole("line", np.ones(len(order), dtype=np.int64))
        .text("customer_code", _taken(who.code, owner[order]))
        .day("issue_date", issue[order])
        .day("due_date", due[order])
        .text("terms", _taken(terms, order))
        .money("amount", fen[order])
        .text("currency", ["CNY"] * len(order))
        .money("tax", included_tax(fen[order]))
        .text("kind", _taken(["invoice", "credit_note"], is_note[order].astype(int)))
        .text("applies_to", _named(numbers, applied[order]))
        .text("status", _taken(["valid", "void"], void[order].astype(int)))
        .day("voided_date", voided[order])
        .text("order_number", _taken(orders + [None] * len(target), order))
        .text("salesperson", _named(who.owner, np.where(people, owner[order], -1)))
    )


def included_tax(fen: Array) -> Array:
    """Return the value added tax inside an amount at 13 %, rounded half up."""
    return (fen * 13 * 2 + 113) // (113 * 2)


def _receipts(
    who: identities.Customers,
    groups: identities.Groups,
    paid: payments.Receipts,
    numbers: list[str],
) -> Table:
    methods = [row[0] for row in figures.METHODS]
    payer = np.where(paid.by_third_party, who.group[paid.owner], -1)
    return (
        Table()
        .text("number", _numbers("receipt", paid.day))
        .text("customer_code", _taken(who.code, paid.owner))
        .day("received_date", paid.day)
        .money("amount", paid.fen)
        .text("currency", ["CNY"] * len(paid.owner))
        .text("method", _taken(methods, paid.method))
        .text("invoice_number", _named(numbers, paid.invoice))
        .text("payer", _named(groups.name, payer))
    )


def _statements(who: identities.Customers, found: statements.Statements) -> Table:
    table = (
        Table()
        .text("customer_code", _taken(who.code, found.owner))
        .day("period_end", found.period_end)
        .whole("months", np.full(len(found.owner), 12))
        .day("available_date", found.available)
        .flag("audited", found.audited)
        .text("currency", ["CNY"] * len(found.owner))
    )
    for item in statements.ITEMS:
        table.money(item, found.items[item])
    return table


def _events(who: identities.Customers, found: happenings.Happenings) -> Table:
    return (
        Table()
        .day("event_date", found.day)
        .text("kind", [row.kind for row in found.told])
        .text("title", [row.title for row in found.told])
        .text("customer_code", _named(who.code, np.where(found.how == 0, found.owner, -1)))
        .text("credit_code", _named(who.credit_code, np.where(found.how == 1, found.owner, -1)))
        .text("name", _taken(who.name, found.owner))
        .text("role", [row.role for row in found.told])
        .money("amount", [row.fen for row in found.told])
        .text("currency", ["CNY"] * len(found.told))
        .text("source", [row.source for row in found.told])
        .text("reference", [f"EV{number:07d}" for number in range(1, len(found.told) + 1)])
        .text("text", [row.text for row in found.told])
    )


def _bureau(who: identities.Customers, found: appraisals.Reports) -> Table:
    agencies = [row[0] for row in appraisals.AGENCIES]
    return (
        Table()
        .text("customer_code", _taken(who.code, found.owner))
        .text("agency", _taken(agencies, found.agency))
        .day("report_date", found.day)
        .text("reference", _numbers("bureau report", found.day))
        .whole("score", found.score)
        .text("grade", found.grade)
        .decimal("pd", found.pd)
        .money("recommended_limit", found.fen)
        .text("currency", ["CNY"] * len(found.owner))
    )


def _questionnaires(who: identities.Customers, found: appraisals.Answers) -> Table:
    return (
        Table()
        .text("customer_code", _taken(who.code, found.owner))
        .text("form", found.form)
        .day("date", found.day)
        .text("item", found.item)
        .text("answer", found.answer)
    )


def _tax_invoices(who: identities.Customers, found: own_trade.TaxInvoices) -> Table:
    return (
        Table()
        .text("customer_code", _taken(who.code, found.owner))
        .text("direction", _taken(["purchase", "sale"], found.is_sale.astype(int)))
        .text("number", [f"{number:08d}" for number in range(1, len(found.owner) + 1)])
        .whole("line", np.ones(len(found.owner), dtype=np.int64))
        .day("date", found.day)
        .text("counterparty", found.partner)
        .money("amount", found.fen)
        .money("tax", found.tax)
        .text("status", _taken(["valid", "void"], found.is_void.astype(int)))
    )


def _interactions(who: identities.Customers, found: appraisals.Dealings) -> Table:
    return (
        Table()
        .text("reference", _numbers("interaction", found.day))
        .text("customer_code", _taken(who.code, found.owner))
        .day("date", found.day)
        .text("kind", _taken(appraisals.KINDS, found.kind))
        .text("outcome", _taken(appraisals.OUTCOMES, found.outcome))
        .text("text", _taken(appraisals.TEXTS, found.kind))
    )


def _orders(who: identities.Customers, found: open_orders.Orders) -> Table:
    terms = [row[0] for row in figures.TERMS]
    return (
        Table()
        .text("number", _numbers("open order", found.placed))
        .text("customer_code", _taken(who.code, found.owner))
        .day("order_date", found.placed)
        .day("ship_date", found.ship)
        .money("amount", found.fen)
        .text("currency", ["CNY"] * len(found.owner))
        .text("terms", _taken(terms, found.terms))
        .text("status", _taken(["open", "shipped"], found.is_shipped.astype(int)))
    )


def _limits(
    who: identities.Customers, groups: identities.Groups, found: credit_limits.Limits
) -> Table:
    terms = [row[0] for row in figures.TERMS]
    is_limited = found.fen >= 0
    return (
        Table()
        .text("customer_code", _named(who.code, found.member))
        .text("group_code", _named(groups.code, found.group))
        .text("segment", ["main"] * found.count)
        .text("mode", _taken(["none", "limited"], is_limited.astype(int)))
        .money("amount", pa.array(found.fen, pa.int64(), mask=~is_limited))
        .text("currency", ["CNY"] * found.count)
        .day("valid_from", found.first)
        .day("valid_to", found.last)
        .text("terms", _named(terms, found.terms))
        .text("reason", ["期初授信"] * found.count)
    )


def _named(values: Sequence[str], index: Array) -> Any:
    """Return the values at these places as a column, none where the place is negative."""
    return pa.array(values, pa.string()).take(pa.array(index, pa.int64(), mask=index < 0))


def _truth(who: identities.Customers, fate: plan.Fate) -> Table:
    failed = np.flatnonzero(fate.defaults)
    failed = failed[np.argsort(fate.crisis[failed], kind="stable")]
    return (
        Table()
        .text("customer_code", _taken(who.code, failed))
        .day("default_date", fate.crisis[failed])
    )


def _numbers(kind: str, days: Array) -> list[str]:
    """Return document numbers: kind, year and month, then a running number."""
    months = np.datetime_as_string(days.astype("datetime64[D]"), unit="M").tolist()
    prefix = _NUMBERED[kind]
    return [
        f"{prefix}{month[2:4]}{month[5:]}-{number:06d}" for number, month in enumerate(months, 1)
    ]


def _taken(values: Sequence[str | None], index: Array) -> Any:
    """Return the values at these places, as a column."""
    return pa.array(values, pa.string()).take(pa.array(index, pa.int64()))
