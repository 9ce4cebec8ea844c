"""The whole way on drawn scenes: from questions to a distilled student and its report, resumable at every point."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vpd.distill.arms import Arm, examples_of
from vpd.distill.build import description_example
from vpd.distill.caches import cache_folder
from vpd.distill.grid import Grid
from vpd.distill.lessons import Lesson, Tell, teach_side_by_side
from vpd.distill.manifest import write_manifest
from vpd.distill.records import Prediction, TrainingExample
from vpd.distill.run_directory import RunDirectory
from vpd.distill.scenes import DatasetSettings, describe, make_base, make_scenes, read_questions
from vpd.distill.select import Filter
from vpd.distill.settings import RunSettings
from vpd.distill.stages import add_questions, build, explain, judge, run_draws, sample
from vpd.distill.student.predict import Mode
from vpd.distill.student.settings import TinySettings, TrainSettings
from vpd.distill.student.tiny import build_tiny_student
from vpd.engine.completers import open_completer
from vpd.engine.journal import Journal
from vpd.engine.records import Program, Question
from vpd.tools.image import ImageRef
from vpd.tools.progress import Progress

__all__ = ["FULL", "QUICK", "DemoSize", "run_demo"]


@dataclass(frozen=True)
class DemoSize:
    """How much of everything one run has."""

    scenes: DatasetSettings
    draws: int
    base_pictures: int
    base_steps: int
    arm_steps: int
    """Of the students that learn rationales."""
    control_steps: int
    """Of the student that learns answers only: more, for the same CPU time; the report shows what each took."""
    tiny: TinySettings = TinySettings()


FULL = DemoSize(
    scenes=DatasetSettings(train_images=2500, train_questions=64, unseen_pairs_questions=16, deeper_questions=12),
    draws=5,
    base_pictures=4000,
    base_steps=600,
    arm_steps=900,
    control_steps=2000,
)
QUICK = DemoSize(
    scenes=DatasetSettings(train_images=600, test_images=50, train_questions=24, unseen_pairs_questions=8, deeper_questions=6),
    draws=3,
    base_pictures=1500,
    base_steps=250,
    arm_steps=200,
    control_steps=440,
)

Follow = Callable[[str, int | None, Callable[[Callable[[str], None]], None]], None]
"""Runs a stage with a progress bar: title, total, and the stage, which is given the function that advances the bar."""


def run_demo(
    folder: Path,
    size: DemoSize,
    seed: int,
    llm: str,
    follow: Follow,
    tell: Tell,
    *,
    unfiltered: bool = False,
    downloads: Progress | None = None,
) -> None:
    """One run with one seed; what is done stays, what was cut goes on. `downloads` is told of weights that are fetched."""
    scenes = size.scenes.model_copy(update={"seed": seed})
    settings = RunSettings(llm=llm, draws=size.draws, seed=seed)
    with RunDirectory(folder, settings) as run:
        follow("scenes", None, lambda advance: draw_scenes(run, scenes, advance))
        draw_programs(run, follow, downloads)
        follow("run", None, lambda advance: run_draws(run, advance))
        follow("judge", None, lambda advance: judge(run, advance))
        rules = (Filter.RIGHT, Filter.NONE) if unfiltered else (Filter.RIGHT,)
        follow("explain", None, lambda advance: explain(run, advance, rules))
        follow("build", None, lambda advance: build(run, advance))
        arms = [Arm.CONTROL, Arm.DISTILLED, *([Arm.UNFILTERED] if unfiltered else [])]
        teach(run, size, scenes, arms, tell)
        gather_predictions(run, arms)
        write_manifest(run)


def draw_programs(run: RunDirectory, follow: Follow, downloads: Progress | None) -> None:
    """Programs from the language model, unless all are there: then no model is opened."""
    wanted = len({question.text for question in run.read(Question)}) * run.settings.draws
    held = len(run.read(Program)) if run.file(Program).exists() else 0
    if held < wanted:
        with open_completer(run.settings.llm, cache=cache_folder("draws"), progress=downloads) as completer:
            follow("sample", wanted - held, lambda advance: sample(run, completer, advance))


def draw_scenes(run: RunDirectory, scenes: DatasetSettings, advance: Callable[[str], None]) -> None:
    """Pictures and questions, put at the start of the run."""
    place = run.path / "scenes"
    make_scenes(place, scenes, lambda _done, _total: advance("drawn"))
    add_questions(run, read_questions(place))


def describe_base(run: RunDirectory, size: DemoSize, scenes: DatasetSettings) -> list[TrainingExample]:
    """Pictures without questions, each with the listing of what is in it: the stand-in for a pretrained student."""
    grid = Grid(run.settings.grid_style, run.settings.grid_steps)
    place = run.path / "scenes"
    examples = []
    for scene in make_base(place, size.base_pictures, scenes.scene, scenes.seed):
        image = ImageRef(scene.image.sha256, str(place / scene.image.path), scene.image.width, scene.image.height)
        examples.append(description_example(image, describe(scene, grid), "base"))
    return examples


def teach(run: RunDirectory, size: DemoSize, scenes: DatasetSettings, arms: list[Arm], tell: Tell) -> None:
    """A base student that lists what it sees, then every arm from that base at equal compute, tested on the held-out splits."""
    students = run.path / "students"
    base_examples = describe_base(run, size, scenes)
    taught = {arm: examples_of(run, arm) for arm in arms}
    questions = [question for question in run.read(Question) if question.split != "train"]
    tiny = students / "tiny"
    if not (tiny / "config.json").exists():
        every = [*base_examples, *(example for examples in taught.values() for example in examples)]
        words = [message.content for example in every for message in example.messages]
        build_tiny_student([*words, *(question.text for question in questions)], tiny, size.tiny, run.settings.seed)
    seed = run.settings.seed
    base = Lesson("base", tiny, students / "base", base_examples, TrainSettings(steps=size.base_steps, seed=seed))
    teach_side_by_side([base], tell, workers=1)
    start = students / "base" / "student"
    lessons = [
        Lesson(
            name=arm.value,
            start=start,
            out=students / arm.value,
            examples=taught[arm],
            settings=TrainSettings(steps=size.control_steps if arm is Arm.CONTROL else size.arm_steps, seed=seed),
            questions=questions,
            modes=(Mode.ANSWER,) if arm is Arm.CONTROL else (Mode.ANSWER, Mode.EXPLAIN),
        )
        for arm in arms
    ]
    teach_side_by_side(lessons, tell)


def gather_predictions(run: RunDirectory, arms: list[Arm]) -> None:
    """All students' predictions in the run's one file."""
    with run.journal(Prediction) as journal:
        for arm in arms:
            with Journal(run.path / "students" / arm.value / "predictions.jsonl", Prediction) as said:
                for prediction in said.records.values():
                    journal.append(prediction)
