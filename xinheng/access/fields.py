"""Columns that hold sealed values, and rows that have them.

A sealed column holds bytes and never decrypts by itself: whoever wants the text asks `take`, which
is easy to find, and what reaches a template, a log or `repr` by mistake is ciphertext.
"""

import uuid
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models

from xinheng.access import sealing
from xinheng.access.keys import Ring
from xinheng.access.sealing import Place


class SealedField(models.BinaryField):  # type: ignore[type-arg]
    """A sealed text. mask: its name in `masking`; index: the column of its keyed index, if any."""

    description = "sealed text"

    def __init__(self, *args: Any, mask: str, index: str = "", **kwargs: Any) -> None:
        self.mask, self.index = mask, index
        kwargs.setdefault("default", bytes)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs["mask"] = self.mask
        if self.index:
            kwargs["index"] = self.index
        return name, path, args, kwargs

    @property
    def place(self) -> Place:
        """Return the place its values are bound to."""
        return Place(self.model._meta.db_table, str(self.column), self.mask)


class IndexField(models.BinaryField):  # type: ignore[type-arg]
    """The keyed index of a sealed column: equal values of the column have equal bytes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", bytes)
        kwargs.setdefault("max_length", sealing.INDEX_BYTES)
        super().__init__(*args, **kwargs)


class SealedRow(models.Model):
    """A row with sealed columns; they are bound to its uuid, which it keeps for good."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True

    def put(self, column: str, text: str, ring: Ring | None = None) -> None:
        """Seal a text into a column and set its index; the caller saves."""
        field = sealed_field(type(self), column)
        setattr(self, column, sealing.seal(field.place, self.uuid, text, ring))
        if field.index:
            setattr(self, field.index, sealing.blind(field.place, text, ring))

    def take(self, column: str, ring: Ring | None = None) -> str:
        """Return the text of a column.

        refuses: KeyMissing, SealBroken
        """
        place = sealed_field(type(self), column).place
        return sealing.unseal(place, self.uuid, getattr(self, column), ring)


def sealed_field(model: type[models.Model], column: str) -> SealedField:
    """Return a sealed field of a model by name."""
    field = model._meta.get_field(column)
    assert isinstance(field, SealedField), f"{model.__name__}.{column} is not sealed"
    return field


def sealed_models() -> Iterator[tuple[type[SealedRow], tuple[SealedField, ...]]]:
    """Yield every model that has sealed columns, with them."""
    for model in apps.get_models():
        found = tuple(f for f in model._meta.concrete_fields if isinstance(f, SealedField))
        if found:
            assert issubclass(model, SealedRow), f"{model.__name__} must be a SealedRow"
            yield model, found
