"""What a form of custom fields is: the definition kind `fields`, one key per kind of record."""

from typing import Annotated, Literal

from pydantic import Field as Limits
from pydantic import StringConstraints

from xinheng.definitions.schema import Strict

Type = Literal["text", "number", "amount", "date", "flag", "choice", "choices"]
Secrecy = Literal["public", "internal", "sensitive", "confidential"]
# What a text may have to look like. A list and not an expression: nobody's pattern can stall us.
Pattern = Literal["", "digits", "letters", "letters_digits", "phone", "email", "postcode", "url"]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,29}$")]
Label = Annotated[str, StringConstraints(min_length=1, max_length=40, strip_whitespace=True)]
Words = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True)]
Bound = Annotated[str, StringConstraints(max_length=24, strip_whitespace=True)]

MOST_FIELDS = 50
MOST_CHOICES = 200
LONGEST_TEXT = 1_000
MOST_DIGITS = 6


class Choice(Strict):
    """One value of a choice: its code is stored, its labels are shown."""

    code: Name
    zh: Label
    en: Words = ""
    retired: bool = False

    def label(self, language: str) -> str:
        """Return the label in "zh" or "en"."""
        return self.zh if language == "zh" or not self.en else self.en


class Field(Strict):
    """One custom field.

    digits:   decimals of a number; currency: of an amount
    minimum, maximum: bounds of a number, an amount or a date, as a file would write them
    longest:  of a text; pattern: what it must look like
    secrecy:  how confidential its values are; sensitive and confidential ones lie sealed
    indexed:  whether equal sealed values can be found, which tells whose are equal
    retired:  hidden everywhere; its values stay in the books and in old decisions
    """

    name: Name
    zh: Label
    en: Words = ""
    type: Type
    required: bool = False
    digits: int = Limits(0, ge=0, le=MOST_DIGITS)
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "CNY"
    minimum: Bound = ""
    maximum: Bound = ""
    longest: int = Limits(200, ge=1, le=LONGEST_TEXT)
    pattern: Pattern = ""
    choices: tuple[Choice, ...] = Limits((), max_length=MOST_CHOICES)
    help_zh: Words = ""
    help_en: Words = ""
    secrecy: Secrecy = "internal"
    indexed: bool = False
    filterable: bool = True
    listed: bool = False
    retired: bool = False

    def label(self, language: str) -> str:
        """Return the label in "zh" or "en"."""
        return self.zh if language == "zh" or not self.en else self.en

    def help(self, language: str) -> str:
        """Return the help text in "zh" or "en"."""
        return self.help_zh if language == "zh" or not self.help_en else self.help_en

    def choice(self, code: str) -> Choice | None:
        """Return a choice by its code, a retired one too."""
        return next((one for one in self.choices if one.code == code), None)

    @property
    def column(self) -> str:
        """Return the name of its column where engines read it."""
        return f"custom_{self.name}"


class Form(Strict):
    """All custom fields of one kind of record, in the order pages show them."""

    fields: tuple[Field, ...] = Limits((), max_length=MOST_FIELDS)

    @property
    def active(self) -> tuple[Field, ...]:
        """Return the fields that are in use."""
        return tuple(field for field in self.fields if not field.retired)

    def field(self, name: str) -> Field | None:
        """Return a field in use by its name."""
        return next((field for field in self.active if field.name == name), None)
