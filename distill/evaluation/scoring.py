"""A run's predictions by the official metrics: which questions are a benchmark's, and what each metric is given."""

from collections.abc import Iterable, Sequence
from typing import Any

from vpd.distill.errors import MetricError
from vpd.distill.judging.choice import read_choice
from vpd.distill.judging.reading import normalise
from vpd.distill.metrics import BENCHMARKS, Scores, evaluate_predictions
from vpd.distill.records import Prediction
from vpd.engine.records import Question
from vpd.tools.errors import UnknownName

__all__ = ["given", "questions_of", "score_arm"]

SOURCES: dict[str, str] = {
    "vqav2": "VQAv2",
    "okvqa": "OK-VQA",
    "textvqa": "TextVQA",
    "aokvqa-choice": "A-OKVQA v1p0 (multiple choice)",
    "aokvqa-direct": "A-OKVQA v1p0 (direct answer)",
    "tallyqa": "TallyQA",
    "pope": "POPE",
    "mmbench": "MMBench",
    "mmbench-circular": "MMBench",
    "gqa": "GQA",
    "hateful-memes": "Hateful Memes",
    "ocrvqa": "OCR-VQA",
}
"""How the source of a benchmark's questions begins, as its reader writes it."""


def questions_of(benchmark: str, questions: Iterable[Question], splits: Sequence[str] = ()) -> list[Question]:
    """The benchmark's questions that are held out, or those of the splits that are named. Raises `UnknownName`, `MetricError`."""
    if benchmark not in BENCHMARKS:
        raise UnknownName("benchmark", benchmark, tuple(BENCHMARKS))
    theirs = [question for question in questions if question.source.startswith(SOURCES[benchmark])]
    kept = [question for question in theirs if (question.split in splits if splits else question.split != "train")]
    if not kept:
        held = ", ".join(sorted({question.split for question in theirs})) or "none"
        message = f"the run has no question of {benchmark} to score (splits of it: {held}); put some in with: vpd data import"
        raise MetricError(message)
    return kept


def score_arm(
    benchmark: str,
    questions: Sequence[Question],
    predictions: Iterable[Prediction],
    arm: str,
    mode: str,
    variant: str | None = None,
) -> Scores:
    """One arm asked in one mode, by the benchmark's official metric. Raises `MetricError` where a prediction is missing."""
    by_id = {question.id: question for question in questions}
    theirs = [each for each in predictions if each.question in by_id and (each.arm, each.mode) == (arm, mode)]
    said = {each.question: given(benchmark, by_id[each.question], each) for each in theirs}
    return evaluate_predictions(benchmark, questions, said, variant=variant)


def given(benchmark: str, question: Question, prediction: Prediction) -> Any:
    """What the metric is given: the answer to the letter, the choice that it names, or the probability of yes."""
    if benchmark == "hateful-memes" and prediction.probability is not None:
        return prediction.probability
    if benchmark == "hateful-memes" and prediction.answer.strip().lower().rstrip(".") not in ("yes", "no"):
        return None  # neither a rank nor a class: it counts as missing
    if benchmark == "aokvqa-choice":
        named = read_choice(prediction.answer, question.choices)
        return next((choice for choice in question.choices if named and normalise(choice) == named), prediction.answer)
    return prediction.answer
