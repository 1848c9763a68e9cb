"""Bodies that keep the ledger of credit: what ran out, begins, differs, is worth today."""

from django.urls import reverse
from django.utils import timezone

from xinheng import access, messaging
from xinheng.access import queries as people
from xinheng.exposure import operations as exposure
from xinheng.exposure.operations.halting import Halted
from xinheng.exposure.rules import MOST_EXPIRED
from xinheng.limits import operations as limits
from xinheng.receivables import verification as receivables

MOST_BATCHES = 100


def sweep() -> None:
    """Expire overdue reservations, a thousand to a transaction; the next run takes what is left."""
    by = access.system("worker")
    for _ in range(MOST_BATCHES):
        if len(exposure.sweep(by=by, on=timezone.localdate())) < MOST_EXPIRED:
            return


def apply_due() -> None:
    """Let the grants of the day set the limits of their accounts."""
    limits.apply_due(by=access.system("worker"), on=timezone.localdate())


def revalue() -> None:
    """Restate what is reserved and delivered in other currencies at the rates of the day."""
    exposure.revalue(by=access.system("worker"), on=timezone.localdate())


def check() -> None:
    """Recompute the ledger, halt the accounts that differ, and tell the credit managers."""
    by = access.system("worker")
    more = receivables.differing(by=by)
    for halted in exposure.halt_differing(by=by, more=more):
        _tell(halted)


def _tell(halted: Halted) -> None:
    documents = ", ".join(halted.documents) or "-"
    page = "desk:exposure-group" if halted.is_group else "desk:exposure"
    by = access.system("worker")
    for user_id in people.holders_of(by, "credit_manager"):
        messaging.notify(
            by=by,
            user_id=user_id,
            key=f"halt:{halted.account_id}:{timezone.localdate()}",
            title_zh=f"{halted.name} 账目不一致，已暂停新增占用；请核对：{documents}"[:200],
            title_en=f"Books of {halted.name} differ; new credit is halted. See: {documents}"[:200],
            link=reverse(page, kwargs={"code": halted.code}),
        )
