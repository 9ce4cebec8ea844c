"""The students that are compared: what each is taught, from one start."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from random import Random
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from vpd.distill.build import description_example, turns
from vpd.distill.checks.policy import read_policy
from vpd.distill.errors import RunError
from vpd.distill.grid import Grid
from vpd.distill.rationales.template import ending
from vpd.distill.records import Teaches, TrainingExample
from vpd.distill.run_directory import RunDirectory
from vpd.distill.scenes import Scene, describe, read_scenes
from vpd.distill.scenes.askable import ask_of_text
from vpd.distill.scenes.truth import tell_truth
from vpd.distill.stages import examples_under
from vpd.engine.records import Message, Question
from vpd.prompts.tasks import ask_for_rationale

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


ARMS = {
    arm.name: arm
    for arm in (
        Arm(name="control", about="answers only, for as many steps as the distilled student takes", learns="answers"),
        Arm(name="patient", about="answers only, for about as much CPU time as the distilled student takes", learns="answers"),
        Arm(name="distilled", about="answers, and rationales of the traces that the run's policy teaches", reasons_aloud=True),
        Arm(name="paper", about="answers, and rationales of all traces that end in the right answer", policy="paper"),
        Arm(name="unfiltered", about="answers, and each question's first program that ran, right or wrong", policy="none"),
    )
}
"""The arms that the demo and the command line know by name."""


def examples_of(run: RunDirectory, arm: Arm) -> list[TrainingExample]:
    """What an arm is taught. All arms see the same pictures, questions and answers, but for an arm with a share of them.

    What the arm's policy chooses must have been told. Raises `RunError` where a listing is asked for and the pictures are no
    drawn scenes.
    """
    policy = read_policy(arm.policy or run.settings.policy)
    is_own = arm.policy in (None, run.settings.policy) and arm.draws is None
    examples = run.read(TrainingExample) if is_own or arm.learns == "answers" else list(examples_under(run, policy, arm.draws))
    answers = [example for example in examples if example.teaches is Teaches.ANSWER]
    rationales = [example for example in examples if example.teaches is Teaches.RATIONALE]
    taught = {
        "answers": answers,
        "both": examples,
        "rationales": rationales,
        "shuffled": [*answers, *shuffled(rationales, run.settings.seed)],
        "listing": [*answers, *(listings(run, answers) if arm.learns == "listing" else ())],
        "truth": [*answers, *(truths(run, answers) if arm.learns == "truth" else ())],
    }[arm.learns]
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


def listings(run: RunDirectory, answers: Sequence[TrainingExample]) -> list[TrainingExample]:
    """The listing of every taught picture's objects, from the truth of drawn scenes."""
    grid = Grid(run.settings.grid_style, run.settings.grid_steps)
    scenes = scenes_of(run)
    images = {example.image.sha256: example for example in answers}
    return [
        description_example(each.image, describe(scenes[digest], grid), each.split)
        for digest, each in images.items()
        if digest in scenes
    ]


def truths(run: RunDirectory, answers: Sequence[TrainingExample]) -> list[TrainingExample]:
    """For every taught question what a faultless program would have been told as, from the truth of drawn scenes."""
    grid = Grid(run.settings.grid_style, run.settings.grid_steps)
    scenes, texts = scenes_of(run), {question.id: question.text for question in run.read(Question)}
    found = []
    for example in answers:
        scene, text = scenes.get(example.image.sha256), texts[example.question]
        ask = ask_of_text(text)
        if scene is not None and ask is not None:
            told = " ".join([*tell_truth(ask, scene, grid), ending(example.messages[-1].content)])
            said = turns(ask_for_rationale(text), told)
            found.append(
                example.model_copy(update={"teaches": Teaches.RATIONALE, "messages": said, "provenance": {"writer": "truth"}})
            )
    return found


def scenes_of(run: RunDirectory) -> dict[str, Scene]:
    """The scenes of a run by the digests of their pictures. Raises `RunError` where its pictures are no drawn scenes."""
    path = run.path / "scenes" / "scenes.jsonl"
    if not path.exists():
        message = f"{path} is not there; only of drawn scenes the truth is known"
        raise RunError(message)
    return {scene.image.sha256: scene for scene in read_scenes(path)}


def is_told(example: TrainingExample, share: float) -> bool:
    """Whether an example is no rationale, or one of a question in the share."""
    return example.teaches is not Teaches.RATIONALE or is_among(example.question, share)


def is_among(digest: str, share: float) -> bool:
    """Whether a picture or a question is in the share, by its digest, so that a larger share holds the smaller."""
    return int(digest[:8], 16) < share * 2**32
