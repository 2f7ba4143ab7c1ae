"""What every settings model shares: strict, frozen, closed, and in agreement with itself.

A model names its rules across fields in `conflicts` (errors) and `warnings`; pydantic checks single fields.
No `from __future__ import annotations` in settings models: pydantic reads the annotations at run time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.config import JsonDict
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

CONFLICTS: Final = "conflicts"
"""Error type under which a model reports its conflicts to the settings loader."""

FLOOR: Final = "x-floor"
STAND_IN: Final = "x-stand-in"
FORM: Final = "x-form"

NOT_LOWER: Final[JsonDict] = {FLOOR: "not-lower"}
"""Marks a field that a production environment may not set below what profile and base give."""


def text(pattern: str, form: str, *, longest: int = 2048, stand_in: str = "") -> FieldInfo:
    """A text field.

    Args:
        pattern: Regular expression that the whole text matches, anchors included.
        form: The same in words, for messages and pages.
        longest: Most characters; a count of that size in the pattern would cost start-up time.
        stand_in: A well-formed text in place of a value that could not be decrypted; only fields that have
            one may be encrypted.
    """
    words: JsonDict = {FORM: form, STAND_IN: stand_in} if stand_in else {FORM: form}
    annotation: FieldInfo = Field(pattern=pattern, max_length=longest, json_schema_extra=words)
    return annotation


TopicArn = Annotated[
    str, text(r"^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+$", "the ARN of an SNS topic")
]
LogRetentionDays = Annotated[
    Literal[
        1,
        3,
        5,
        7,
        14,
        30,
        60,
        90,
        120,
        150,
        180,
        365,
        400,
        545,
        731,
        1096,
        1827,
        2192,
        2557,
        2922,
        3288,
        3653,
    ],
    Field(json_schema_extra=NOT_LOWER),
]
"""Days that CloudWatch Logs accepts (PutRetentionPolicy); production may not go below its profile."""


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """Values that do not go together.

    Attributes:
        fields: The fields concerned; the first is the one to blame.
        text: What is wrong and what is allowed.
    """

    fields: tuple[str, ...]
    text: str


def conflict(text: str, *fields: str) -> Conflict:
    """A conflict of these fields; the first is the one to blame."""
    return Conflict(fields=fields, text=text)


class SettingsModel(BaseModel):
    """Base of all settings: unknown keys refused, no type coercion, frozen."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    def conflicts(self) -> Iterator[Conflict]:
        """Rules across fields that are broken."""
        yield from ()

    def warnings(self) -> Iterator[Conflict]:
        """What is allowed but unwise."""
        yield from ()

    @model_validator(mode="after")
    def _agree(self) -> Self:
        """Refuse values that contradict each other.

        Raises:
            PydanticCustomError: With all conflicts in its context.
        """
        found = tuple(self.conflicts())
        if found:
            text = "; ".join(conflict.text for conflict in found)
            raise PydanticCustomError(CONFLICTS, "{text}", {"text": text, CONFLICTS: found})
        return self


class SystemSettings(SettingsModel):
    """Settings of one system."""

    enabled: bool = False
    """Whether this environment has the system."""
