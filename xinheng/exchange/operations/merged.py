"""Find the merges that stand in the way when a batch is taken back.

A merge moves documents and remembers where they were. Taking their batch back in between would
put documents onto a record that lives on in another one, so the merge has to be undone first.
"""

from django.db import connection

from xinheng import access
from xinheng.exchange.models import Batch
from xinheng.kernel.actors import Actor
from xinheng.kernel.staged import Hold

# kind → its table, and the customer of a row `t`; the kinds left out name no customer of their own.
_TABLES = {
    "customers": ("parties_customer", "t.id"),
    "invoices": ("receivables_invoice", "t.customer_id"),
    "orders": ("orders_order", "t.customer_id"),
    "receipts": ("receivables_receipt", "t.customer_id"),
    "statements": ("evidence_statement", "t.customer_id"),
    "events": ("evidence_event", "t.customer_id"),
    "bureau": ("evidence_bureaureport", "t.customer_id"),
    "tax_invoices": ("evidence_taxinvoice", "t.customer_id"),
    "interactions": ("evidence_interaction", "t.customer_id"),
    "questionnaires": (
        "evidence_answer",
        "(SELECT q.customer_id FROM evidence_questionnaire q WHERE q.id = t.questionnaire_id)",
    ),
}

# Customers that rows of the batch belong to, or belonged to before it; of the merges that stand,
# those that came after the first row was written. Numbers of events are in the order of commits
# here: a merge waits for imports that are writing.
_MERGED = """
WITH touched AS (
    SELECT {customer} AS id FROM {table} t WHERE t.batch_id = %(batch)s
    UNION
    SELECT (f.was ->> 'customer_id')::bigint FROM journal_former f
    WHERE f.batch_id = %(batch)s AND f."table" = '{table}' AND NOT f.is_removed
), began AS (
    SELECT min(e.id) AS id FROM journal_event e WHERE e.object = 'batch:' || %(batch)s
)
SELECT m.code, s.code FROM parties_customer m JOIN parties_customer s ON s.id = m.merged_into_id
WHERE (m.id IN (SELECT id FROM touched) OR s.id IN (SELECT id FROM touched))
  AND (SELECT max(e.id) FROM journal_event e
        WHERE e.object = 'customer:' || m.code AND e.action = 'masterdata.merge')
      > (SELECT id FROM began)
ORDER BY 1
"""


def merged_since(*, by: Actor, batch: Batch) -> tuple[Hold, ...]:
    """Name the customers of a batch that were merged after it, and into whom."""
    access.require(by, "exchange.undo")
    if batch.kind not in _TABLES:
        return ()
    table, customer = _TABLES[batch.kind]
    with connection.cursor() as cursor:
        query = _MERGED.format(table=table, customer=customer)
        cursor.execute(query, {"batch": str(batch.uuid)})
        return tuple(
            Hold(
                merged,
                f"客户 {merged} 后来并入了 {into}；请先撤销这次合并，再撤销该批次",
                f"customer {merged} was merged into {into} since; undo that merge first",
            )
            for merged, into in cursor.fetchall()
        )
