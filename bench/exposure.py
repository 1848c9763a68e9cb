"""Reservations beside bare SQL, a batch beside single ones, a check while the ledger grows.

Reservations are taken by eight clients, each a process of its own, over two hundred accounts in
twenty groups; `pgbench` does the same statements without us (`bench/reserve.sql`).
"""

import argparse
import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import common

if TYPE_CHECKING:
    from xinheng.exposure.rules import Document

ON = date(2026, 6, 30)
GROUPS, ACCOUNTS = 20, 200
CLIENTS = 8
EACH = {"small": 100, "full": 1_000}
BATCH = 1_000
ITEMS = (10, 100_000)
CHECKS = {"small": 20, "full": 200}

_CUSTOMERS = f"""
WITH g AS (
    INSERT INTO parties_group (code, name)
    SELECT 'G' || n, '集团' || n FROM generate_series(1, {GROUPS}) n RETURNING id, code
)
INSERT INTO parties_customer (code, name, name_pinyin, credit_code, industry, region, size,
    currency, group_id)
SELECT 'B' || n, '客户' || n, '', '', '', '上海', '', 'CNY', g.id
FROM generate_series(1, {ACCOUNTS}) n JOIN g ON g.code = 'G' || (n %% {GROUPS} + 1)
ORDER BY n
""".replace("%%", "%")

# Items of one customer, due on the days of one year; the ledger's trigger books them all.
_ITEMS = """
INSERT INTO exposure_entry (account_id, kind, effective_date, due_date, receivable_minor,
    document_minor, document_currency, rate, source, key)
SELECT %(account)s, 'UNRESERVED', '2026-06-01', date '2026-01-01' + (n %% 365)::int, 100, 100,
       'CNY', 1, 'invoice:' || n, %(account)s || ' item ' || n
FROM generate_series(1, %(items)s) n
"""


