"""The records from a question to a trace, in the order in which they come to be."""

import hashlib
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import Field

from vpd.engine.record import Record
from vpd.tools.image import ImageRef

__all__ = [
    "AnswerKind",
    "Failure",
    "FailureStage",
    "Isolation",
    "Message",
    "Program",
    "Prompt",
    "Question",
    "Step",
    "ToolCall",
    "Trace",
]


class AnswerKind(StrEnum):
    """What an answer is; it decides which rule judges it."""

    YES_NO = "yes_no"
    NUMBER = "number"
    CHOICE = "choice"
    TEXT = "text"
    """A word or phrase that is one of the labels."""
    SOFT = "soft"
    """A word or phrase; the labels are what several people said, ten of them in VQA, and count by how many agree."""
    BOX = "box"
    """A region of the picture; each label is one, as `left top right bottom` in pixels."""
    SET = "set"
    """Several things in any order; each label is one of them."""
    FREE = "free"
    """A sentence, which only a reader can compare with the labels."""


class Question(Record):
    """What is asked of a picture, and what people answered where somebody knows."""

    ASKED: ClassVar = ("source", "key")

    key: str
    """The data set's own number of the question."""
    text: str
    image: ImageRef
    kind: str
    """The data set's own kind, by which results are broken down."""
    answer_kind: AnswerKind
    choices: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    """Empty where nobody knows."""
    source: str
    """The data set and its release."""
    split: str
    details: dict[str, Any] = {}
    """What the data set says beyond that and a metric may need, in plain JSON: question type, options' rotation, hint."""


class Message(Record):
    """One turn of a chat."""

    role: str
    """`system`, `user` or `assistant`."""
    content: str


class Prompt(Record):
    """Exactly what is sent to a language model."""

    ASKED: ClassVar = ("sha256",)

    name: str
    messages: tuple[Message, ...]
    sha256: str
    """Of the messages, and of the picture where there is one."""
    image: ImageRef | None = None
    """The picture that stands before the last message's text; only models that see take one."""


class Program(Record):
    """One draw: a program that a language model wrote for a question's text."""

    ASKED: ClassVar = ("prompt_sha256", "model", "sampling", "draw")
    TIMED: ClassVar = ("seconds", "cached", "cost")

    question: str
    """The text of the question, the same for all pictures it is asked of."""
    prompt_sha256: str
    model: str
    """The model string as litellm takes it."""
    sampling: dict[str, float | int | str | None]
    """Temperature and every other parameter that can change the draw."""
    draw: int
    """Its number among the draws of the same prompt, from 0."""
    completion: str
    """What the model said, to the letter."""
    source: str
    """The program in it; empty where there is none."""
    score: float | None = None
    """Mean log-probability a token, where the model gives one."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = None
    """US dollars; None where the price is not known."""
    seconds: float = 0.0
    cached: bool = False
    replayed: bool = False
    """The draw was recorded earlier and answered from a file."""

    @property
    def source_sha256(self) -> str:
        """The program's identity: draws of the same source share their traces."""
        return hashlib.sha256(self.source.encode()).hexdigest()


class FailureStage(StrEnum):
    """How far a run came."""

    REFUSED = "refused"
    COMPILE = "compile"
    RUN = "run"
    TOOL = "tool"
    LIMIT = "limit"


class Failure(Record):
    """Why a run stopped."""

    stage: FailureStage
    kind: str
    """An exception's name, a limit's name or a rule of the policy."""
    message: str
    line: int | None = None
    """Line of the program, from 1."""


class ToolCall(Record):
    """One call of a tool, written by the host."""

    TIMED: ClassVar = ("seconds", "cached", "attempts")

    number: int
    """From 0, in the order in which the program called."""
    line: int | None
    """Line of the program, as the child says."""
    tool: str
    arguments: dict[str, Any]
    """Plain JSON; an image stands as {"region": [left, top, right, bottom], "label": str, "from": [call, place] or null}."""
    result: Any = None
    """Plain JSON; a box stands as {"region": [...], "label": str, "score": float}."""
    uses: tuple[int, ...] = ()
    """Numbers of the calls whose results it was given."""
    cached: bool = False
    failure: Failure | None = None
    seconds: float = 0.0
    attempts: int = Field(default=1, exclude_if=lambda attempts: attempts == 1)
    """How often the tool was run for it; written only where it was more than once."""


class Step(Record):
    """What the program did between calls, in the child's own word: shown, never trusted."""

    line: int
    kind: str
    """`bind`, `branch`, `loop`, `filter` or `return`."""
    after_call: int
    """How many calls had been made before, as the host counts."""
    names: dict[str, Any]
    """Names and their values as plain JSON, a region as in a call's arguments. By kind:

    `bind`: the names. `branch`: `taken`, and `values` of both sides of its comparisons. `loop`: `rounds`. `return`: `value`.
    `filter`, a comprehension with a condition: `test`, `kept`, `of`, and of those kept the first `items`, with their places
    `passed`.
    """
    source: str = ""
    """The program's text: of the statement, of a branch's test, of the value that is returned."""


class Isolation(StrEnum):
    """How strongly a program was confined."""

    KERNEL = "kernel"
    """The kernel refuses files, network, processes and signals, even to an interpreter that is fully owned."""
    PROCESS = "process"
    """A process of its own under the policy, killed at its limits."""


class Trace(Record):
    """Everything one program did to one picture."""

    ASKED: ClassVar = ("program", "image_sha256", "tools")
    TIMED: ClassVar = ("seconds", "image")

    program: str
    """`source_sha256` of the program."""
    source: str
    """The program itself, as it was run."""
    image: ImageRef
    image_sha256: str
    tools: tuple[str, ...]
    """Every tool that was there, as name==version, sorted."""
    isolation: Isolation
    calls: tuple[ToolCall, ...]
    steps: tuple[Step, ...] = ()
    printed: str = ""
    answer: Any = None
    """Plain JSON, flattened under a budget; None where the run failed."""
    failure: Failure | None = None
    seconds: float = 0.0
    """Wall clock from the start of the program to its end."""

    @property
    def digest(self) -> str:
        """As every record's, but the calls' timings are left out too."""
        untimed = {"seconds": 0.0, "cached": False, "attempts": 1}
        quiet = self.model_copy(update={"calls": tuple(call.model_copy(update=untimed) for call in self.calls)})
        return super(Trace, quiet).digest
