"""Tables that the world decides: holidays, rates, industries, regions."""

from django.db import models


class Holiday(models.Model):
    """A calendar day whose working state differs from its weekday."""

    date = models.DateField(primary_key=True)
    working = models.BooleanField()
    name = models.CharField(max_length=60, blank=True)
    batch_id = models.UUIDField(null=True)

    def __str__(self) -> str:
        return f"{self.date} {'班' if self.working else '休'}"


class Rate(models.Model):
    """An exchange rate or a loan prime rate on a day."""

    class Kind(models.TextChoices):
        FX = "fx", "汇率"
        LPR_1Y = "lpr_1y", "一年期 LPR"
        LPR_5Y = "lpr_5y", "五年期以上 LPR"

    kind = models.CharField(max_length=8, choices=Kind)
    source_currency = models.CharField(max_length=3, blank=True)
    target_currency = models.CharField(max_length=3, blank=True)
    date = models.DateField()
    rate = models.DecimalField(max_digits=20, decimal_places=10)
    batch_id = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "source_currency", "target_currency", "date"], name="rate_once"
            ),
            models.CheckConstraint(name="rate_positive", condition=models.Q(rate__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.source_currency}{self.target_currency} {self.date} {self.rate}"


class Industry(models.Model):
    """A section or division of GB/T 4754."""

    code = models.CharField(max_length=8, primary_key=True)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT)

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Region(models.Model):
    """A province-level division of GB/T 2260."""

    code = models.CharField(max_length=6, primary_key=True)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.name
