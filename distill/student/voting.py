"""Several drawn rationales of one question, and the answer that most of them end in."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from vpd.distill.judging import judge_text
from vpd.distill.judging.reading import normalise
from vpd.engine.records import AnswerKind, Question

__all__ = ["Vote", "Voting", "vote"]


class Voting(BaseModel):
    """How a vote is held."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    samples: int = Field(5, ge=1, le=1000)
    """Rationales drawn for each question."""
    temperature: float = Field(0.7, gt=0, le=2)
    """Of the draws."""
    seed: int = Field(0, ge=0)

    @property
    def name(self) -> str:
        """As a prediction's mode has it: votes held otherwise stand beside each other."""
        return f"voted-{self.samples}-{self.temperature:g}" + (f"-seed{self.seed}" if self.seed else "")

    def dice(self, question: Question, sample: int) -> str:
        """The seed of one sample."""
        return f"{self.seed} {question.id} {sample}"


class Vote(NamedTuple):
    """What a vote came to."""

    winner: int | None
    """The number of the first sample that gave the answer; None where none gave any."""
    share: float
    """Of all samples, those without an answer among them."""
    yes: float | None
    """Of the samples that said yes or no, those that said yes; None where none did or the question wants something else."""


def vote(question: Question, answers: Sequence[str]) -> Vote:
    """The answer of most samples, as the question's rule reads them; of equally many, the one that came first."""
    read = [key_of(question, answer) for answer in answers]
    counts = Counter(key for key in read if key)
    if not counts:
        return Vote(None, 0.0, None)
    winner, votes = counts.most_common(1)[0]
    decided = counts["yes"] + counts["no"]
    is_yes_no = question.answer_kind is AnswerKind.YES_NO and decided
    return Vote(read.index(winner), votes / len(answers), counts["yes"] / decided if is_yes_no else None)


def key_of(question: Question, answer: str) -> str:
    """What two answers that mean the same share."""
    if not answer.strip():
        return ""
    return normalise(judge_text(answer, question)[1] or answer)
