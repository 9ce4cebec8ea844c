"""The demo's students: one base that lists what it sees, then every arm from that base, tested alike."""

from collections.abc import Sequence
from pathlib import Path

from vpd.distill.arms import Arm, examples_of
from vpd.distill.experiment import Base
from vpd.distill.grid import Grid
from vpd.distill.lessons import Lesson, Tell, teach_side_by_side
from vpd.distill.records import Prediction, Rationale, TrainingExample
from vpd.distill.run_directory import RunDirectory
from vpd.distill.scene_examples import base_examples
from vpd.distill.scenes import SceneSettings, make_base
from vpd.distill.student.predict import Mode
from vpd.distill.student.settings import TrainSettings
from vpd.distill.student.tiny import build_tiny_student
from vpd.engine.journal import Journal
from vpd.engine.records import Question

__all__ = ["teach_arms", "teach_base"]


def teach_base(folder: Path, run: RunDirectory, base: Base, scenes: SceneSettings, tell: Tell) -> Path:
    """The base student, made once for all runs beside it: the stand-in for a pretrained model. Gives its checkpoint.

    Its vocabulary is the words of its own pictures and of this run's examples, rationales and questions.
    """
    examples = describe_base(folder, run, base, scenes)
    tiny = folder / "tiny"
    if not (tiny / "config.json").exists():
        told = [message.content for example in [*examples, *run.read(TrainingExample)] for message in example.messages]
        asked = [question.text for question in run.read(Question)]
        reasons = [rationale.text for rationale in run.read(Rationale)]
        build_tiny_student([*told, *asked, *reasons], tiny, base.tiny, base.training.seed)
    teach_side_by_side([Lesson("base", tiny, folder / "base", examples, base.training)], tell, workers=1)
    return folder / "base" / "student"


def describe_base(folder: Path, run: RunDirectory, base: Base, scenes: SceneSettings) -> list[TrainingExample]:
    """Pictures without questions, with listings of what is in them."""
    grid = Grid(run.settings.grid_style, run.settings.grid_steps)
    place = folder / "scenes"
    pictures = make_base(place, base.pictures, scenes, base.training.seed)
    return base_examples(pictures, grid, base.nouns)


def teach_arms(run: RunDirectory, start: Path, training: TrainSettings, arms: Sequence[Arm], tell: Tell) -> None:
    """Teach every arm, two at a time, ask each the held-out questions, and keep what they said in the run's one file."""
    questions = [question for question in run.read(Question) if question.split != "train"]
    lessons = [
        Lesson(
            name=arm.name,
            start=start,
            out=run.path / "students" / arm.name,
            examples=examples_of(run, arm),
            settings=TrainSettings(**{**training.model_dump(), **arm.training, "seed": run.settings.seed}),
            questions=questions,
            modes=(Mode.ANSWER, Mode.EXPLAIN) if arm.reasons_aloud else (Mode.ANSWER,),
        )
        for arm in arms
    ]
    teach_side_by_side(lessons, tell)
    with run.journal(Prediction) as journal:
        for lesson in lessons:
            with Journal(lesson.out / "predictions.jsonl", Prediction) as said:
                for prediction in said.records.values():
                    journal.append(prediction)
