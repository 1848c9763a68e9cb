"""Warning indicators as a definition: what a user edits, what YAML holds, what the rule applies."""

from typing import Annotated, Literal

from pydantic import Field, FiniteFloat, model_validator

from xinheng.definitions.schema import Strict, Text

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
Number = int | FiniteFloat
Days = Annotated[int, Field(ge=0, le=366)]
Owner = Literal["owner", "department", "credit"]

# The level of an alert, worst last; 0 is no alert.
LEVELS = ("yellow", "orange", "red")
# The alert of several weak signs together; no indicator may be called so.
COMBINED = "combined"


class Need(Strict):
    """What must hold beside the value: a factor of at least so much."""

    of: str
    at_least: Number


class Thresholds(Strict):
    """Where each level begins; a level that is left out never occurs."""

    yellow: Number | None = None
    orange: Number | None = None
    red: Number | None = None

    @model_validator(mode="after")
    def _one_at_least(self) -> "Thresholds":
        if not self.steps():
            raise ValueError("至少填写一级阈值 / give at least one threshold")
        return self

    def steps(self) -> tuple[tuple[int, Number], ...]:
        """Return (level 1 … 3, threshold) of the levels that occur, in rising level."""
        pairs = ((at + 1, getattr(self, name)) for at, name in enumerate(LEVELS))
        return tuple((level, edge) for level, edge in pairs if edge is not None)


class Part(Strict):
    """One value of an indicator: `of` − `minus`, ÷ `over`; nothing unless `over` is above 0.

    worse:      which side of a threshold, the edge included, means the level
    hysteresis: how far back behind a threshold the value must be before its level is left
    window:     over what the value is taken, in words
    """

    name: Text
    of: str
    minus: str | None = None
    over: str | None = None
    unit: str
    worse: Literal["higher", "lower"] = "higher"
    window: Text
    thresholds: Thresholds
    hysteresis: Annotated[Number, Field(ge=0)] = 0
    needs: tuple[Need, ...] = ()

    def codes(self) -> tuple[str, ...]:
        """Return the factors and figures this part reads."""
        named = (self.of, self.minus, self.over, *(need.of for need in self.needs))
        return tuple(code for code in named if code is not None)


class Indicator(Strict):
    """One sign of trouble: its parts (the worst decides), who is told, what is to be done.

    group:     signs of one group are one opinion; only different groups confirm each other
    mute_days: how long a closed alert stays quiet unless it gets worse than it was then
    owner:     who is told first: the customer's owner, the department, the credit managers
    """

    code: Code
    name: Text
    group: Literal["payment", "exposure", "trading", "score", "external", "financial"]
    parts: Annotated[tuple[Part, ...], Field(min_length=1)]
    mute_days: Days = 14
    owner: Owner = "owner"
    action: Text
    enabled: bool = True
    source: str = ""


class Combined(Strict):
    """Yellow signs of so many different groups together are orange."""

    enabled: bool = True
    groups: Annotated[int, Field(ge=2, le=6)] = 2
    name: Text
    mute_days: Days = 14
    owner: Owner = "owner"
    action: Text


class Indicators(Strict):
    """All indicators in force, and what several weak ones together mean."""

    indicators: Annotated[tuple[Indicator, ...], Field(min_length=1)]
    combined: Combined

    def active(self) -> tuple[Indicator, ...]:
        """Return the indicators that are switched on."""
        return tuple(one for one in self.indicators if one.enabled)

    def codes(self) -> tuple[str, ...]:
        """Return every factor and figure that the active indicators read, each once."""
        named = [code for one in self.active() for part in one.parts for code in part.codes()]
        return tuple(dict.fromkeys(named))

    def names(self) -> tuple[str, ...]:
        """Return the codes under which alerts arise, the combined one last."""
        last = (COMBINED,) if self.combined.enabled else ()
        return (*(one.code for one in self.active()), *last)

    def about(self, code: str) -> Indicator | Combined | None:
        """Return what is said about an alert's code; None for one that is gone."""
        if code == COMBINED:
            return self.combined
        return next((one for one in self.indicators if one.code == code), None)
