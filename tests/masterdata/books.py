"""What a customer's books are, in plain values, so that two states can be compared exactly."""

from typing import Any

from django.db import connection

from tests import make
from xinheng.exposure import verification as exposure
from xinheng.masterdata import verification as masterdata
from xinheng.receivables import verification as receivables

# table → what identifies and describes a row, without what every write touches
FACTS = {
    "parties_customer": "code, name, name_pinyin, credit_code, industry, region, size, group_id,"
    " owner_id, department_id, since, registered_capital_minor, currency, custom, merged_into_id",
    "receivables_invoice": "number, customer_id, open_minor, open_credit_minor, settled_on",
    "receivables_receipt": "number, customer_id, unallocated_minor, unallocated_credit_minor",
    "receivables_allocation": "invoice_id, receipt_id, credit_note_id, amount_minor, ended_date",
    "evidence_statement": "customer_id, period_end, sales_minor",
    "evidence_event": "customer_id, reference",
    "parties_contact": "customer_id, id, is_primary",
    "limits_latest": "customer_id, proposal_id, grade",
    "exposure_account": "customer_id, group_id, parent_id, ancestors, mode, limit_minor, in_group,"
    " merged_into_id, reserved_minor, delivered_minor, receivable_minor, bills_minor,"
    " deposits_minor",
}
LADDER = "SELECT account_id, counter, day, open_minor FROM exposure_rung WHERE open_minor <> 0"
# Of customers: what a group holds is kept as a position, not by day.
DAYS = """
SELECT account_id, effective_date, due_date, ship_date, sum(e.reserved_minor),
       sum(e.receivable_minor)
FROM exposure_entry e JOIN exposure_account a ON a.id = e.account_id AND a.customer_id IS NOT NULL
GROUP BY 1, 2, 3, 4
HAVING sum(e.reserved_minor) <> 0 OR sum(e.receivable_minor) <> 0
"""


def state() -> dict[str, list[Any]]:
    """Return every fact and position, sorted."""
    found: dict[str, list[Any]] = {}
    with connection.cursor() as cursor:
        queries = {name: f"SELECT {columns} FROM {name}" for name, columns in FACTS.items()}
        for name, query in {**queries, "ladder": LADDER, "days": DAYS}.items():
            cursor.execute(query)
            found[name] = sorted(map(repr, cursor.fetchall()))
    return found


def totals() -> dict[str, list[Any]]:
    """Return sums that no merge may change: of documents and of the ledger, by day."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT currency, count(*), sum(amount_minor), sum(open_minor)"
            " FROM receivables_invoice GROUP BY 1 ORDER BY 1"
        )
        invoices = cursor.fetchall()
        cursor.execute(
            "SELECT effective_date, due_date, sum(e.receivable_minor), sum(e.reserved_minor)"
            " FROM exposure_entry e JOIN exposure_account a ON a.id = e.account_id"
            " AND a.customer_id IS NOT NULL GROUP BY 1, 2 HAVING sum(e.receivable_minor) <> 0"
            " OR sum(e.reserved_minor) <> 0 ORDER BY 1, 2 NULLS FIRST"
        )
        return {"invoices": invoices, "ledger": cursor.fetchall()}


def wrong() -> list[Any]:
    """Return what `verify` finds wrong."""
    rooms = (exposure, receivables, masterdata)
    checks = [check for room in rooms for check in room.verify(by=make.CLERK)]
    return [(check.name, check.differences) for check in checks if not check.ok]
