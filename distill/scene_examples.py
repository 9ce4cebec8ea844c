"""Examples from the truth of a run's drawn scenes: the listing of a picture, and what a faultless teacher would tell."""

from collections.abc import Sequence

from vpd.distill.build import description_example, turns
from vpd.distill.errors import RunError
from vpd.distill.grid import Grid
from vpd.distill.rationales.template import ending
from vpd.distill.records import Teaches, TrainingExample
from vpd.distill.run_directory import RunDirectory
from vpd.distill.scenes import Scene, describe, read_scenes
from vpd.distill.scenes.askable import ask_of_text
from vpd.distill.scenes.truth import tell_truth
from vpd.engine.records import Question
from vpd.prompts.tasks import ask_for_rationale

__all__ = ["listings", "truths"]


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
