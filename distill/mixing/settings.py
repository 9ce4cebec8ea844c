"""What decides which rows of which runs a training set holds; written beside the set."""

from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from vpd.distill.errors import RunError

__all__ = ["Balance", "MixSettings", "SourceChoice", "read_source_choice"]


class Balance(StrEnum):
    """Which questions are left out so that none outweighs the others. Each source is balanced by itself."""

    NONE = "none"
    KIND = "kind"
    """No kind keeps more questions than the middle one has (the lower middle, of an even number of kinds)."""
    ANSWER = "answer"
    """In each kind, no answer keeps more questions than the second most frequent answer has."""
    BOTH = "both"
    """By answer, then by kind."""


class SourceChoice(BaseModel):
    """One run, or one earlier set, and how much of it is wanted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    weight: float | None = Field(None, gt=0, allow_inf_nan=False)
    """Its share of the questions beside the other sources' weights; None takes all that there is."""

    @property
    def name(self) -> str:
        """What rows call it: the folder's own name."""
        return Path(self.path).resolve().name


class MixSettings(BaseModel):
    """The settings of one set. The same settings and sources give the same set, byte for byte."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sources: tuple[SourceChoice, ...] = Field(min_length=1)
    balance: Balance = Balance.NONE
    most: int | None = Field(None, ge=1)
    """Most questions of the set; a question's answer row and rationale row count once."""
    validation: float = Field(0.0, ge=0, lt=1)
    """Share of the pictures whose rows go to the split `validation`."""
    seed: int = Field(0, ge=0)
    unlabelled: bool = False
    """Leave people's answers out: a short answer's target is what the program behind the question's rationale answered."""

    @field_validator("sources")
    @classmethod
    def _distinct(cls, sources: tuple[SourceChoice, ...]) -> tuple[SourceChoice, ...]:
        names = [source.name for source in sources]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            message = f"two sources are called {twice[0]!r}; rows could not be told apart, rename one folder"
            raise ValueError(message)
        return sources

    @model_validator(mode="after")
    def _weighted_alike(self) -> Self:
        weighted = [source.weight is not None for source in self.sources]
        if any(weighted) and not all(weighted):
            message = "give every source a weight, or none"
            raise ValueError(message)
        return self

    @classmethod
    def checked(cls, **given: object) -> Self:
        """As the constructor, but raises `RunError` with the first complaint."""
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(map(str, first["loc"])) or "mixing"
            message = f"{name}: {first['msg'].removeprefix('Value error, ')}"
            raise RunError(message) from error


def read_source_choice(text: str) -> SourceChoice:
    """`RUN` or `RUN:WEIGHT`. A folder whose own name ends so is taken as it is. Raises `RunError` where the weight is none."""
    path, colon, tail = text.rpartition(":")
    if not colon or Path(text).exists():
        return SourceChoice(path=text)
    try:
        return SourceChoice(path=path, weight=float(tail))
    except ValueError as error:
        message = f"{text}: a source is RUN or RUN:WEIGHT with a weight above 0, such as runs/gqa:0.5"
        raise RunError(message) from error
