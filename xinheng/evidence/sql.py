"""The SQL that records whole files of evidence: one table of data for each kind of fact."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from xinheng.evidence.models import ITEMS
from xinheng.evidence.rules import AVAILABLE_AFTER_DAYS
from xinheng.journal.rules import Kept

_AVAILABLE = f"coalesce(s.available_date, s.period_end + {AVAILABLE_AFTER_DAYS})"


@dataclass(frozen=True, slots=True)
class Facts:
    """One kind of fact and how its staged rows (`s`) meet its stored ones (`t`).

    noun:   what the journal calls one record
    key:    columns that name a record, the same in both
    fields: stored column -> (its staged value, the file column it comes from)
    label:  SQL of a record's name in the journal; `c` is its customer
    """

    noun: str
    table: str
    key: tuple[str, ...]
    fields: Mapping[str, tuple[str, str]]
    label: str

    @property
    def same(self) -> str:
        """Return the condition that a staged row and a stored one are of one record."""
        return " AND ".join(f"t.{column} = s.{column}" for column in self.key)

    @property
    def about(self) -> str:
        """Return the query of whom staged rows, and the records they would change, are about."""
        staged = "SELECT row, customer_id FROM {relation}"
        if "customer_id" in self.key:
            return staged
        stored = f"SELECT s.row, t.customer_id FROM {{relation}} s JOIN {self.table} t"
        return f"{staged} UNION ALL {stored} ON {self.same}"

    @property
    def insert(self) -> str:
        """Return the statement that adds what is new."""
        values = ", ".join(value for value, _ in self.fields.values())
        return f"""
        INSERT INTO {self.table}
               ({", ".join(self.key)}, {", ".join(self.fields)}, batch_id, changed_xid)
        SELECT {", ".join(f"s.{column}" for column in self.key)}, {values},
               %(batch)s, pg_current_xact_id()
          FROM {{relation}} s
         WHERE NOT EXISTS (SELECT FROM {self.table} t WHERE {self.same})
         ORDER BY s.row"""

    def changed(self, present: Collection[str]) -> str:
        """Return the query of records that differ: label, before and after as JSON."""
        pairs = ", ".join(
            f"('{field}', to_jsonb(t.{field}), to_jsonb({value}))"
            for field, value in self._chosen(present).items()
        )
        return f"""
        SELECT left({self.label}, 140), jsonb_object_agg(d.field, d.before),
               jsonb_object_agg(d.field, d.after)
          FROM {{relation}} s
          JOIN {self.table} t ON {self.same}
          LEFT JOIN parties_customer c ON c.id = t.customer_id
         CROSS JOIN LATERAL (VALUES {pairs}) d(field, before, after)
         WHERE d.before IS DISTINCT FROM d.after
         GROUP BY t.id, c.code ORDER BY 1"""

    def update(self, present: Collection[str]) -> str:
        """Return the statement that changes the records that differ."""
        chosen = self._chosen(present)
        return f"""
        UPDATE {self.table} t
           SET {", ".join(f"{field} = {value}" for field, value in chosen.items())},
               batch_id = %(batch)s, changed_xid = pg_current_xact_id()
          FROM {{relation}} s
         WHERE {self.same}
           AND ({", ".join(f"t.{field}" for field in chosen)})
               IS DISTINCT FROM ({", ".join(chosen.values())})"""

    def changing(self, present: Collection[str]) -> str:
        """Return the query of stored records that `update` would change, whole."""
        chosen = self._chosen(present)
        return f"""
        SELECT t.* FROM {{relation}} s JOIN {self.table} t ON {self.same}
         WHERE ({", ".join(f"t.{field}" for field in chosen)})
               IS DISTINCT FROM ({", ".join(chosen.values())})"""

    @property
    def kept(self) -> Kept:
        """Return how records are called when a batch of them is taken back."""
        named = self.label.replace(
            "c.code", "(SELECT code FROM parties_customer WHERE id = t.customer_id)"
        )
        return Kept(self.table, named)

    def _chosen(self, present: Collection[str]) -> dict[str, str]:
        """Return the values a file carries; one that carries none changes nothing."""
        chosen = {f: value for f, (value, column) in self.fields.items() if column in present}
        first = next(iter(self.fields))
        return chosen or {first: f"t.{first}"}


def _plain(*columns: str) -> dict[str, tuple[str, str]]:
    return {column: (f"s.{column}", column.removesuffix("_minor")) for column in columns}


STATEMENTS = Facts(
    "statement",
    "evidence_statement",
    ("customer_id", "period_end"),
    {
        **_plain("months"),
        "available_date": (_AVAILABLE, "available_date"),
        **_plain("audited", "currency", *(f"{item}_minor" for item in ITEMS)),
    },
    "c.code || ' ' || t.period_end",
)
EVENTS = Facts(
    "event",
    "evidence_event",
    ("source", "reference"),
    {
        # Whom it is about may be told in three ways; a title is always there.
        "customer_id": ("s.customer_id", "title"),
        **_plain(
            "event_date", "kind", "title", "credit_code", "name", "role", "amount_minor",
            "currency", "url", "text",
        ),
    },
    "t.source || '/' || t.reference",
)  # fmt: skip
BUREAU = Facts(
    "bureau_report",
    "evidence_bureaureport",
    ("agency", "reference"),
    {
        "customer_id": ("s.customer_id", "customer_code"),
        **_plain("report_date", "score", "grade", "pd", "recommended_limit_minor", "currency"),
    },
    "t.agency || '/' || t.reference",
)
TAX_INVOICES = Facts(
    "tax_invoice",
    "evidence_taxinvoice",
    ("customer_id", "direction", "number", "line"),
    _plain("date", "counterparty", "amount_minor", "tax_minor", "status"),
    "concat_ws(' ', c.code, t.direction, t.number, t.line)",
)
INTERACTIONS = Facts(
    "interaction",
    "evidence_interaction",
    ("reference",),
    {
        "customer_id": ("s.customer_id", "customer_code"),
        **_plain("date", "kind", "outcome", "text"),
    },
    "t.reference",
)
