"""Proposals of the policy, and grants: what a customer or a group may owe, from a day to a day."""

from django.db import models
from django.db.models import Q
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


class Grant(models.Model):
    """What one customer or group may owe in one segment, from a day until a day or for good.

    An account may have several; `operations.apply_due` makes the one in force the account's limit.
    """

    class Mode(models.TextChoices):
        NONE = "none", "无授信"
        LIMITED = "limited", "限额"
        UNLIMITED = "unlimited", "不限额"

    customer = models.ForeignKey("parties.Customer", null=True, on_delete=models.PROTECT)
    group = models.ForeignKey("parties.Group", null=True, on_delete=models.PROTECT)
    segment = models.ForeignKey("exposure.Segment", on_delete=models.PROTECT, db_index=False)
    mode = models.CharField(max_length=10, choices=Mode)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    in_group = models.BooleanField(default=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    terms = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=20)
    batch_id = models.UUIDField(null=True, db_index=True)
    granted_by = models.CharField(max_length=160)
    granted_at = models.DateTimeField(db_default=Now())
    changed_xid = XidField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "group", "segment", "valid_from"],
                nulls_distinct=False,
                name="grant_once",
            ),
            models.CheckConstraint(
                name="grant_one_node", condition=Q(customer__isnull=True) ^ Q(group__isnull=True)
            ),
            models.CheckConstraint(
                name="grant_amount_iff_limited",
                condition=Q(mode="limited", amount_minor__gte=0)
                | (~Q(mode="limited") & Q(amount_minor__isnull=True)),
            ),
            models.CheckConstraint(
                name="grant_ends_after_start",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=models.F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"grant {self.pk} from {self.valid_from}"


class InForce(models.Model):
    """The grant that an account carries, as it was applied, and what stood there before any.

    A limit that was set in another way since, as a merge does, stays until the grant changes.
    """

    account = models.OneToOneField(
        "exposure.Account", on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    grant_id = models.BigIntegerField()
    mode = models.CharField(max_length=10)
    limit_minor = models.BigIntegerField(null=True)
    in_group = models.BooleanField()
    valid_to = models.DateField(null=True)
    former_mode = models.CharField(max_length=10)
    former_limit_minor = models.BigIntegerField(null=True)
    former_in_group = models.BooleanField()

    def __str__(self) -> str:
        return f"account {self.account_id} carries grant {self.grant_id}"
