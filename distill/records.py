"""The records from a verdict to what a student predicts, in the order in which they come to be."""

from enum import StrEnum
from typing import Any, ClassVar

from pydantic import SerializerFunctionWrapHandler, model_serializer

from vpd.engine.record import Record
from vpd.engine.records import Message
from vpd.tools.image import ImageRef

__all__ = ["Finding", "Outcome", "Prediction", "Preference", "Rationale", "State", "Teaches", "TrainingExample", "Verdict"]


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
    UNCLEAR = "unclear"
    """Who was asked gave no answer that can be read, or could not be shown the trace; no policy takes it for a pass."""


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
    """What it says that no call or step shows; None where nothing has looked."""

    @property
    def told_by(self) -> str:
        """`template`, or the model's name: the writer without its version or its prompt's digest."""
        return self.writer.rpartition(" ")[0] or self.writer.partition("-")[0]


class Teaches(StrEnum):
    """What a student learns from an example."""

    ANSWER = "answer"
    RATIONALE = "rationale"
    DESCRIPTION = "description"


class TrainingExample(Record):
    """What a student reads and what its loss reads."""

    ASKED: ClassVar = ("question", "teaches", "rationale")

    question: str
    """The question's id; of a description, the picture's digest and what of it is listed."""
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


class Preference(Record):
    """Two rationales of one question, one of a right trace and one of a wrong trace."""

    ASKED: ClassVar = ("question", "chosen_trace", "rejected_trace")

    question: str
    image: ImageRef
    asked: str
    """The user's turn, with the picture before it."""
    chosen: str
    """What a right trace comes to in words."""
    rejected: str
    """What a wrong one does, told by the same writer."""
    kind: str
    split: str
    chosen_trace: str
    rejected_trace: str
    writer: str


class Prediction(Record):
    """What a student said of one question."""

    ASKED: ClassVar = ("question", "arm", "mode")
    TIMED: ClassVar = ("seconds", "memory_mib")
    UNLESS_SAID: ClassVar = ("probability", "samples", "share", "tokens", "prompt_tokens", "cost", "memory_mib")

    question: str
    kind: str
    split: str
    arm: str
    """Which student, or who else was asked: a served model, the programs, a tool."""
    mode: str
    """`answer`, `explain` for the rationale first, or `voted` with the number of samples, their temperature and the seed."""
    text: str
    """What it said, to the letter."""
    answer: str
    expected: tuple[str, ...]
    outcome: Outcome
    seconds: float = 0.0
    """Its share of its batch's wall clock."""
    probability: float | None = None
    """Of yes, in 0..1, where the question wants yes or no and it can be told: what ranks predictions for AUROC."""
    samples: tuple[str, ...] = ()
    """Of a vote, all that was said; `text` is the first that gave the answer."""
    share: float | None = None
    """Of a vote, how many of all samples gave the answer, in 0..1."""
    tokens: int | None = None
    """Said, the end mark left out; of a vote, in all samples."""
    prompt_tokens: int | None = None
    """Read, those that stand for the picture among them."""
    cost: float | None = None
    """US dollars, where a served model's price is known."""
    memory_mib: float | None = None
    """Most that the process had held when the question was answered: on the GPU where it ran there, else resident."""

    @model_serializer(mode="wrap")
    def _leave_out(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """What was not measured is not written, so that files from before these fields stay as they are."""
        whole: dict[str, Any] = write(self)
        return {name: value for name, value in whole.items() if name not in self.UNLESS_SAID or value not in (None, (), [])}
