"""What every definition's schema is built from."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, InstanceOf, PlainSerializer

from xinheng.definitions import ranges
from xinheng.kernel import conditions


class Strict(BaseModel):
    """A frozen part of a definition; an unknown key is a mistake, not an extension."""

    model_config = ConfigDict(extra="forbid", frozen=True)


ConditionField = Annotated[
    InstanceOf[conditions.Leaf]
    | InstanceOf[conditions.All]
    | InstanceOf[conditions.Any_]
    | InstanceOf[conditions.Not],
    BeforeValidator(conditions.parse),
    PlainSerializer(conditions.dump, return_type=dict[str, Any]),
]


RangeField = Annotated[
    InstanceOf[ranges.Range],
    BeforeValidator(ranges.parse),
    PlainSerializer(str, return_type=str),
]


class Text(Strict):
    """One sentence in both languages; `{value}` and other named parts are filled in when said."""

    zh: str
    en: str

    def say(self, language: str, **parts: object) -> str:
        """Return the sentence with its parts filled in."""
        template = self.zh if language == "zh" else self.en
        return template.format(**parts)
