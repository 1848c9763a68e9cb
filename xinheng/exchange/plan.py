"""Bring a file's header, a kind and a mapping together: which text fills which column.

Runs in the limited child on the plain form of a mapping; `mapping.py` has judged it before.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from operator import itemgetter
from typing import Any

from xinheng.exchange import cells
from xinheng.exchange.kinds.columns import Column, Kind
from xinheng.kernel.refusals import Refusal

Getter = Callable[[Sequence[str]], str]
ERROR_HEADERS = frozenset(("error", "错误"))


class ColumnsMissing(Refusal):
    """Required columns are neither in the header nor in the mapping."""

    code = "columns-missing"
    zh = "第 {row} 行的表头缺少必需的列：{column}。请对照模板补上，或在映射中写明来源。"
    en = "The header in row {row} lacks required columns: {column}. Add or map them."


class ColumnRepeated(Refusal):
    """Two header cells mean the same column."""

    code = "column-repeated"
    zh = "第 {row} 行的表头中“{column}”出现了两次，请只保留一列。"
    en = "The header in row {row} names “{column}” twice; keep one of them."


class MappingSourceMissing(Refusal):
    """The mapping names a column that the file does not have."""

    code = "mapping-source-missing"
    zh = "映射引用的列“{column}”不在第 {row} 行的表头中。"
    en = "The mapping reads the column “{column}”, which the header in row {row} does not have."


class ColumnsUnknown(Refusal):
    """Rows of a request carry fields that the kind does not have."""

    code = "columns-unknown"
    zh = "未知的字段：{column}。"
    en = "Unknown fields: {column}."


@dataclass(frozen=True, slots=True)
class Source:
    """How one column is filled: its getter, the file columns behind it, and rounding."""

    column: Column
    get: Getter
    places: frozenset[int]
    rounding: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """How a file is read. `unknown` are header cells nothing reads."""

    kind: Kind
    width: int
    sources: tuple[Source, ...]
    unknown: tuple[str, ...]


def make(
    kind: Kind,
    header: Sequence[str],
    header_row: int,
    mapping: Mapping[str, Any] | None,
    *,
    serials: bool = False,
) -> Plan:
    """Decide how each column is filled.

    refuses: ColumnsMissing, ColumnRepeated, MappingSourceMissing
    """
    titles = [title.strip() for title in header]
    by_title = _by_title(titles, header_row)
    mapped: Mapping[str, Any] = (mapping or {}).get("columns", {})
    rounding = (mapping or {}).get("round")
    direct = _direct(kind, titles, header_row, frozenset(mapped))
    sources, missing = [], []
    for column in kind.columns:
        if column.name in mapped:
            reader = _Reader(by_title, header_row, column, serials)
            get, places = reader.compile(mapped[column.name])
            own = _own_rounding(mapped[column.name])
            sources.append(Source(column, get, frozenset(places), own or rounding))
        elif column.name in direct:
            place = direct[column.name]
            sources.append(Source(column, itemgetter(place), frozenset((place,)), rounding))
        elif column.required and column.custom is None:
            missing.append(f"{column.name}（{column.zh}）")
    if missing:
        raise ColumnsMissing(row=header_row, column="、".join(missing))
    used = frozenset(place for source in sources for place in source.places)
    unknown = tuple(
        title
        for place, title in enumerate(titles)
        if title and place not in used and title.lower() not in ERROR_HEADERS
    )
    return Plan(kind, len(titles), tuple(sources), unknown)


def names_of(column: Column) -> tuple[str, ...]:
    """Return every way a header cell may name a column, in lower case."""
    en = column.custom.en if column.custom is not None else ""
    return (
        *([en.lower()] if en else []),
        column.name,
        column.zh.lower(),
        f"{column.zh} {column.name}".lower(),
        f"{column.name} {column.zh}".lower(),
    )


def plain_title(title: str) -> str:
    """Return a header cell without the star of required columns and surplus blanks."""
    return " ".join(title.replace("*", " ").split()).lower()


def _by_title(titles: Sequence[str], header_row: int) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, title in enumerate(titles):
        if title and title in places:
            raise ColumnRepeated(row=header_row, column=title[:60])
        places[title] = place
    return places


def _direct(
    kind: Kind, titles: Sequence[str], header_row: int, mapped: frozenset[str]
) -> dict[str, int]:
    """Return the columns that the header itself names; a mapped one is left to its mapping."""
    known = {name: column.name for column in kind.columns for name in names_of(column)}
    direct: dict[str, int] = {}
    for place, title in enumerate(titles):
        name = known.get(plain_title(title))
        if name is None or name in mapped:
            continue
        if name in direct:
            raise ColumnRepeated(row=header_row, column=title[:60])
        direct[name] = place
    return direct


def _own_rounding(source: str | Mapping[str, Any]) -> str | None:
    return None if isinstance(source, str) else source.get("round")


@dataclass(frozen=True)
class _Reader:
    """Compiles the expressions of one target column."""

    by_title: Mapping[str, int]
    header_row: int
    column: Column
    serials: bool

    def compile(self, source: str | Mapping[str, Any]) -> tuple[Getter, set[int]]:
        """Return a getter and the file columns it reads."""
        if isinstance(source, str):
            place = self._place(source)
            return itemgetter(place), {place}
        get, places = self._origin(source)
        return _after(get, _steps(source)), places

    def _place(self, title: str) -> int:
        if title.strip() not in self.by_title:
            raise MappingSourceMissing(row=self.header_row, column=title[:60])
        return self.by_title[title.strip()]

    def _origin(self, source: Mapping[str, Any]) -> tuple[Getter, set[int]]:
        if "from" in source:
            place = self._place(source["from"])
            return itemgetter(place), {place}
        if "constant" in source:
            constant: str = source["constant"]
            return (lambda row: constant), set()
        name = next(name for name in ("join", "min", "max") if name in source)
        parts, places = [], set()
        for part in source[name]:
            get, found = self.compile(part)
            parts.append(get)
            places |= found
        if name == "join":
            return _joined(parts, source.get("with", "")), places
        return self._extreme(parts, min if name == "min" else max), places

    def _extreme(self, parts: Sequence[Getter], pick: Callable[..., Any]) -> Getter:
        """Return the least or greatest of the parts that hold a value."""
        is_date = self.column.meaning == "date"

        def get(row: Sequence[str]) -> str:
            texts = [text for part in parts if (text := part(row).strip())]
            if not texts:
                return ""
            if is_date:
                days = [cells.read_date(text, serials=self.serials) for text in texts]
                return str(pick(days).isoformat())
            return str(pick(texts, key=_number))

        return get


def _joined(parts: Sequence[Getter], glue: str) -> Getter:
    return lambda row: glue.join(part(row).strip() for part in parts)


def _number(text: str) -> Decimal:
    try:
        return Decimal(text.replace(",", ""))
    except InvalidOperation:
        raise cells.Wrong("number-unreadable", text=text[:40]) from None


Step = Callable[[str], str]


def _after(get: Getter, steps: Sequence[Step]) -> Getter:
    if not steps:
        return get

    def stepped(row: Sequence[str]) -> str:
        text = get(row).strip()
        for step in steps:
            if not text:
                break
            text = step(text)
        return text

    return stepped


def _steps(source: Mapping[str, Any]) -> list[Step]:
    """Return the transformations of an expression in the order the language fixes."""
    steps: list[Step] = []
    if chars := source.get("strip"):
        steps.append(lambda text: text.strip(chars))
    if left := source.get("strip_left"):
        steps.append(lambda text: text.lstrip(left))
    if right := source.get("strip_right"):
        steps.append(lambda text: text.rstrip(right))
    if values := source.get("values"):
        steps.append(lambda text: values.get(text, text))
    form = source.get("date")
    if form is not None:
        steps.append(lambda text: cells.read_date_as(text, form).isoformat())
    if days := source.get("days"):
        steps.append(lambda text: _shifted(text, days))
    return steps


def _shifted(text: str, days: int) -> str:
    from datetime import timedelta

    return (cells.read_date(text) + timedelta(days=days)).isoformat()
