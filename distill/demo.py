"""The whole way on drawn scenes: from questions to a distilled student and its report, resumable at every point."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vpd.distill.arms import ARMS, Arm
from vpd.distill.caches import cache_folder
from vpd.distill.checks.policy import read_policy
from vpd.distill.lessons import Tell
from vpd.distill.manifest import write_manifest
from vpd.distill.run_directory import RunDirectory
from vpd.distill.scenes import DatasetSettings, make_scenes, read_questions
from vpd.distill.settings import RunSettings
from vpd.distill.stages import add_questions, build, explain, judge, run_draws, sample
from vpd.distill.student.settings import TinySettings, TrainSettings
from vpd.distill.teaching import Curriculum, teach_arms, teach_base
from vpd.engine.completers import open_completer
from vpd.engine.records import Program, Question
from vpd.tools.progress import Progress

__all__ = ["FULL", "QUICK", "DemoSize", "run_demo"]


RATES = {"learning_rate": 2e-3, "muon_learning_rate": 0.01}


@dataclass(frozen=True)
class DemoSize:
    """How much of everything one run has."""

    scenes: DatasetSettings
    draws: int
    curriculum: Curriculum


FULL = DemoSize(
    scenes=DatasetSettings(train_images=1600, train_questions=64, unseen_pairs_questions=16, deeper_questions=12),
    draws=5,
    curriculum=Curriculum(
        tiny=TinySettings(),
        base_pictures=6000,
        base=TrainSettings(steps=1300, pictures=32, threads=2, **RATES),
        arms=TrainSettings(steps=650, **RATES),
    ),
)
QUICK = DemoSize(
    scenes=DatasetSettings(train_images=600, test_images=50, train_questions=24, unseen_pairs_questions=8, deeper_questions=6),
    draws=3,
    curriculum=Curriculum(
        tiny=TinySettings(),
        base_pictures=3000,
        base=TrainSettings(steps=400, pictures=32, threads=2, **RATES),
        arms=TrainSettings(steps=250, **RATES),
    ),
)

STEPS_FOR_THE_SAME_TIME = 3.25
"""Steps on answers only that take the CPU time of one on answers and rationales; what each arm took stands in the report."""
SHARE = 16
"""Pictures that one program looks at in one confined child: a demo runs tens of thousands."""

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
    every_arm: bool = False,
    downloads: Progress | None = None,
) -> None:
    """One run with one seed; what is done stays, what was cut goes on. `downloads` is told of weights that are fetched.

    Runs in folders side by side share one base student: what their seeds vary is data and teaching, not the base.
    """
    scenes = size.scenes.model_copy(update={"seed": seed})
    settings = RunSettings(llm=llm, draws=size.draws, seed=seed)
    with RunDirectory(folder, settings) as run:
        follow("scenes", None, lambda advance: draw_scenes(run, scenes, advance))
        draw_programs(run, follow, downloads)
        follow("run", None, lambda advance: run_draws(run, advance, share=SHARE))
        follow("judge", None, lambda advance: judge(run, advance))
        arms = arms_of(size, every_arm=every_arm)
        policies = dict.fromkeys((settings.policy, *(arm.policy for arm in arms if arm.policy)))
        follow("explain", None, lambda advance: explain(run, advance, map(read_policy, policies)))
        follow("build", None, lambda advance: build(run, advance))
        start = teach_base(folder.parent / "base", run, size.curriculum, size.scenes.scene, tell)
        teach_arms(run, start, size.curriculum, arms, tell)
        write_manifest(run)


def arms_of(size: DemoSize, *, every_arm: bool) -> list[Arm]:
    """The students of a demo, the control with so many more steps as they are cheaper, so that it takes as much CPU time."""
    steps = round(size.curriculum.arms.steps * STEPS_FOR_THE_SAME_TIME)
    control = ARMS["control"].model_copy(update={"training": {"steps": steps}})
    others = [arm for name, arm in ARMS.items() if name != "control"] if every_arm else [ARMS["distilled"]]
    return [control, *others]


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
