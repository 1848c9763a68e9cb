"""Who may sign in, from which department, with which roles and tokens."""

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class Department(models.Model):
    """A node of the company's own organisation tree."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A person or a service of ours. Roles are names from access.policy.ROLES."""

    class Scope(models.TextChoices):
        OWN = "own", "本人"
        DEPARTMENT = "department", "本部门"
        ALL = "all", "全部"

    name = models.CharField(max_length=120, blank=True)
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT)
    scope = models.CharField(max_length=12, choices=Scope, default=Scope.OWN)
    roles = ArrayField(models.CharField(max_length=40), default=list)
    is_service = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="user_scope_known", condition=models.Q(scope__in=["own", "department", "all"])
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username


class OneTimeLink(models.Model):
    """A sign-in link that works once; only the hash of its secret is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    secret_hash = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"link of {self.user_id}"


class Token(models.Model):
    """An API token of a service user; only the hash of its secret is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    secret_hash = models.BinaryField(max_length=32, unique=True)
    scopes = ArrayField(models.CharField(max_length=20))
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"token {self.pk} of {self.user_id}"


class Reveal(models.Model):
    """Somebody looked at a confidential value unmasked: who, whose, which, why, for how long."""

    at = models.DateTimeField()
    expires_at = models.DateTimeField()
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    actor = models.CharField(max_length=120)
    object = models.CharField(max_length=160)
    customer_code = models.CharField(max_length=64, blank=True)
    field = models.CharField(max_length=40)
    reason = models.CharField(max_length=400)

    class Meta:
        indexes = [models.Index(fields=["user", "-id"], name="reveal_user")]

    def __str__(self) -> str:
        return f"{self.actor} {self.object}.{self.field}"
