"""What a room answers when a whole staged file was handed to it."""

from dataclasses import dataclass

from xinheng.kernel.refusals import Refusal

MOST_HOLDS_SHOWN = 50


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


@dataclass(frozen=True, slots=True)
class TakenBack:
    """How many rows of a batch went, and how many are again what they were before it."""

    removed: int
    restored: int

    def __add__(self, other: "TakenBack") -> "TakenBack":
        return TakenBack(self.removed + other.removed, self.restored + other.restored)


@dataclass(frozen=True, slots=True)
class Hold:
    """Why one row of a batch cannot be taken back: what came later and leans on it."""

    row: str
    zh: str
    en: str


class BatchNeeded(Refusal):
    """Later facts lean on rows of the batch; `holds` names them, the first ones of `count`."""

    code = "batch-needed"
    zh = "后来的记录依赖这个批次的 {count} 行，整批未撤销。第一行：{row}，{why_zh}。"
    en = (
        "Later records lean on {count} rows of this batch, so none was taken back. "
        "The first: {row}, {why_en}."
    )
    status = 409

    def __init__(self, holds: tuple[Hold, ...], count: int | None = None) -> None:
        self.holds = holds[:MOST_HOLDS_SHOWN]
        first = holds[0]
        super().__init__(count=count or len(holds), row=first.row, why_zh=first.zh, why_en=first.en)
