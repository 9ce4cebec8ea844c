"""Examples from the truth of drawn scenes: listings of what is in a picture, and what a faultless teacher would tell."""

from collections.abc import Iterable, Sequence
from random import Random

from vpd.distill.build import description_example, turns
from vpd.distill.errors import RunError
from vpd.distill.grid import Grid
from vpd.distill.rationales.template import ending
from vpd.distill.records import Teaches, TrainingExample
from vpd.distill.run_directory import RunDirectory
from vpd.distill.scenes import Scene, describe, read_scenes
from vpd.distill.scenes.askable import ask_of_text
from vpd.distill.scenes.pools import HELD_OUT
from vpd.distill.scenes.questions import Noun
from vpd.distill.scenes.scene import COLORS, SHAPES
from vpd.distill.scenes.truth import tell_truth
from vpd.engine.records import Question
from vpd.prompts.tasks import ask_for_rationale

__all__ = ["base_examples", "listings", "truths"]

PRESENT = 0.75
"""How often a noun is taken from the picture's objects."""


def base_examples(scenes: Iterable[Scene], grid: Grid, nouns: int) -> list[TrainingExample]:
    """What a base student learns: of each picture the listing of all its objects, and of those that up to so many nouns name."""
    found = []
    for scene in scenes:
        found.append(description_example(scene.image, describe(scene, grid), scene.split))
        for noun in choose_nouns(scene, nouns):
            named = noun.among(scene.objects)
            said = describe(scene, grid, named) if named else "none"
            found.append(description_example(scene.image, said, scene.split, noun.phrase(plural=True)))
    return found


def choose_nouns(scene: Scene, most: int) -> list[Noun]:
    """Colours, shapes or both, most of them of the picture's objects; never a pair that no training question names."""
    rng = Random(f"nouns {scene.image.sha256}")  # noqa: S311  drawing, not secrecy
    looks = [(thing.color, thing.shape) for thing in scene.objects]
    nouns = []
    for _ in range(most):
        color, shape = rng.choice(looks) if rng.random() < PRESENT else (rng.choice(COLORS), rng.choice(SHAPES))
        pair = Noun(color, shape) if (color, shape) not in HELD_OUT else Noun(shape=shape)
        nouns.append(rng.choice((Noun(color), Noun(shape=shape), pair, pair)))
    return list(dict.fromkeys(nouns))


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
