"""The mapping language: how columns of a foreign file become columns of ours.

A mapping is data, read from YAML. Each target column takes one source: a column of the file
(rename), a constant, a join of parts, or the least or greatest of parts. Then, in this order:
`strip` (also on one side), `values`, `date` (the form it is written in), `days` (an offset);
`round: half_up` lets an amount lose surplus digits. There is nothing else; nothing is evaluated.

    kind: invoices
    round: half_up
    columns:
      number: {join: [cust_number, cust_clear_seq], with: "-"}
      customer_code: {from: cust_number, strip_left: "0"}
      issue_date: {min: [{from: due_date, days: -15}, clear_date]}
      currency: {constant: USD}
"""

from __future__ import annotations

from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from xinheng.exchange.kinds import KINDS, custom
from xinheng.kernel.refusals import Refusal

_LARGEST_TEXT = 64 * 1024
_DEEPEST = 4
_SOURCES = ("from_", "constant", "join", "min", "max")


class MappingWrong(Refusal):
    """The mapping file is not a mapping."""

    code = "mapping-wrong"
    zh = "映射文件有误：{place}：{why}。"
    en = "The mapping file is wrong at {place}: {why}."


class Expression(BaseModel):
    """Where a value comes from and what is done to it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    from_: str | None = Field(None, alias="from", min_length=1)
    constant: str | None = None
    join: tuple[str | Expression, ...] | None = Field(None, min_length=1, max_length=20)
    with_: str = Field("", alias="with", max_length=20)
    min: tuple[str | Expression, ...] | None = Field(None, min_length=2, max_length=20)
    max: tuple[str | Expression, ...] | None = Field(None, min_length=2, max_length=20)
    strip: str | None = Field(None, min_length=1, max_length=20)
    strip_left: str | None = Field(None, min_length=1, max_length=20)
    strip_right: str | None = Field(None, min_length=1, max_length=20)
    values: dict[str, str] | None = Field(None, max_length=1_000)
    date: str | None = Field(None, max_length=40)
    days: int | None = Field(None, ge=-3660, le=3660)
    round: Literal["half_up"] | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Expression:
        given = [name for name in _SOURCES if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("name exactly one of from, constant, join, min, max")
        if self.with_ and self.join is None:
            raise ValueError("`with` belongs to `join`")
        if self.date is not None and self.date != "excel" and "%" not in self.date:
            raise ValueError("`date` is a form such as %m/%d/%Y, or excel")
        return self


class Mapping(BaseModel):
    """A whole mapping file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    note: str = ""
    round: Literal["half_up"] | None = None
    columns: dict[str, str | Expression] = Field(min_length=1)

    @model_validator(mode="after")
    def _known_targets(self) -> Mapping:
        if self.kind not in KINDS:
            raise ValueError(f"kind is one of {', '.join(KINDS)}")
        kind = KINDS[self.kind]
        if not all(map(kind.has, self.columns)):
            kind = custom.current(kind)
        for target, source in self.columns.items():
            if not kind.has(target):
                raise ValueError(f"{self.kind} has no column {target}")
            _check(source, kind.column(target).meaning, _DEEPEST)
        return self


def _check(source: str | Expression, target: str, depth: int) -> None:
    """Refuse what would have no meaning for a column of this type."""
    if isinstance(source, str):
        return
    if depth == 0:
        raise ValueError("parts are nested too deeply")
    is_date = target == "date"
    is_number = target in ("money", "integer", "decimal")
    if (source.min or source.max) and not (is_date or is_number):
        raise ValueError("min and max are for dates and numbers")
    if (source.date is not None or source.days is not None) and not is_date:
        raise ValueError("date and days are for columns that hold a date")
    if source.round is not None and target != "money":
        raise ValueError("round is for amounts")
    for part in (*(source.join or ()), *(source.min or ()), *(source.max or ())):
        _check(part, target, depth - 1)


class _Loader(yaml.BaseLoader):
    """Reads every scalar as text, so that no value changes its type; aliases are refused."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not allowed")
        return super().compose_node(parent, index)


def from_yaml(text: str, kind: str | None = None) -> Mapping:
    """Read a mapping; `kind` is the kind it must be for.

    refuses: MappingWrong
    """
    if len(text) > _LARGEST_TEXT:
        raise MappingWrong(place="*", why=f"longer than {_LARGEST_TEXT} characters")
    try:
        loaded = yaml.load(text, Loader=_Loader)  # noqa: S506 — a loader that builds only texts
    except (yaml.YAMLError, RecursionError) as error:
        raise MappingWrong(place="yaml", why=" ".join(str(error).split())[:300]) from None
    return from_data(loaded, kind)


def from_data(data: Any, kind: str | None = None) -> Mapping:
    """Read a mapping from plain data, such as JSON.

    refuses: MappingWrong
    """
    try:
        mapping = Mapping.model_validate(data)
    except ValidationError as error:
        # Of the two readings of a source, a text or an expression, the second says more.
        first = max(error.errors(), key=lambda found: "Expression" in str(found["loc"]))
        names = [str(part) for part in first["loc"] if part != "str"]
        place = ".".join(name for name in names if "Expression" not in name) or "*"
        raise MappingWrong(place=place, why=first["msg"].removeprefix("Value error, ")) from None
    if kind is not None and mapping.kind != kind:
        raise MappingWrong(place="kind", why=f"the mapping is for {mapping.kind}, not {kind}")
    return mapping


def as_data(mapping: Mapping) -> dict[str, Any]:
    """Return the plain form that batches store and the child receives."""
    return mapping.model_dump(by_alias=True, exclude_defaults=True, mode="json")
