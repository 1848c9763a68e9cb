"""Sealed values of custom fields: what a record holds in their place is a reference to one."""

from django.db import models
from django.db.models.functions import Now

from xinheng.access import sealing
from xinheng.access.fields import IndexField, SealedField, SealedRow, sealed_field
from xinheng.access.keys import Ring


class Sealed(SealedRow):
    """One value, as JSON under the seal; a value never changes, another one is another row.

    A record, an image kept for undoing, and a merge may all refer to it by `uuid`; so none of
    them holds ciphertext, and a new key is given to this table alone.
    is_indexed: whether equal values can be found; `value_index` is empty where they cannot
    """

    record = models.CharField(max_length=20)
    name = models.CharField(max_length=30)
    is_indexed = models.BooleanField(default=False)
    value = SealedField(mask="confidential", index="value_index")
    value_index = IndexField()
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(
                fields=["record", "name", "value_index"],
                condition=models.Q(is_indexed=True),
                name="sealed_equal",
            )
        ]

    def __str__(self) -> str:
        return f"{self.record}.{self.name} {self.uuid}"

    def put(self, column: str, text: str, ring: Ring | None = None) -> None:
        """Seal a text, and index it by record and field where the field asks for it."""
        super().put(column, text, ring)
        field = sealed_field(type(self), column)
        compared = f"{self.record}.{self.name}={text}"
        index = sealing.blind(field.place, compared, ring) if self.is_indexed else b""
        self.value_index = index
