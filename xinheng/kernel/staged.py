"""What a room answers when a whole staged file was handed to it."""

from dataclasses import dataclass

from xinheng.kernel.refusals import Refusal


@dataclass(frozen=True, slots=True)
class RowRefusal:
    """One staged row the books refuse: its spreadsheet row, the column to mend, and why."""

    row: int
    column: str
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many records a staged relation made, changed or found as they were.

    Records, not rows: three lines of one new invoice count three times as created, so that the
    sum over created, updated, unchanged and refused is the number of staged rows.
    """

    created: int
    updated: int
    unchanged: int
    refused: tuple[RowRefusal, ...] = ()
