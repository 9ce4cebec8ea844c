"""The students that are compared: what each is taught, from one start."""

from collections import defaultdict
from collections.abc import Iterable
from random import Random
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from vpd.distill.checks.policy import Policy, read_policy
from vpd.distill.errors import RunError
from vpd.distill.records import Teaches, TrainingExample
from vpd.distill.run_directory import RunDirectory
from vpd.distill.scene_examples import listings, truths
from vpd.distill.stages import examples_under
from vpd.engine.records import Message, Question

__all__ = ["ARMS", "Arm", "examples_of"]


class Arm(BaseModel):
    """One way to teach the student."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    about: str = ""
    learns: Literal["answers", "both", "rationales", "listing", "shuffled", "truth"] = "both"
    """Answers only; answers and rationales; rationales only; or answers beside other dense text: the listing of each picture's
    objects (drawn scenes only), rationales of other questions of the same kind, or those of a faultless teacher, for every
    question (drawn scenes only)."""
    policy: str | None = None
    """Under which traces are chosen; None is the run's own."""
    writer: str | None = None
    """Whose words its rationales are: `template`, or a language model's, with the template's where no draft of it was founded.
    None takes those of whoever told a trace last."""
    labelled: bool = True
    """Whether the labels of training questions are known; without them the programs' vote stands for each, so its policy must ask
    for no right answer."""
    draws: int | None = Field(None, ge=1)
    """Programs of each text that are looked at, in the order in which they were drawn; None is all."""
    share: float = Field(1.0, gt=0, le=1)
    """Of the training pictures."""
    told: float = Field(1.0, gt=0, le=1)
    """Of the questions, those whose rationale is taught beside the answer."""
    reasons_aloud: bool = False
    """Whether it is also asked with the rationale first."""
    training: dict[str, Any] = {}
    """Settings of training that differ from those of all arms, such as `steps` or `rationale_weight`."""

    def tells(self, question: Question) -> bool:
        """Whether it is taught a rationale of a question, if there is one."""
        return is_among(question.image.sha256, self.share) and is_among(question.id, self.told)

    def chooses_by(self, otherwise: str) -> Policy:
        """The policy that chooses its traces, the one named `otherwise` where it says none.

        Raises `RunError` where there is no such policy, or it asks for right answers and the arm knows no labels.
        """
        policy = read_policy(self.policy or otherwise)
        if not self.labelled and policy.answer != "any":
            message = f"the arm {self.name!r} knows no labels, and its policy {policy.name!r} asks for them; take agreed or none"
            raise RunError(message)
        return policy


ARMS = {
    arm.name: arm
    for arm in (
        Arm(name="control", about="answers only, for as many steps as the distilled student takes", learns="answers"),
        Arm(name="patient", about="answers only, for about as much CPU time as the distilled student takes", learns="answers"),
        Arm(name="distilled", about="answers, and rationales of the traces that the run's policy teaches", reasons_aloud=True),
        Arm(name="paper", about="answers, and rationales of all traces that end in the right answer", policy="paper"),
        Arm(name="unfiltered", about="answers, and each question's first program that ran, right or wrong", policy="none"),
        Arm(name="shuffled", about="answers, and rationales of other questions of the same kind", learns="shuffled"),
        Arm(name="listing", about="answers, and the listing of each picture's objects", learns="listing"),
    )
}
"""The arms that the demo and the command line know by name."""


def examples_of(run: RunDirectory, arm: Arm) -> list[TrainingExample]:
    """What an arm is taught. All arms see the same pictures, questions and answers, but for an arm with a share of them or with
    a policy that answers what has no label.

    What the arm's policy chooses must have been told. Raises `RunError` where the truth is asked for of pictures that are no
    drawn scenes, or a right answer where labels are not known.
    """
    policy = arm.chooses_by(run.settings.policy)
    as_built = (arm.draws, arm.writer) == (None, None) or arm.learns == "answers"
    is_own = arm.labelled and arm.policy in (None, run.settings.policy) and as_built
    if is_own:
        examples = run.read(TrainingExample)
    else:
        examples = list(examples_under(run, policy, arm.draws, labelled=arm.labelled, writer=arm.writer))
    answers = [example for example in examples if example.teaches is Teaches.ANSWER]
    rationales = [example for example in examples if example.teaches is Teaches.RATIONALE]
    match arm.learns:
        case "both":
            taught = examples
        case "rationales":
            taught = rationales
        case "answers":
            taught = answers
        case "shuffled":
            taught = [*answers, *shuffled(rationales, run.settings.seed)]
        case "listing":
            taught = [*answers, *listings(run, answers)]
        case "truth":
            taught = [*answers, *truths(run, answers)]
    return [example for example in taught if is_among(example.image.sha256, arm.share) and is_told(example, arm.told)]


def shuffled(rationales: Iterable[TrainingExample], seed: int) -> list[TrainingExample]:
    """Each rationale's words under another question of the same kind: as dense, and without meaning."""
    by_kind: dict[str, list[TrainingExample]] = defaultdict(list)
    for example in rationales:
        by_kind[example.kind].append(example)
    rng = Random(f"shuffle {seed}")  # noqa: S311  an order, not secrecy
    found = []
    for examples in by_kind.values():
        words: list[Message] = [example.messages[-1] for example in examples]
        rng.shuffle(words)
        found += [
            example.model_copy(update={"messages": (*example.messages[:-1], word)})
            for example, word in zip(examples, words, strict=True)
        ]
    return found


def is_told(example: TrainingExample, share: float) -> bool:
    """Whether an example is no rationale, or one of a question in the share."""
    return example.teaches is not Teaches.RATIONALE or is_among(example.question, share)


def is_among(digest: str, share: float) -> bool:
    """Whether a picture or a question is in the share, by its digest, so that a larger share holds the smaller."""
    return int(digest[:8], 16) < share * 2**32
