"""The students that are compared: what each is taught, from one start, at equal compute."""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from vpd.distill.checks.policy import read_policy
from vpd.distill.records import Teaches, TrainingExample
from vpd.distill.run_directory import RunDirectory
from vpd.distill.stages import examples_under

__all__ = ["OTHER_POLICIES", "Arm", "examples_of"]


class Arm(StrEnum):
    """One way to teach the student."""

    CONTROL = "control"
    """Answers only, for about as much CPU time as the distilled student takes."""
    BRIEF = "brief"
    """Answers only, for as many steps as the distilled student takes: less compute, as much data."""
    DISTILLED = "distilled"
    """Answers, and the rationales of the traces that the run's policy teaches."""
    PAPER = "paper"
    """Answers, and the rationales of all traces that end in the right answer: what the checks of reasons are worth."""
    UNFILTERED = "unfiltered"
    """Answers, and each question's first program that ran, right or wrong: what the filter is worth."""

    @property
    def explains(self) -> bool:
        """Whether it learns rationales."""
        return self not in (Arm.CONTROL, Arm.BRIEF)


OTHER_POLICIES = {Arm.PAPER: "paper", Arm.UNFILTERED: "none"}
"""Policies of the arms that are taught under another than the run's."""


def examples_of(run: RunDirectory, arm: Arm) -> list[TrainingExample]:
    """What an arm is taught. All arms see the same pictures, questions and answers."""
    if arm in OTHER_POLICIES:
        return list(examples_under(run, read_policy(OTHER_POLICIES[arm])))
    examples = run.read(TrainingExample)
    return examples if arm.explains else list(answers_of(examples))


def answers_of(examples: Iterable[TrainingExample]) -> Sequence[TrainingExample]:
    """The examples that teach an answer."""
    return [example for example in examples if example.teaches is Teaches.ANSWER]