def main() -> None:
    """Print the rows; or, as a worker, reserve as often as each line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=EACH, default="small")
    parser.add_argument("--worker", nargs=3, type=int, metavar=("NUMBER", "FIRST", "COUNT"))
    chosen = parser.parse_args()
    if chosen.worker:
        _work(*chosen.worker)
        return
    with common.books() as folder:
        first = _fill()
        _single(folder, first, EACH[chosen.size])
        _batch(first)
        _growth(CHECKS[chosen.size])


def _single(folder: Path, first: int, each: int) -> None:
    with _workers(first) as together:
        common.paired(
            work="reservation",
            size=f"{CLIENTS} clients, {CLIENTS * each} reservations",
            ours=lambda: together(each),
            against="pgbench, bench/reserve.sql",
            peer=lambda: _pgbench(folder, first, each),
            budget=0.5,
            at_least=True,
        )


def _batch(first: int) -> None:
    from xinheng import access
    from xinheng.exposure import operations as exposure
    from xinheng.exposure.rules import Asked

    by, turns = access.system("bench"), itertools.count()

    def batch() -> None:
        turn = next(turns)
        items = [
            Asked(first + number % ACCOUNTS, _document(number), f"batch {turn} {number}")
            for number in range(BATCH)
        ]
        exposure.reserve_many(by=by, items=items)

    def one_by_one() -> None:
        turn = next(turns)
        for number in range(BATCH):
            exposure.reserve(
                by=by, account_id=first + number % ACCOUNTS, document=_document(number),
                key=f"one {turn} {number}",
            )  # fmt: skip

    common.paired(
        work="reservation batch",
        size=f"{BATCH} items",
        ours=batch,
        against="the same one by one",
        peer=one_by_one,
        budget=3.0,
        at_least=True,
    )


def _growth(checks: int) -> None:
    from django.db import connection

    from xinheng import access
    from xinheng.exposure.models import Account
    from xinheng.kernel.money import Money
    from xinheng.orders import operations as orders
    from xinheng.orders.rules.asked import Asked

    few, many = Account.objects.filter(customer__isnull=False).order_by("pk")[:2]
    with connection.cursor() as cursor:
        for account, items in zip((few, many), ITEMS, strict=True):
            cursor.execute(_ITEMS, {"account": account.pk, "items": items})
    by = access.system("bench")

    def check(customer_id: int | None) -> None:
        assert customer_id is not None
        for _ in range(checks):
            orders.check(by=by, customer_id=customer_id, asked=Asked(Money(100, "CNY")), today=ON)

    common.paired(
        work="check",
        size=f"{checks} checks of a customer with {ITEMS[1]} open items",
        ours=lambda: check(many.customer_id),
        against=f"the same with {ITEMS[0]}",
        peer=lambda: check(few.customer_id),
        budget=1.5,
        rounds=5,
    )


def _fill() -> int:
    """Open accounts without a limit that binds; return the first id of a row of ids."""
    from django.db import connection, transaction

    from xinheng import access
    from xinheng.exposure import operations as exposure
    from xinheng.exposure.models import Account

    by = access.system("bench")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CUSTOMERS)
        cursor.execute(
            "CREATE TEMP TABLE everybody ON COMMIT DROP AS"
            " SELECT id AS customer_id FROM parties_customer"
        )
        exposure.open_accounts(by=by, relation="everybody")
    ids = list(Account.objects.filter(customer__isnull=False).order_by("pk").values_list("pk"))
    for (account_id,) in Account.objects.values_list("pk"):
        exposure.set_limit(by=by, account_id=account_id, mode="limited", limit_minor=10**14)
    first, last = ids[0][0], ids[-1][0]
    assert last - first == ACCOUNTS - 1, "the ids of the accounts leave no gap"
    return int(first)


def _pgbench(folder: Path, first: int, each: int) -> None:
    from xinheng.hosting import programs, roles
    from xinheng.hosting.home import Home

    given = roles.parameters(Home(folder), "app")
    subprocess.run(
        [
            str(programs.folder() / "pgbench"), "--no-vacuum", "--client", str(CLIENTS),
            "--jobs", "2", "--transactions", str(each), "--define", f"first={first}",
            "--define", f"count={ACCOUNTS}", "--file", str(Path(__file__).with_name("reserve.sql")),
            "--host", given["host"], "--port", str(given["port"]), "--username", given["user"],
            given["dbname"],
        ],
        env={**os.environ, "PGPASSWORD": given["password"]},
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip


@contextmanager
def _workers(first: int) -> Iterator[Any]:
    """Start the clients, and yield what lets each of them reserve so many times."""
    clients = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.exposure", "--worker", str(number), str(first),
             str(ACCOUNTS)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=common.REPOSITORY,
        )
        for number in range(CLIENTS)
    ]  # fmt: skip

    def together(each: int) -> None:
        for client in clients:
            assert client.stdin is not None
            client.stdin.write(f"{each}\n")
            client.stdin.flush()
        for client in clients:
            assert client.stdout is not None
            assert client.stdout.readline() == "done\n", "a client failed"

    together(1)
    try:
        yield together
    finally:
        for client in clients:
            client.communicate()


def _work(number: int, first: int, count: int) -> None:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "xinheng.config.settings"
    django.setup()
    from xinheng import access
    from xinheng.exposure import operations as exposure

    by = access.system("bench")
    for turn, line in enumerate(sys.stdin):
        for act in range(int(line)):
            exposure.reserve(
                by=by, account_id=first + (number * 31 + act * 17) % count,
                document=_document(act), key=f"client {number} {turn} {act}",
            )  # fmt: skip
        print("done", flush=True)


def _document(number: int) -> "Document":
    from xinheng.exposure.rules import Document
    from xinheng.kernel.money import Money

    ships = ON + timedelta(days=10)
    return Document(f"order:{number}", Money(1 + number % 100, "CNY"), ON, ships)


if __name__ == "__main__":
    main()
