"""Whose facts changed in which transaction: what an incremental snapshot has to read again."""

from django.db import models
from django.db.models.functions import Now

from xinheng.journal.fields import XidField


class Touched(models.Model):
    """A customer with a fact that was added, changed or removed; written by triggers alone."""

    pk = models.CompositePrimaryKey("xid", "customer_id")
    xid = XidField()
    customer_id = models.BigIntegerField()
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.customer_id} in {self.xid}"
