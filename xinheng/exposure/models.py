"""The small ledger of credit: accounts, insert-only entries, and what other rooms post to them.

Counters and ladder are projections of the entries. One statement trigger moves them; the
application's database role has no right to.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from xinheng.journal.fields import XidField

COUNTERS = ("reserved", "delivered", "receivable", "bills", "deposits")


class Segment(models.Model):
    """A part of our own business with its own credit, such as a product line."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    currency = models.CharField(max_length=3, default="CNY")

    def __str__(self) -> str:
        return self.name


class Account(models.Model):
    """The credit of one node (a customer or a group) in one segment.

    `ancestors` are the accounts that this one counts in: its parent and the parent's ancestors,
    or none when `in_group` is off. `merged_into` is the account that took this one over when its
    customer was merged; an account so closed takes no entry but the MOVE that empties it.
    `halted_at` is set by the nightly check alone, when the account's books differ: nothing new is
    reserved on it until they agree again.
    """

    class Mode(models.TextChoices):
        NONE = "none", "无授信"
        LIMITED = "limited", "限额"
        UNLIMITED = "unlimited", "不限额"

    segment = models.ForeignKey(Segment, on_delete=models.PROTECT)
    customer = models.ForeignKey("parties.Customer", null=True, on_delete=models.PROTECT)
    group = models.ForeignKey("parties.Group", null=True, on_delete=models.PROTECT)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    ancestors = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    currency = models.CharField(max_length=3)
    mode = models.CharField(max_length=10, choices=Mode)
    limit_minor = models.BigIntegerField(null=True)
    in_group = models.BooleanField(default=True)
    merged_into = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    halted_at = models.DateTimeField(null=True)
    halt_reason = models.TextField(default="", db_default="", blank=True)
    reserved_minor = models.BigIntegerField(default=0, db_default=0)
    delivered_minor = models.BigIntegerField(default=0, db_default=0)
    receivable_minor = models.BigIntegerField(default=0, db_default=0)
    bills_minor = models.BigIntegerField(default=0, db_default=0)
    deposits_minor = models.BigIntegerField(default=0, db_default=0)
    changed_xid = XidField()

    class Meta:
        indexes = [
            models.Index(
                fields=["merged_into"],
                condition=Q(merged_into__isnull=False),
                name="account_merged_into",
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="account_one_node",
                condition=Q(customer__isnull=True) ^ Q(group__isnull=True),
            ),
            models.CheckConstraint(
                name="account_limit_iff_limited",
                condition=Q(mode="limited", limit_minor__gte=0)
                | (~Q(mode="limited") & Q(limit_minor__isnull=True)),
            ),
            models.CheckConstraint(name="account_reserved", condition=Q(reserved_minor__gte=0)),
            models.UniqueConstraint(
                fields=["customer", "segment"], name="account_customer_segment"
            ),
            models.UniqueConstraint(fields=["group", "segment"], name="account_group_segment"),
        ]

    def __str__(self) -> str:
        return f"account {self.pk}"

    @property
    def path(self) -> list[int]:
        """Return the ids of every account that an entry here moves, this one included."""
        return [self.pk, *self.ancestors]

    @property
    def used_minor(self) -> int:
        """Return what the limit must cover: everything owed or promised, less deposits held."""
        return (
            self.reserved_minor
            + self.delivered_minor
            + self.receivable_minor
            + self.bills_minor
            - self.deposits_minor
        )


