"""A comparison of students in one small file: data, teacher, arms and seeds; the demo is one of them."""

import tomllib
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from vpd.distill.arms import Arm
from vpd.distill.errors import RunError
from vpd.distill.rationales.template import TEMPLATE
from vpd.distill.scenes import DatasetSettings
from vpd.distill.student.settings import TinySettings, TrainSettings
from vpd.engine.completers import open_completer

__all__ = ["Base", "Experiment", "read_experiment"]


class Base(BaseModel):
    """The student that all arms start from: a tiny one that has learnt to list what is in drawn pictures."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pictures: int = Field(6000, ge=1)
    """Distinct pictures that it learns on."""
    nouns: int = Field(0, ge=0, le=3)
    """Most nouns, such as "red circles", whose objects it learns to list of a picture, beside the listing of all."""
    tiny: TinySettings = TinySettings()
    training: TrainSettings = TrainSettings()


DEMO: dict[str, Any] = {
    "scenes": {"train_images": 1600, "train_questions": 46, "unseen_pairs_questions": 10, "deeper_questions": 8},
    "base": {
        "pictures": 6000,
        "tiny": {"patch": 8, "merge": 3},
        "training": {
            "steps": 700,
            "pictures": 32,
            "threads": 2,
            "decay": 0.7,
            "learning_rate": 2e-3,
            "muon_learning_rate": 1e-2,
        },
    },
    "training": {"steps": 600, "pictures": 8, "batch": 16, "learning_rate": 1e-3, "muon_learning_rate": 5e-3},
}
"""The sizes of the demo, and what every experiment leaves unsaid.

Two passes a step, one of short rows and one of long ones, so that less is filled up. Half of the base's rates: in one seed, with
4,000 pictures, students of the full ones ended 5 to 8 points lower on plain.
"""


class Experiment(BaseModel):
    """Everything that decides what is compared; what its tables `scenes`, `base` and `training` leave out is as in the demo."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    about: str = ""
    llm: str = "local/qwen2.5-coder-0.5b"
    draws: int = Field(5, ge=1, le=100)
    policy: str = "reasons"
    noise: float = Field(0.0, ge=0, le=0.5)
    """How often the teacher's tools err: each of drop, hallucinate and confuse at this rate."""
    look: bool = False
    """Whether what the policy would teach is first run again on changed pictures and replayed with altered results, so that it
    knows all of its checks. It takes longer than all other runs of programs together."""
    labelled: float = Field(1.0, gt=0, le=1)
    """Of the training pictures, those whose labels the runs know; the questions of the others are put without. An arm that is to
    know none at all says so itself."""
    seeds: tuple[int, ...] = (0,)
    one_data_set: bool = False
    """Whether all seeds are of the pictures of `scenes.seed`, so that they vary the order of teaching alone."""
    scenes: DatasetSettings = DatasetSettings()
    base: Base = Base()
    training: TrainSettings = TrainSettings()
    """Of every arm, but for what an arm sets otherwise."""
    arms: tuple[Arm, ...]
    compare: tuple[tuple[str, str], ...] = ()
    """Pairs of arms whose difference is told, the one that should be better first; none means each against the first."""

    @model_validator(mode="before")
    @classmethod
    def _as_in_the_demo(cls, given: Any) -> Any:
        return laid_over(DEMO, given) if isinstance(given, dict) else given

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        names = [arm.name for arm in self.arms]
        if not names or len(set(names)) < len(names):
            message = f"arms need names of their own, and there must be one; got {names}"
            raise ValueError(message)
        unknown = {name for pair in self.compare for name in pair} - set(names)
        if unknown:
            message = f"compare names {sorted(unknown)}; the arms are {names}"
            raise ValueError(message)
        silent = [arm.name for arm in self.arms if arm.writer is None and arm.learns != "answers"]
        if silent and any(arm.writer is not None for arm in self.arms):
            message = f"once an arm names a writer all do: {silent} can say template"
            raise ValueError(message)
        for arm in self.arms:
            TrainSettings(**{**self.training.model_dump(), **arm.training})
        return self

    def scenes_of(self, seed: int) -> DatasetSettings:
        """The data set that a seed's students see."""
        return self.scenes if self.one_data_set else self.scenes.model_copy(update={"seed": seed})

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Arms whose difference is told."""
        first, *others = (arm.name for arm in self.arms)
        return self.compare or tuple((other, first) for other in others)


def laid_over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Two tables as one, and so the tables in them; where both say something the second one counts."""
    both = {name: laid_over(below[name], above[name]) for name in below if isinstance(above.get(name), dict)}
    return below | above | both


def read_experiment(path: Path) -> Experiment:
    """The experiment of a TOML file. Raises `RunError` that names what is wrong, in the file or in a policy that it names.

    Raises `UnknownName` and `ModelError` where a writer cannot be opened.
    """
    try:
        plan = Experiment(**tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        message = f"{path} cannot be read ({error.strerror or error})"
        raise RunError(message) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        message = f"{path} cannot be read as TOML ({error})"
        raise RunError(message) from error
    except ValidationError as error:
        said = "; ".join(f"{'.'.join(map(str, each['loc'])) or 'experiment'}: {each['msg']}" for each in error.errors()[:5])
        message = f"{path}: {said.replace('Value error, ', '')}"
        raise RunError(message) from error
    for arm in plan.arms:
        arm.chooses_by(plan.policy)
        if arm.writer not in (None, TEMPLATE):
            open_completer(arm.writer, cache=None).close()
    return plan
