"""One generated company for all tests of this folder, read back from its files."""

import dataclasses
import functools
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from xinheng import sample

UNTIL = date(2026, 11, 21)
DAY_COLUMNS = {
    "customers": ["since"],
    "groups": [],
    "invoices": ["issue_date", "due_date", "voided_date"],
    "receipts": ["received_date"],
    "statements": ["period_end", "available_date"],
    "events": ["event_date"],
    "bureau": ["report_date"],
    "questionnaires": ["date"],
    "tax_invoices": ["date"],
    "interactions": ["date"],
    "orders": ["order_date", "ship_date"],
    "limits": ["valid_from", "valid_to"],
    "truth": ["default_date"],
}
TEXTS = {"credit_code": str, "contact_phone": str, "group_code": str}


@dataclasses.dataclass(frozen=True)
class Books:
    """The files of a company as tables, and their folder."""

    folder: Path
    customers: pd.DataFrame
    groups: pd.DataFrame
    invoices: pd.DataFrame
    receipts: pd.DataFrame
    statements: pd.DataFrame
    events: pd.DataFrame
    bureau: pd.DataFrame
    questionnaires: pd.DataFrame
    tax_invoices: pd.DataFrame
    interactions: pd.DataFrame
    orders: pd.DataFrame
    limits: pd.DataFrame
    truth: pd.DataFrame

    @classmethod
    def of(cls, folder):
        tables = {
            name: pd.read_csv(folder / f"{name}.csv", parse_dates=days, dtype=TEXTS)
            for name, days in DAY_COLUMNS.items()
        }
        return cls(folder, **tables)

    @functools.cached_property
    def sales(self):
        """Valid invoices with what was credited, paid (by name) and when it was settled."""
        rows = self.invoices
        kept = rows[(rows.kind == "invoice") & (rows.status == "valid")].copy()
        notes = rows[rows.kind == "credit_note"].groupby("applies_to").amount.sum()
        paid = self.receipts.groupby("invoice_number").agg(
            paid=("amount", "sum"), last=("received_date", "max")
        )
        kept = kept.merge(paid, left_on="number", right_index=True, how="left")
        kept["credited"] = kept.number.map(notes).fillna(0)
        kept["paid"] = kept.paid.fillna(0)
        kept["open"] = (kept.amount - kept.credited - kept.paid).round(2)
        return kept

    @functools.cached_property
    def days_late(self):
        """Days late of every paid invoice, with its customer."""
        settled = self.sales.query("open == 0 and paid > 0")
        return pd.DataFrame(
            {
                "customer": settled.customer_code,
                "days": (settled["last"] - settled.due_date).dt.days,
            }
        )


@pytest.fixture(scope="session")
def books(tmp_path_factory):
    folder = tmp_path_factory.mktemp("company")
    sample.generate(folder, customers=1_000, invoices=24_000, seed=7, until=UNTIL, people=True)
    return Books.of(folder)


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    from xinheng.sample import company

    folder = tmp_path_factory.mktemp("demo")
    sample.generate(folder, **dataclasses.asdict(company.DEMO), until=UNTIL, people=True)
    return Books.of(folder)