class Entry(models.Model):
    """One immutable line of the ledger. Rows are inserted, never changed.

    A counter moves by the column of its name, in the account's currency. `ship_date` places what
    is reserved or delivered on the ladder, `due_date` what is receivable or on bills.
    """

    class Kind(models.TextChoices):
        RESERVE = "RESERVE", "占用"
        POST = "POST", "转应收"
        VOID = "VOID", "释放"
        EXPIRE = "EXPIRE", "到期释放"
        UNRESERVED = "UNRESERVED", "直接入账"
        SETTLE = "SETTLE", "清账"
        CORRECT = "CORRECT", "更正"
        REVALUE = "REVALUE", "重估"
        MOVE = "MOVE", "迁移"

    class Authority(models.TextChoices):
        LIMIT = "limit", "额度内"
        TOLERANCE = "tolerance", "容差"
        WARN = "warn", "警告放行"
        RELEASE = "release", "特批放行"
        INSURED = "insured", "保险"
        CARRIED = "carried", "沿用原决定"

    # The trigger meets every account of a statement anyway and refuses unknown ones at once, so
    # the database need not look up each row's again.
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, db_index=False, db_constraint=False
    )
    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField(db_default=Now())
    effective_date = models.DateField()
    ship_date = models.DateField(null=True)
    due_date = models.DateField(null=True)
    reserved_minor = models.BigIntegerField(default=0, db_default=0)
    delivered_minor = models.BigIntegerField(default=0, db_default=0)
    receivable_minor = models.BigIntegerField(default=0, db_default=0)
    bills_minor = models.BigIntegerField(default=0, db_default=0)
    deposits_minor = models.BigIntegerField(default=0, db_default=0)
    document_minor = models.BigIntegerField()
    document_currency = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=20, decimal_places=10)
    rate_date = models.DateField(null=True)
    excess_minor = models.BigIntegerField(default=0, db_default=0)
    authority = models.CharField(
        max_length=10, choices=Authority, default=Authority.LIMIT, db_default=Authority.LIMIT
    )
    decision_id = models.BigIntegerField(null=True)
    resolves = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="resolution"
    )
    # The reservation whose converted amount a REVALUE entry restates.
    revalues = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="revaluations",
        db_index=False, db_constraint=False,
    )  # fmt: skip
    expires_at = models.DateTimeField(null=True)
    source = models.CharField(max_length=160)
    key = models.CharField(max_length=160, null=True)
    batch_id = models.UUIDField(null=True)
    changed_xid = XidField()

    class Meta:
        indexes = [
            models.Index(fields=["account", "id"], name="entry_account"),
            # What of a document is delivered: the few entries that say so, not every invoice's.
            models.Index(
                fields=["source"], condition=~Q(delivered_minor=0), name="entry_delivered"
            ),
            models.Index(
                fields=["revalues"], condition=Q(revalues__isnull=False), name="entry_revalues"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(key__isnull=False), name="entry_key_once"
            ),
            models.CheckConstraint(
                name="entry_excess_iff_authority",
                condition=Q(excess_minor=0, authority="limit")
                | (Q(excess_minor__gt=0, decision_id__isnull=False) & ~Q(authority="limit")),
            ),
            models.CheckConstraint(
                name="entry_carried_whole",
                condition=~Q(authority="carried") | Q(excess_minor=F("reserved_minor")),
            ),
            models.CheckConstraint(
                name="entry_resolves_iff_second_step",
                condition=Q(kind__in=["POST", "VOID", "EXPIRE"], resolves__isnull=False)
                | (~Q(kind__in=["POST", "VOID", "EXPIRE"]) & Q(resolves__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.source}"


class Rung(models.Model):
    """One step of the ladder: what a customer's account has open per counter and day.

    `day` is the due date of a receivable or a bill, the ship date of what is reserved or
    delivered; none when the document names none.
    """

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, db_index=False, db_constraint=False
    )
    counter = models.CharField(max_length=10)
    day = models.DateField(null=True)
    open_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "counter", "day"],
                nulls_distinct=False,
                name="rung_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.counter} {self.day}"


class Pending(models.Model):
    """A reservation that nothing has resolved yet; kept by the trigger, like the counters.

    `reserved_minor` is its converted amount as revaluations left it, and what resolving it takes
    back. The two indexes hold open reservations only, so finding the overdue ones costs what is
    overdue and not what was ever reserved.
    """

    entry = models.OneToOneField(
        Entry, on_delete=models.PROTECT, primary_key=True, db_constraint=False
    )
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, db_index=False, db_constraint=False
    )
    reserved_minor = models.BigIntegerField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["account", "expires_at"], name="pending_account"),
            models.Index(
                fields=["expires_at"], condition=Q(expires_at__isnull=False), name="pending_overdue"
            ),
        ]

    def __str__(self) -> str:
        return f"pending {self.entry_id}"


class Standing(models.Model):
    """Facts about an account that rooms above post here and a check reads in one row.

    blocks: a list of {code, zh, en, since, by, room}; payment_index: 0 to 100, 100 pays best
    """

    class Status(models.TextChoices):
        ACTIVE = "active", "正常"
        WATCH = "watch", "关注"
        STOPPED = "stopped", "停止授信"

    account = models.OneToOneField(Account, on_delete=models.PROTECT, primary_key=True)
    dunning_level = models.PositiveSmallIntegerField(default=0, db_default=0)
    insured_minor = models.BigIntegerField(null=True)
    insured_until = models.DateField(null=True)
    review_due = models.DateField(null=True)
    limit_valid_to = models.DateField(null=True)
    tier = models.CharField(max_length=4, default="", db_default="", blank=True)
    grade = models.CharField(max_length=4, default="", db_default="", blank=True)
    payment_index = models.PositiveSmallIntegerField(null=True)
    status = models.CharField(
        max_length=10, choices=Status, default=Status.ACTIVE, db_default=Status.ACTIVE
    )
    blocks = models.JSONField(default=list, db_default=[])
    changed_xid = XidField()

    def __str__(self) -> str:
        return f"standing of account {self.account_id}"
