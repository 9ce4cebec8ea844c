"""The students that are compared: what each is taught, from one start, at equal compute."""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from vpd.distill.records import Teaches, TrainingExample
from vpd.distill.run_directory import RunDirectory
from vpd.distill.select import Filter
from vpd.distill.stages import examples_under

__all__ = ["Arm", "examples_of"]


class Arm(StrEnum):
    """One way to teach the student."""

    CONTROL = "control"
    """Answers only."""
    DISTILLED = "distilled"
    """Answers, and the rationales of programs that proved right."""
    UNFILTERED = "unfiltered"
    """Answers, and each question's first program that ran, right or wrong: what the filter is worth."""


def examples_of(run: RunDirectory, arm: Arm) -> list[TrainingExample]:
    """What an arm is taught. All arms see the same pictures, questions and answers."""
    if arm is Arm.UNFILTERED:
        return list(examples_under(run, Filter.NONE))
    examples = run.read(TrainingExample)
    return examples if arm is Arm.DISTILLED else list(answers_of(examples))


def answers_of(examples: Iterable[TrainingExample]) -> Sequence[TrainingExample]:
    """The examples that teach an answer."""
    return [example for example in examples if example.teaches is Teaches.ANSWER]
