"""One question as a data set's file has it, before its picture is looked at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vpd.engine.records import AnswerKind

__all__ = ["NOT_GIVEN", "Encoded", "Entry", "Named", "Picture"]

NOT_GIVEN = "not given"
"""The kind of a question whose file does not say it."""


@dataclass(frozen=True, slots=True)
class Named:
    """A picture by the names under which it may lie, the likeliest first; slashes between folders."""

    names: tuple[str, ...]

    def __str__(self) -> str:
        return self.names[0]


@dataclass(frozen=True, slots=True)
class Encoded:
    """A picture's file in the record itself."""

    data: str | bytes
    """The file's bytes, or the same in base64."""

    def __str__(self) -> str:
        return "the picture in the record"


Picture = Named | Encoded


@dataclass(frozen=True, slots=True)
class Entry:
    """One question; the fields that `Question` has too mean the same."""

    key: str
    text: str
    picture: Picture
    kind: str
    answer_kind: AnswerKind
    source: str
    split: str
    file: Path
    """Where it stands."""
    record: int
    """Its number in the file, from 1."""
    choices: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    group: str = ""
    """Shared by the questions that are only scored together; empty where each stands for itself."""
