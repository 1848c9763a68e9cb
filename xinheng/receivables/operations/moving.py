"""Move a customer's documents to another customer in a merge, and those same ones back."""

from typing import Any

from django.db import connection, transaction

from xinheng import access
from xinheng.exposure import operations as exposure
from xinheng.kernel.actors import Actor
from xinheng.parties.merging import MergeBlocked, Move
from xinheng.receivables.models import Invoice, Receipt
from xinheng.receivables.sql import moving as texts


class Documents:
    """Invoices, credit notes and receipts follow; the ledger follows them by entries."""

    fields: tuple[str, ...] = ("receivables.Invoice.customer", "receivables.Receipt.customer")
    zh, en = "发票与收款", "Invoices and receipts"

    def count(self, *, customer_id: int) -> int:
        """Return how many documents the customer has."""
        invoices = Invoice.objects.filter(customer_id=customer_id).count()
        return invoices + Receipt.objects.filter(customer_id=customer_id).count()

    def left_behind(self, *, source_id: int, target_id: int) -> tuple[str, ...]:
        """Return nothing: a number is one document's in the whole house."""
        return ()

    def obstacle(self, *, source_id: int, target_id: int) -> MergeBlocked | None:
        """Return nothing: a currency that differs is the account's to say."""
        return None

    def carry(self, *, by: Actor, move: Move) -> dict[str, Any]:
        """Move every document and return their ids."""
        return move_documents(by=by, move=move, carried=None)

    def bring_back(self, *, by: Actor, move: Move, carried: dict[str, Any]) -> None:
        """Move those documents back as they are by now."""
        back = Move(move.act, source_id=move.target_id, target_id=move.source_id)
        move_documents(by=by, move=back, carried=carried)


@transaction.atomic
def move_documents(*, by: Actor, move: Move, carried: dict[str, Any] | None) -> dict[str, Any]:
    """Move documents from the source to the target, and what they did to the ledger with them.

    carried: ids of invoices and receipts, as this returned them; None moves all there are. Only
        documents that are still the source's move. The accounts are open and locked by now.
    refuses: MergeBlocked, naming them, when documents that stay have met documents that move
    """
    access.require(by, "masterdata.merge")
    params: dict[str, Any] = {
        "source": move.source_id, "target": move.target_id, "name": move.name,
    }  # fmt: skip
    with connection.cursor() as cursor:
        if carried is None:
            carried = {
                "invoices": _ids(cursor, texts.INVOICES_OF, params),
                "receipts": _ids(cursor, texts.RECEIPTS_OF, params),
            }
        cursor.execute(texts.DROP)
        cursor.execute(texts.CHOSEN, {**params, **carried})
        cursor.execute("ANALYZE rcv_moving")
        for statement in (texts.MOVE_INVOICES, texts.MOVE_RECEIPTS, texts.MOVE_ALLOCATIONS):
            cursor.execute(statement, params)
        cursor.execute(texts.TORN)
        _refuse_torn(cursor.fetchall())
        cursor.execute(texts.ENTRIES, params)
        system = access.system("receivables")
        exposure.record_staged(by=system, batch_id=None, relation="rcv_entry")
        cursor.execute(texts.DROP)
    return carried


def _ids(cursor: Any, statement: str, params: dict[str, Any]) -> list[int]:
    cursor.execute(statement, params)
    return [row[0] for row in cursor.fetchall()]


def _refuse_torn(torn: list[tuple[str, str]]) -> None:
    if not torn:
        return
    pairs = [f"{source} → {invoice}" for invoice, source in torn[:5]]
    more_zh, more_en = ("等", " and more") if len(torn) > 5 else ("", "")
    raise MergeBlocked(
        reason_zh=f"合并之后登记的单据已与原单据清账（{'；'.join(pairs)}{more_zh}），请先更正这些单据。",
        reason_en="documents recorded after the merge have met earlier ones"
        f" ({'; '.join(pairs)}{more_en}); correct these first.",
    )
