"""Tell systems that listen what became of accounts, in the transaction of the act."""

from collections.abc import Sequence
from typing import Any

from xinheng import access
from xinheng.exposure.models import Account
from xinheng.messaging.models import Subscription
from xinheng.messaging.webhooks import operations as webhooks


def announce(event: str, facts: Sequence[tuple[int, dict[str, Any]]]) -> None:
    """Announce one event per (account id, ids to name); nobody listening costs one look."""
    heard = Subscription.objects.filter(events__contains=[event], disabled_at=None)
    if not facts or not heard.exists():
        return
    ids = {account_id for account_id, _ in facts}
    rows = Account.objects.filter(pk__in=ids).select_related("customer", "group")
    whose: dict[int, dict[str, Any]] = {}
    for account in rows:
        if account.customer is not None:
            whose[account.pk] = {"account": account.pk, "customer": account.customer.code}
        elif account.group is not None:
            whose[account.pk] = {"account": account.pk, "group": account.group.code}
    for account_id, data in facts:
        named = whose[account_id]
        webhooks.announce(
            by=access.system("exposure"),
            event=event,
            data={**named, **data},
            subject=named.get("customer") or named["group"],
        )
