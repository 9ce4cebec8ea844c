"""The records from a verdict to what a student predicts, in the order in which they come to be."""

from enum import StrEnum
from typing import Any, ClassVar

from vpd.engine.record import Record
from vpd.engine.records import Message
from vpd.tools.image import ImageRef

__all__ = ["Finding", "Outcome", "Prediction", "Rationale", "State", "Teaches", "TrainingExample", "Verdict"]


class Outcome(StrEnum):
    """What became of a program on a question; never a bool."""

    RIGHT = "right"
    WRONG = "wrong"
    SILENT = "silent"
    """It ran and gave no answer."""
    FAILED = "failed"
    """It was refused or stopped."""
    UNKNOWN = "unknown"
    """Nobody knows the answer."""


class Verdict(Record):
    """Whether a trace's answer is right for a question."""

    ASKED: ClassVar = ("question", "trace", "rule")

    question: str
    """The question's id."""
    trace: str
    """The trace's id."""
    trace_digest: str
    rule: str
    """The judging rule that fired, with its version."""
    outcome: Outcome
    score: float
    """In 0..1; 1 is right."""
    answer: str | None
    """The trace's answer as the rule read it."""
    expected: tuple[str, ...] = ()


class State(StrEnum):
    """What a check says of a trace."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """There was too little to tell by."""


class Finding(Record):
    """What a battery of checks says of one trace on one question, beyond its answer."""

    ASKED: ClassVar = ("question", "trace", "battery")

    question: str
    trace: str
    trace_digest: str
    battery: str
    """Names and versions of the checks, and what else decides them."""
    states: dict[str, State]
    scores: dict[str, float]
    """The number that each check went by."""


class Rationale(Record):
    """A trace told in words."""

    ASKED: ClassVar = ("question", "trace", "writer", "grid")

    question: str
    trace: str
    trace_digest: str
    writer: str
    """`template` with its version, or the model that wrote it and its prompt's digest."""
    grid: str
    """How places are written, as `Grid.name` has it."""
    text: str
    """Ends with the program's own answer."""
    answer: str
    unfounded: tuple[str, ...] | None = None
    """What it says that no call or step shows; None where nothing has looked, as for the template's own words."""


class Teaches(StrEnum):
    """What a student learns from an example."""

    ANSWER = "answer"
    RATIONALE = "rationale"
    DESCRIPTION = "description"


class TrainingExample(Record):
    """What a student reads and what its loss reads."""

    ASKED: ClassVar = ("question", "teaches", "rationale")

    question: str
    """The question's id; of a description, the picture's digest."""
    image: ImageRef
    teaches: Teaches
    messages: tuple[Message, ...]
    """A user turn with the picture before its text, then the assistant turn that is the target."""
    kind: str
    split: str
    rationale: str | None = None
    """Id of the rationale behind it; None for the human's answer."""
    provenance: dict[str, Any] = {}
    """Ids and digests of program, trace and verdict, to walk back from a row."""


class Prediction(Record):
    """What a student said of one question."""

    ASKED: ClassVar = ("question", "arm", "mode")
    TIMED: ClassVar = ("seconds",)

    question: str
    kind: str
    split: str
    arm: str
    """Which student."""
    mode: str
    """`answer`, or `explain` for the rationale first."""
    text: str
    """What it said, to the letter."""
    answer: str
    expected: tuple[str, ...]
    outcome: Outcome
    seconds: float = 0.0
    """Its share of its batch's wall clock."""
