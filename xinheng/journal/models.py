"""The append-only record of who did what. Rows are inserted, never changed.

`Event` holds what later proofs are built on; `Payload` holds the before and after values, the one
table of the journal whose rows may be erased (a person's right) without breaking any proof:
the digest is keyed by a salt, so it proves a payload that is shown and reveals none that is gone.
"""

import uuid

from django.db import models
from django.db.models.functions import Now

from xinheng.journal.fields import XidField


class Event(models.Model):
    """One act: actor, action, object and the digest of its payload."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    xid8 = XidField()
    at = models.DateTimeField(db_default=Now())
    actor = models.CharField(max_length=120)
    action = models.CharField(max_length=80)
    object = models.CharField(max_length=160)
    salt = models.BinaryField(max_length=32)
    digest = models.BinaryField(max_length=32)

    class Meta:
        indexes = [
            models.Index(fields=["object", "id"], name="event_object"),
            models.Index(fields=["at"], name="event_at"),
            models.Index(fields=["actor", "id"], name="event_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.action} {self.object}"


class Payload(models.Model):
    """What changed in one event; may be erased on a person's lawful request."""

    event = models.OneToOneField(Event, on_delete=models.PROTECT, primary_key=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    def __str__(self) -> str:
        return f"payload of event {self.pk}"


class Former(models.Model):
    """What a row was before a batch changed or removed it, so that the batch can be taken back.

    `row` is the row's primary key as text, `former_batch` the batch that had written it last.
    `is_removed`: the act took the row away; the image is all that is left of it.
    """

    batch_id = models.UUIDField()
    table = models.CharField(max_length=63)
    row = models.CharField(max_length=40)
    former_batch = models.UUIDField(null=True)
    is_removed = models.BooleanField(default=False, db_default=False)
    was = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch_id", "table", "row"], name="former_once")
        ]
        indexes = [models.Index(fields=["former_batch"], name="former_of_batch")]

    def __str__(self) -> str:
        return f"{self.table} {self.row} before {self.batch_id}"
