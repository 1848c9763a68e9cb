"""Every task of the house: its name, its body, and when it starts by itself."""

from collections.abc import Callable
from typing import Any, NamedTuple

from xinheng.jobs import (
    exchange,
    fields,
    housekeeping,
    ledger,
    masterdata,
    messaging,
    orders,
    reviews,
)


class Body(NamedTuple):
    name: str
    run: Callable[..., Any]
    every: str = ""
    attempts: int = 5


BODIES = (
    Body("access.forget_sign_ins", housekeeping.forget_sign_ins, every="20 18 * * *"),
    Body("engines.forget_touched", housekeeping.forget_touched, every="50 18 * * *"),
    Body("exchange.validate", exchange.validate, attempts=3),
    Body("exchange.apply", exchange.apply, attempts=3),
    Body("exchange.settle_interrupted", exchange.settle_interrupted, every="* * * * *"),
    Body("exchange.undo", exchange.undo, attempts=3),
    Body("exchange.forget_files", exchange.forget_files, every="10 19 * * *"),
    Body("exposure.sweep", ledger.sweep, every="* * * * *"),
    Body("exposure.revalue", ledger.revalue, every="10 16 * * *"),
    Body("exposure.check", ledger.check, every="30 17 * * *"),
    Body("fields.reseal", fields.reseal),
    Body("fields.follow_all", fields.follow_all, every="30 19 * * *"),
    # The business day begins at midnight in Shanghai, 16:00 UTC.
    Body("limits.apply_due", ledger.apply_due, every="1 * * * *"),
    Body("masterdata.search", masterdata.search, attempts=3),
    Body("masterdata.search_batch", masterdata.search_batch, attempts=3),
    Body("messaging.deliver", messaging.deliver, attempts=10),
    Body("messaging.deliver_webhook", messaging.deliver_webhook, attempts=10),
    Body(
        "messaging.queue_forgotten_webhooks", messaging.queue_forgotten_webhooks, every="* * * * *"
    ),
    Body("messaging.forget_webhooks", messaging.forget_webhooks, every="45 18 * * *"),
    Body("messaging.requeue_stalled", messaging.requeue_stalled, every="* * * * *"),
    Body("messaging.forget_finished_jobs", messaging.forget_finished_jobs, every="40 18 * * *"),
    Body("orders.recheck_open", orders.recheck_open, every="* * * * *"),
    Body("parties.forget_removed", housekeeping.forget_removed, every="0 19 * * *"),
    Body("reviews.run", reviews.run, attempts=3),
)
