"""Bodies that keep messages and the queue itself moving."""

from django.utils import timezone

from xinheng import access
from xinheng.messaging import operations as messaging
from xinheng.messaging.webhooks import operations as webhooks


def deliver(outgoing_id: int) -> None:
    messaging.deliver(by=access.system("worker"), outgoing_id=outgoing_id, at=timezone.now())


def requeue_stalled() -> None:
    messaging.requeue_stalled(by=access.system("worker"), at=timezone.now())


def forget_finished_jobs() -> None:
    messaging.forget_finished_jobs(by=access.system("worker"), at=timezone.now())


def deliver_webhook(delivery_id: int) -> None:
    webhooks.deliver(by=access.system("worker"), delivery_id=delivery_id, at=timezone.now())


def queue_forgotten_webhooks() -> None:
    webhooks.queue_forgotten(by=access.system("worker"))


def forget_webhooks() -> None:
    webhooks.forget_deliveries(by=access.system("worker"), at=timezone.now())
