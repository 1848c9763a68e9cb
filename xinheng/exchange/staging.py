"""One file in temporary tables: loaded, judged as a whole, handed over part by part.

Everything here lives in the session of one import and reads the books without locking them.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from xinheng import access
from xinheng.access import sealing as access_sealing
from xinheng.access.keys import Ring
from xinheng.exchange import answers, sealing
from xinheng.exchange.cells import CURRENCIES
from xinheng.exchange.faults import Fault
from xinheng.exchange.kinds import custom
from xinheng.exchange.kinds.columns import Column, Kind
from xinheng.exchange.sql import checks, relations, tables
from xinheng.fields import operations as fields
from xinheng.kernel.actors import Actor
from xinheng.kernel.money import LARGEST_MINOR, exponent
from xinheng.parties.models import Customer

# At most so many rows in one transaction; more are applied chunk by chunk.
CHUNK_ROWS = 200_000

_CUSTOMER_CHECKS = (checks.UNKNOWN_CUSTOMER,)
_CHECKS: dict[str, tuple[str, ...]] = {
    "customers": (
        checks.UNKNOWN_GROUP, checks.UNKNOWN_OWNER, checks.UNKNOWN_DEPARTMENT,
        checks.CUSTOMER_OUT_OF_SCOPE,
    ),
    "groups": (checks.UNKNOWN_PARENT, checks.GROUP_CIRCLE),
    "invoices": (
        *_CUSTOMER_CHECKS, checks.LINES_DISAGREE, checks.INVOICE_TOO_BIG, checks.SIBLING_REFUSED,
    ),
    "receipts": _CUSTOMER_CHECKS,
    "disputes": (
        checks.UNKNOWN_INVOICE, checks.DISPUTE_CURRENCY, checks.DISPUTE_TOO_BIG,
    ),
    "limits": (*_CUSTOMER_CHECKS, checks.UNKNOWN_GROUP),
    "orders": _CUSTOMER_CHECKS,
    "statements": _CUSTOMER_CHECKS,
    "events": (*_CUSTOMER_CHECKS, checks.UNKNOWN_COMPANY),
    "bureau": _CUSTOMER_CHECKS,
    "questionnaires": _CUSTOMER_CHECKS,
    "tax_invoices": _CUSTOMER_CHECKS,
    "interactions": _CUSTOMER_CHECKS,
    "rates": (checks.SAME_CURRENCY,),
    "holidays": (),
}  # fmt: skip
_RELATIONS = {
    "customers": relations.CUSTOMERS,
    "groups": relations.GROUPS,
    "invoices": relations.INVOICES,
    "receipts": relations.RECEIPTS,
    "disputes": relations.DISPUTES,
    "limits": relations.LIMITS,
    "orders": relations.ORDERS,
    "statements": relations.STATEMENTS,
    "events": relations.EVENTS,
    "bureau": relations.BUREAU,
    "questionnaires": relations.QUESTIONNAIRES,
    "tax_invoices": relations.TAX_INVOICES,
    "interactions": relations.INTERACTIONS,
    "rates": relations.RATES,
    "holidays": relations.HOLIDAYS,
}
# Lines of an invoice stay together, and credit notes follow the invoices they reduce.
_ORDERS = {"invoices": "r.kind = 'credit_note', r.number"}


@dataclass(frozen=True, slots=True)
class Counts:
    """What a whole file came to before anything is written."""

    rows: int
    repeats: int
    refused: int

    @property
    def accepted(self) -> int:
        """Return how many rows would be handed over."""
        return self.rows - self.repeats - self.refused


class Staging:
    """The temporary tables of one import, in this process's database session."""

    def __init__(self, kind: Kind, by: Actor) -> None:
        self.kind = kind
        self._by = by
        self._customers, self._params = _visible_customers(by)
        # Columns that the file carries; the others are left alone where a record exists.
        self.present: frozenset[str] = frozenset()
        self.format = "csv"
        self._seals: Ring | None = None

    def open(self) -> None:
        """Make empty tables, replacing what an earlier import of this session left."""
        if sealing.seals(self.kind):
            self._seals = access_sealing.staging()
        with connection.cursor() as cursor:
            cursor.execute(tables.DROP)
            cursor.execute(tables.create_rows(self.kind))
            cursor.execute(tables.CREATE_FAULTS)
            cursor.execute(tables.CREATE_REPEATS)

    def close(self) -> None:
        """Give the tables back."""
        with connection.cursor() as cursor:
            cursor.execute(tables.DROP)
        if self._seals is not None:
            access_sealing.staged()

    def load(self, pieces: Iterable[bytes]) -> int:
        """Copy a stream of COPY text into the staging table; return how many bytes it had.

        A refusal that arrives in the middle undoes the copy and leaves the session usable.
        """
        size = 0
        with transaction.atomic(), connection.cursor() as cursor:
            with cursor.copy(tables.copy_rows(self.kind)) as copy:
                for piece in self._sealed(pieces):
                    copy.write(piece)
                    size += len(piece)
            cursor.execute("ANALYZE import_rows")
        return size

    def _sealed(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Seal confidential columns on the way, so that not even a staging table holds them."""
        if self._seals is None:
            yield from pieces
            return
        sealer = sealing.Sealer(self.kind, self._seals)
        for piece in pieces:
            # What the file carries is known once its first piece is there.
            carried = any(one.sealed or one.is_guarded for one in self._present_columns())
            yield sealer.seal(piece) if carried else piece

    def _present_columns(self) -> list[Column]:
        return [column for column in self.kind.columns if column.name in self.present]

    def judge(self) -> Counts:
        """Find everything that is wrong with the file as a whole; the books are only read."""
        with connection.cursor() as cursor:
            cursor.execute(tables.UNFOLD_FAULTS)
            if self.kind.name == "events":
                cursor.execute(checks.FILL_REFERENCE)
            if self.kind.name == "questionnaires":
                answers.settle(cursor)
            label = "、".join(self.kind.column(name).zh for name in self.kind.key)
            cursor.execute(tables.find_repeats(self.kind))
            cursor.execute(tables.find_differing(self.kind), {"key_label": label})
            for check in self._checks():
                self._execute(cursor, check)
            cursor.execute("ANALYZE import_faults")
        return self.counts()

    def _checks(self) -> Iterator[str]:
        name = self.kind.name
        yield from _CHECKS[name]
        if name == "customers" and self._by.scope != "all":
            yield checks.CUSTOMER_LEAVES_SCOPE
        if name == "limits" and self._by.scope != "all":
            yield checks.GROUP_OUT_OF_SCOPE
        may_move = self._by.may("limits.write")
        if name == "customers" and "group_code" in self.present and not may_move:
            yield checks.CUSTOMER_MOVES
        if name == "groups" and "parent_code" in self.present and not may_move:
            yield checks.GROUP_MOVES
        if name == "groups":
            yield checks.PARENT_REFUSED

    def counts(self) -> Counts:
        """Return rows, identical repeats and refused rows; a refused repeat counts as refused."""
        with connection.cursor() as cursor:
            cursor.execute("""
                SELECT (SELECT count(*) FROM import_rows),
                       (SELECT count(*) FROM import_repeats x
                         WHERE NOT EXISTS (SELECT FROM import_faults f WHERE f.row = x.row)),
                       (SELECT count(DISTINCT row) FROM import_faults)""")
            return Counts(*cursor.fetchone())

    def deal(self, size: int) -> int:
        """Deal the accepted rows into chunks of about `size` and return how many there are."""
        order = _ORDERS.get(self.kind.name, "r.row")
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS import_chunks")
            cursor.execute(tables.CREATE_CHUNKS)
            cursor.execute(tables.fill_chunks(order), {"size": size})
            cursor.execute("ANALYZE import_chunks")
            cursor.execute("SELECT coalesce(max(chunk) + 1, 0) FROM import_chunks")
            return int(cursor.fetchone()[0])

    def hand_over(self, chunk: int | None) -> str:
        """Make the typed relation of the accepted rows and return its name.

        chunk: which part, or None for all. The relation lives until the transaction ends.
        """
        relation = f"staged_{self.kind.name}"
        body = _RELATIONS[self.kind.name].replace("{custom}", custom.staged(self.kind))
        rows, accepted = "import_rows r", tables.ACCEPTED
        if chunk is not None:
            rows += " JOIN import_chunks k ON k.row = r.row"
            body += " JOIN import_chunks k ON k.row = r.row"
            accepted = f"k.chunk = {int(chunk)} AND {accepted}"
        self._keep_sealed(rows, accepted)
        where = f" WHERE {accepted}"
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {relation}")
            made = f"CREATE TEMP TABLE {relation} ON COMMIT DROP AS {body}{where}"
            self._execute(cursor, made)
            cursor.execute(f"ANALYZE {relation}")
        return relation

    def _keep_sealed(self, rows: str, accepted: str) -> None:
        """Store the sealed custom values of the rows that are about to be recorded."""
        guarded = [one.custom for one in self._present_columns() if one.custom and one.is_guarded]
        if guarded:
            fields.keep_staged(
                by=self._by, record=self.kind.name, fields=guarded, rows=rows, accepted=accepted
            )

    def add(self, faults: Iterable[Fault]) -> None:
        """Add what the owning room refused."""
        rows = [(f.row, f.column, f.code, json.dumps(f.params)) for f in faults]
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO import_faults VALUES (%s, %s, %s, %s)", rows)

    def faults(self, most: int | None = None) -> list[Fault]:
        """Return findings by row; at most `most`."""
        with connection.cursor() as cursor:
            cursor.execute(
                'SELECT row, "column", code, params::text FROM import_faults'
                ' ORDER BY row, "column", code LIMIT %s',
                [most],
            )
            return [Fault(r, c, code, json.loads(p)) for r, c, code, p in cursor.fetchall()]

    def _execute(self, cursor: Any, statement: str) -> None:
        text = statement.replace("{{}}", "\0").replace("{customers}", self._customers)
        text = text.replace("{owners}", checks.OWNERS).replace("{departments}", checks.DEPARTMENTS)
        by = self._by
        cursor.execute(
            text.replace("\0", "{}"),
            {
                **self._params,
                "by_id": by.id,
                "department_ids": sorted(by.department_ids),
                "default_owner": None if by.scope == "all" else by.id,
                "largest": LARGEST_MINOR,
                "two_decimals": [code for code in CURRENCIES if exponent(code) == 2],
            },
        )


def _visible_customers(by: Actor) -> tuple[str, dict[str, Any]]:
    """Return the SELECT of customers in scope, with named parameters.

    What was merged is found by its old code too, and by a credit code or name of its own.
    """
    fields = ("id", "code", "credit_code", "name")
    rows = Customer.objects.filter(access.scope_filter(by)).order_by().values(*fields)
    text, values = rows.query.sql_with_params()
    names = [f"scope_{i}" for i in range(len(values))]
    live = text % tuple(f"%({name})s" for name in names)
    merged = f"""
        SELECT s.id, m.code,
               CASE WHEN m.credit_code <> s.credit_code THEN m.credit_code ELSE '' END,
               CASE WHEN m.name <> s.name THEN m.name ELSE '' END
          FROM parties_customer m JOIN ({live}) s ON s.id = m.merged_into_id
         WHERE m.merged_into_id IS NOT NULL"""
    return f"{live} UNION ALL {merged}", dict(zip(names, values, strict=True))
