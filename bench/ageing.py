"""The ageing as of a day against one plain aggregate over the same rows, and against history.

The books hold open items, a tenth of them paid in part, and three times as many settled ones. The
peer sums what the items of the day were issued for, by customer: no buckets, no allocations.
"""

import argparse
from datetime import date
from pathlib import Path

import psycopg

from bench import common

OPEN = {"small": 100_000, "full": 1_000_000}
TODAY, PAST = date(2026, 6, 30), date(2025, 6, 30)
BUDGET = 1.5

_INVOICES = """
INSERT INTO receivables_invoice (number, customer_id, kind, status, issue_date, due_date, terms,
    currency, amount_minor, credit_minor, rate, open_minor, open_credit_minor, settled_on,
    first_move, last_move, middle_credit_minor, applies_to, order_number, salesperson)
SELECT %(mark)s || n, c.id, 'invoice', 'valid', x.issued, x.issued + 30, 'net 30', 'CNY',
       1000 + n %% 9000, 1000 + n %% 9000, 1, x.open, x.open, x.settled,
       CASE WHEN x.open < 1000 + n %% 9000 THEN x.issued + 20 END,
       CASE WHEN x.open < 1000 + n %% 9000 THEN coalesce(x.settled, x.issued + 20) END,
       CASE WHEN x.settled > x.issued + 20 AND (n %% 10 <> 5 OR x.settled = x.issued + 21)
            THEN 1000 + n %% 9000 - (1000 + n %% 9000) / 2 END, '', '', ''
FROM generate_series(%(first)s, %(last)s) AS n
JOIN parties_customer c ON c.code = 'B' || n %% 5000
CROSS JOIN LATERAL (
    SELECT CASE WHEN %(settled)s THEN date '2024-01-01' + n %% 800
                ELSE date '2026-06-30' - n %% 540 END AS issued
) i
CROSS JOIN LATERAL (
    SELECT i.issued,
           CASE WHEN %(settled)s THEN i.issued + 20 + n %% 60 END AS settled,
           CASE WHEN %(settled)s THEN 0 WHEN n %% 10 = 0 THEN 500 ELSE 1000 + n %% 9000 END AS open
) x
"""

# What the columns above say happened: half of a payment early, the rest on its day, and for a
# tenth of the settled ones a part on a third day between.
_RECEIPTS = """
INSERT INTO receivables_receipt (number, customer_id, received_date, amount_minor, credit_minor,
    rate, unallocated_minor, unallocated_credit_minor, spent_on, currency, method, invoice_number,
    payer)
SELECT 'R' || number, customer_id, last_move, amount_minor - open_minor,
       amount_minor - open_minor, 1, 0, 0, last_move, 'CNY', 'transfer', number, ''
FROM receivables_invoice
WHERE first_move IS NOT NULL AND number LIKE %(mark)s || '%%'
"""
_ALLOCATIONS = """
INSERT INTO receivables_allocation (invoice_id, receipt_id, amount_minor, credit_minor,
    source_credit_minor, effective_date)
SELECT i.id, r.id, part.minor, part.minor, part.minor, part.day
FROM receivables_invoice i
JOIN receivables_receipt r ON r.invoice_number = i.number
CROSS JOIN LATERAL (
    SELECT i.amount_minor - i.open_minor AS minor,
           CASE WHEN i.middle_credit_minor IS NULL AND i.last_move > i.first_move + 1
                THEN 1 ELSE 0 END AS between_them
) paid
CROSS JOIN LATERAL (
    SELECT paid.minor / 2 AS minor, i.first_move AS day
    UNION ALL
    SELECT paid.between_them, i.first_move + 1
    UNION ALL
    SELECT paid.minor - paid.minor / 2 - paid.between_them, i.last_move
) part
WHERE part.minor > 0 AND i.number LIKE %(mark)s || '%%'
"""

_PEER = """
SELECT customer_id, sum(credit_minor) FROM receivables_invoice
WHERE life @> %(as_of)s::date GROUP BY customer_id
"""


def main() -> None:
    """Measure today, a past day, and the same day with three times the history."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=["small", "full"], default="small")
    items = OPEN[parser.parse_args().size]
    with common.books() as folder:
        owner = _owner(folder)
        _customers(owner)
        _fill(owner, "O", items, settled=False)
        _fill(owner, "S", items, settled=True)
        for day in (TODAY, PAST):
            _measure(day, items, f"{items} open items, as of {day}")
        _fill(owner, "H", 2 * items, settled=True)
        _measure(TODAY, items, f"{items} open items, {3 * items} settled, as of {TODAY}")
        owner.close()


def _measure(day: date, items: int, size: str) -> None:
    from django.db import connection

    from xinheng import access
    from xinheng.insight.ageing import ageing

    def peer() -> None:
        with connection.cursor() as cursor:
            cursor.execute(_PEER, {"as_of": day})
            cursor.fetchall()

    common.paired(
        work="ageing",
        size=size,
        ours=lambda: ageing(by=access.system("bench"), as_of=day, group_by="customer"),
        against="one sum by customer over the same items",
        peer=peer,
        budget=BUDGET,
        rounds=5,
    )


def _owner(folder: Path) -> "psycopg.Connection[tuple[object, ...]]":
    from xinheng.hosting import roles
    from xinheng.hosting.home import Home

    return psycopg.connect(**roles.parameters(Home(folder), "owner"), autocommit=True)


def _customers(owner: "psycopg.Connection[tuple[object, ...]]") -> None:
    from django.db import connection, transaction

    from xinheng import access
    from xinheng.exposure import operations as exposure

    owner.execute(
        "INSERT INTO parties_customer (code, name, name_pinyin, credit_code, industry, region,"
        " size, currency) SELECT 'B' || n, '客户' || n, '', '', '', '上海', '', 'CNY'"
        " FROM generate_series(0, 4999) n"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE all_of_them ON COMMIT DROP AS"
            " SELECT id AS customer_id FROM parties_customer"
        )
        exposure.open_accounts(by=access.system("bench"), relation="all_of_them")
    owner.execute("ANALYZE parties_customer, exposure_account")


def _fill(
    owner: "psycopg.Connection[tuple[object, ...]]", mark: str, count: int, *, settled: bool
) -> None:
    """Add items by plain SQL: what is measured is reading, not recording."""
    for statement in (_INVOICES, _RECEIPTS, _ALLOCATIONS):
        owner.execute(statement, {"mark": mark, "first": 1, "last": count, "settled": settled})
    for table in ("invoice", "receipt", "allocation"):
        owner.execute(f"VACUUM ANALYZE receivables_{table}")


if __name__ == "__main__":
    main()
