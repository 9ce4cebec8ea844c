"""Examples for the benchmarks of training: drawn scenes, each question with its answer and a text as long as a rationale."""

from pathlib import Path

from vpd.distill.build import answer_example, rationale_example
from vpd.distill.grid import Grid
from vpd.distill.records import Rationale, TrainingExample
from vpd.distill.scenes import DatasetSettings, describe, make_scenes, read_questions, read_scenes

__all__ = ["make_examples"]


def make_examples(folder: Path, settings: DatasetSettings) -> list[TrainingExample]:
    """Answers, and rationales that are the scene's listing with the answer at its end."""
    files = make_scenes(folder, settings)
    told = {scene.image.sha256: describe(scene, Grid("cell", 8)) for scene in read_scenes(files.scenes)}
    examples = []
    for question in read_questions(folder):
        answer = question.answers[0]
        text = f"There are {told[question.image.sha256]}. So the answer is {answer}."
        rationale = Rationale(
            question=question.id, trace="", trace_digest="", writer="listing", grid="cell-8", text=text, answer=answer
        )
        examples += [answer_example(question), rationale_example(question, rationale)]
    return examples
