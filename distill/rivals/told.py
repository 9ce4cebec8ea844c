"""What a rival said of one picture: question, reasoning and answer, judged and grounded like a rationale of ours."""

from typing import ClassVar

from vpd.distill.records import Outcome
from vpd.engine.record import Record
from vpd.engine.records import Question

__all__ = ["FILE", "Told"]

FILE = "rivals.jsonl"
"""Where a run keeps these records."""


class Told(Record):
    """One reply of a language model that ran no program."""

    ASKED: ClassVar = ("rival", "question_id", "prompt_sha256", "model", "sampling", "draw")
    TIMED: ClassVar = ("seconds", "cached", "cost")

    rival: str
    question_id: str
    """Of the run's question that was put to it; of a rival that asks for itself, the picture's digest."""
    prompt_sha256: str
    model: str
    sampling: dict[str, float | int | str | None]
    draw: int
    completion: str
    """What the model said, to the letter."""
    question: Question | None = None
    """What was answered; None where the reply could not be read. The rival's own has labels only where somebody knows them."""
    text: str = ""
    """The reasoning, ending with the answer; empty where the reply could not be read."""
    answer: str | None = None
    outcome: Outcome = Outcome.FAILED
    """By the judge of programs' answers. `failed`: the reply could not be read."""
    grid: str
    claims: int = 0
    """How many claims the text makes."""
    unfounded: tuple[str, ...] = ()
    """Those that nothing it was told bears out."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = None
    seconds: float = 0.0
    cached: bool = False
