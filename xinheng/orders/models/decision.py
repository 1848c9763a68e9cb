"""The record of a credit decision: complete enough to be taken again years later."""

from django.db import models
from django.db.models.functions import Now

from xinheng.journal.fields import XidField


class Decision(models.Model):
    """One verdict on one document at one check point. Rows are inserted, never changed.

    `facts` holds every input, exposure rows included, and `versions` names the definitions in
    force: `rules.decide` over the two gives the same verdict. The ledger's entry carries this id.
    A decision that follows another on the same document names it, with what changed between them.
    """

    class Purpose(models.TextChoices):
        CHECK = "check", "试算"
        RESERVE = "reserve", "占用"
        AMEND = "amend", "变更"
        SHIP = "ship", "发货"
        RECHECK = "recheck", "重新检查"
        RELEASE = "release", "特批放行"

    class Outcome(models.TextChoices):
        APPROVED = "approved", "通过"
        HELD = "held", "冻结"
        REFUSED = "refused", "拒绝"

    uuid = models.UUIDField(unique=True)
    at = models.DateTimeField(db_default=Now())
    day = models.DateField()
    by = models.CharField(max_length=160)
    customer = models.ForeignKey("parties.Customer", on_delete=models.PROTECT)
    account = models.ForeignKey("exposure.Account", on_delete=models.PROTECT, db_index=False)
    order = models.ForeignKey(
        "orders.Order", null=True, on_delete=models.PROTECT, related_name="decisions"
    )
    purpose = models.CharField(max_length=10, choices=Purpose)
    document_kind = models.CharField(max_length=20)
    document_number = models.CharField(max_length=80, blank=True)
    point = models.CharField(max_length=10)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    outcome = models.CharField(max_length=10, choices=Outcome)
    has_warnings = models.BooleanField(default=False)
    reasons = models.JSONField(default=list)
    facts = models.JSONField()
    versions = models.JSONField()
    authority = models.CharField(max_length=10)
    excess_minor = models.BigIntegerField(default=0, db_default=0)
    # The RESERVE entry it led to.
    reservation = models.ForeignKey(
        "exposure.Entry", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    follows = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    changes = models.JSONField(null=True)
    changed_xid = XidField()

    class Meta:
        indexes = [
            models.Index(fields=["customer", "-id"], name="decision_customer"),
            models.Index(
                fields=["document_kind", "document_number", "-id"], name="decision_document"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document_kind} {self.document_number} {self.outcome}"
