"""The whole way on drawn scenes: from questions to distilled students, resumable at every point; and the demo's own sizes."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from vpd.distill.arms import ARMS, Arm, is_among
from vpd.distill.caches import cache_folder
from vpd.distill.checks.policy import read_policy
from vpd.distill.experiment import Experiment
from vpd.distill.lessons import Tell
from vpd.distill.manifest import write_manifest
from vpd.distill.rationales.rewriting import Rewriter
from vpd.distill.rationales.template import TEMPLATE
from vpd.distill.run_directory import RunDirectory
from vpd.distill.scenes import DatasetSettings, make_scenes, read_questions
from vpd.distill.settings import RunSettings
from vpd.distill.stages import add_questions, alter, build, explain, judge, look, run_draws, sample
from vpd.distill.teaching import teach_arms, teach_base
from vpd.engine.completers import open_completer
from vpd.engine.records import Program, Question
from vpd.tools.progress import Progress

__all__ = ["FULL", "QUICK", "demo_arms", "reword_for", "run_seed"]

TOLD = 0.4
"""Of the questions, those whose rationale is taught too. In one seed this did no worse than all, in less CPU time."""
STEPS_FOR_THE_SAME_TIME = 1.25
"""Steps on answers only that take the CPU time of one with so many rationales; what each arm took stands in the report."""
SHARE = 16
"""Pictures that one program looks at in one confined child: a demo runs tens of thousands."""


def demo_arms(steps: int, *, every: bool = False) -> tuple[Arm, ...]:
    """The students of a demo, all of as many steps but the patient control: that takes as much CPU time as the distilled one."""
    longer = {"training": {"steps": round(steps * STEPS_FOR_THE_SAME_TIME)}}
    changes = {name: {"told": TOLD} for name in ("distilled", "paper", "unfiltered", "shuffled")} | {"patient": longer}
    return tuple(
        arm.model_copy(update=changes.get(name)) for name, arm in ARMS.items() if every or name in ("control", "distilled")
    )


FULL = Experiment(arms=demo_arms(600))
QUICK = Experiment.model_validate(
    {
        "draws": 3,
        "scenes": {
            "train_images": 480,
            "test_images": 40,
            "train_questions": 18,
            "unseen_pairs_questions": 8,
            "deeper_questions": 6,
        },
        "base": {"pictures": 2000, "training": {"steps": 260}},
        "training": {"steps": 160},
        "arms": demo_arms(160),
    }
)

Follow = Callable[[str, int | None, Callable[[Callable[[str], None]], None]], None]
"""Runs a stage with a progress bar: title, total, and the stage, which is given the function that advances the bar."""


def run_seed(folder: Path, plan: Experiment, seed: int, follow: Follow, tell: Tell, *, downloads: Progress | None = None) -> None:
    """One seed of an experiment; what is done stays, what was cut goes on. `downloads` is told of weights that are fetched.

    Runs in folders side by side share one base student: what their seeds vary is data and teaching, not the base.
    """
    scenes = plan.scenes_of(seed)
    settings = RunSettings(llm=plan.llm, draws=plan.draws, policy=plan.policy, noise=plan.noise, seed=seed)
    with RunDirectory(folder, settings) as run:
        follow("scenes", None, lambda advance: draw_scenes(run, scenes, plan.labelled, advance))
        draw_programs(run, follow, downloads)
        follow("run", None, lambda advance: run_draws(run, advance, share=SHARE))
        follow("judge", None, lambda advance: judge(run, advance))
        if plan.look:
            policy = read_policy(plan.policy)
            follow("look", None, lambda advance: look(run, policy, advance, share=SHARE))
            follow("alter", None, lambda advance: alter(run, policy, advance))
        follow("explain", None, lambda advance: explain_for(run, plan, advance))
        follow("build", None, lambda advance: build(run, advance, writer=TEMPLATE))
        arms = reword_for(run, plan, follow, downloads)
        start = teach_base(folder.parent / "base", run, plan.base, plan.scenes.scene, tell)
        teach_arms(run, start, plan.training, arms, tell)
        write_manifest(run)


def draw_programs(run: RunDirectory, follow: Follow, downloads: Progress | None) -> None:
    """Programs from the language model, unless all are there: then no model is opened."""
    wanted = len({question.text for question in run.read(Question)}) * run.settings.draws
    held = len(run.read(Program)) if run.file(Program).exists() else 0
    if held < wanted:
        with open_completer(run.settings.llm, cache=cache_folder("draws"), progress=downloads) as completer:
            follow("sample", wanted - held, lambda advance: sample(run, completer, advance))


def explain_for(run: RunDirectory, plan: Experiment, advance: Callable[[str], None]) -> None:
    """Rationales of all traces that any arm is taught."""
    for name, draws in dict.fromkeys((arm.policy or plan.policy, arm.draws) for arm in (ARMS["distilled"], *plan.arms)):
        explain(run, advance, [read_policy(name)], draws=draws)


def reword_for(run: RunDirectory, plan: Experiment, follow: Follow, downloads: Progress | None) -> tuple[Arm, ...]:
    """The plan's arms, once the language models that they name as writers have written.

    Each arm names its writer as its rationales do. A model is loaded when a draft is missing.
    """
    arms = []
    for arm in plan.arms:
        if arm.writer in (None, TEMPLATE):
            arms.append(arm)
            continue
        with open_completer(arm.writer, cache=cache_folder("draws"), progress=downloads) as completer:
            follow(f"{arm.name}'s words", None, partial(reword, run, plan, arm, Rewriter(completer)))
            arms.append(arm.model_copy(update={"writer": completer.model}))
    return tuple(arms)


def reword(run: RunDirectory, plan: Experiment, arm: Arm, rewriter: Rewriter, advance: Callable[[str], None]) -> None:
    """One arm's rationales in a model's words, of no more questions than it is told."""
    explain(run, advance, [arm.chooses_by(plan.policy)], draws=arm.draws, rewriter=rewriter, wanted=arm.tells)


def draw_scenes(run: RunDirectory, scenes: DatasetSettings, labelled: float, advance: Callable[[str], None]) -> None:
    """Pictures and questions, put at the start of the run; those of training pictures beyond the share without their labels."""
    place = run.path / "scenes"
    make_scenes(place, scenes, lambda _done, _total: advance("drawn"))
    add_questions(run, (known_or_not(question, labelled) for question in read_questions(place)))


def known_or_not(question: Question, labelled: float) -> Question:
    """A question as it is, or without its label where its picture is of training and not in the labelled share."""
    is_known = question.split != "train" or is_among(question.image.sha256, labelled)
    return question if is_known else question.model_copy(update={"answers": ()})
