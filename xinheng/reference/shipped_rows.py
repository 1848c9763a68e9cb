"""The rows shipped with the program, read from the CSV files beside it (their sources: README).

Plain Python: the loader writes them into tables, and the sample company is built on the same
calendar without any database.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from xinheng.reference.rules import Calendar

_FOLDER = Path(__file__).parent / "shipped"


@dataclass(frozen=True, slots=True)
class HolidayRow:
    """A day whose working state differs from its weekday, or that a notice names."""

    date: date
    working: bool
    name: str = ""


@dataclass(frozen=True, slots=True)
class RateRow:
    """A rate on a day. kind: fx | lpr_1y | lpr_5y; an LPR is a fraction of 1 a year."""

    kind: str
    source: str
    target: str
    date: date
    rate: Decimal


@dataclass(frozen=True, slots=True)
class IndustryRow:
    """A section (C) or division (C34) of GB/T 4754-2017; a section has no parent."""

    code: str
    name: str
    name_en: str
    parent: str


@dataclass(frozen=True, slots=True)
class RegionRow:
    """A province-level division of GB/T 2260."""

    code: str
    name: str
    name_en: str


@cache
def holidays() -> tuple[HolidayRow, ...]:
    """Return the days of the published notices, in order."""
    return tuple(
        HolidayRow(date.fromisoformat(row["date"]), row["working"] == "1", row["name"])
        for row in _rows("holidays.csv")
    )


@cache
def calendar() -> Calendar:
    """Return the working days as shipped."""
    return Calendar({row.date: row.working for row in holidays()})


@cache
def rates() -> tuple[RateRow, ...]:
    """Return the loan prime rates since 2019-08 and a starting set of exchange rates."""
    return tuple(
        RateRow(
            row["kind"], row["from"], row["to"], date.fromisoformat(row["date"]),
            Decimal(row["rate"]),
        )
        for row in _rows("rates.csv")
    )  # fmt: skip


@cache
def industries() -> tuple[IndustryRow, ...]:
    """Return sections first, then divisions."""
    return tuple(
        IndustryRow(row["code"], row["name"], row["name_en"], row["parent"])
        for row in _rows("industries.csv")
    )


@cache
def regions() -> tuple[RegionRow, ...]:
    """Return the provinces by code."""
    return tuple(
        RegionRow(row["code"], row["name"], row["name_en"]) for row in _rows("regions.csv")
    )


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
