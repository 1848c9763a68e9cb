"""Proposals: which tier, limit and terms the policy gives a customer, and which bound decided."""

from django.db import models
from django.db.models.functions import Now

from xinheng.journal.fields import XidField


class Proposal(models.Model):
    """What the policy proposes for one customer as of one date. Inserted, never changed."""

    assessment = models.OneToOneField("scoring.Assessment", on_delete=models.PROTECT)
    customer = models.ForeignKey("parties.Customer", on_delete=models.PROTECT)
    as_of = models.DateField()
    tier = models.CharField(max_length=4)
    currency = models.CharField(max_length=3)
    limit_current_minor = models.BigIntegerField(null=True)
    limit_proposed_minor = models.BigIntegerField()
    binding = models.CharField(max_length=40)
    bounds = models.JSONField(default=dict)
    terms = models.CharField(max_length=40)
    terms_days = models.PositiveSmallIntegerField(null=True)
    deposit_percent = models.PositiveSmallIntegerField(default=0)
    review_due = models.DateField()
    open_minor = models.BigIntegerField()
    overdue_minor = models.BigIntegerField()
    dpd_max = models.IntegerField()
    created_at = models.DateTimeField(db_default=Now())
    changed_xid = XidField()

    class Meta:
        indexes = [
            models.Index(fields=["as_of", "tier"], name="proposal_tier"),
            models.Index(fields=["customer", "-id"], name="proposal_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.tier} {self.limit_proposed_minor}"


class Latest(models.Model):
    """Where a customer stands after its latest review: what lists filter and sort by.

    A projection of Proposal and Assessment with one row per customer, rewritten set-based when
    results are recorded, so that a page of a hundred thousand customers costs one index scan.
    A review of an earlier date never overwrites a later one.
    """

    customer = models.OneToOneField(
        "parties.Customer", on_delete=models.PROTECT, primary_key=True, related_name="latest"
    )
    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT)
    as_of = models.DateField()
    grade = models.CharField(max_length=4)
    score = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    tier = models.CharField(max_length=4)
    currency = models.CharField(max_length=3)
    limit_current_minor = models.BigIntegerField(null=True)
    limit_proposed_minor = models.BigIntegerField()
    open_minor = models.BigIntegerField()
    overdue_minor = models.BigIntegerField()
    dpd_max = models.IntegerField()
    review_due = models.DateField()

    class Meta:
        indexes = [
            models.Index(fields=["-overdue_minor", "customer"], name="latest_overdue"),
            models.Index(fields=["-open_minor", "customer"], name="latest_open"),
            models.Index(fields=["score", "customer"], name="latest_score"),
            models.Index(fields=["grade", "customer"], name="latest_grade"),
            models.Index(fields=["tier", "customer"], name="latest_tier"),
            models.Index(fields=["review_due", "customer"], name="latest_review_due"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.grade} {self.tier}"
