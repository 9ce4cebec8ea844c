"""What the task files name: a document's picture and words, what was said of it, and the official metrics of all that."""

from collections.abc import Mapping, Sequence
from typing import Any

from vpd.distill.evaluation.scoring import given
from vpd.distill.metrics import evaluate_predictions
from vpd.distill.records import Outcome, Prediction
from vpd.engine.records import Question

__all__ = [
    "aokvqa_choice_accuracy",
    "aokvqa_direct_accuracy",
    "hateful_memes_accuracy",
    "hateful_memes_auroc",
    "picture",
    "results",
    "tallyqa_accuracy",
    "tallyqa_complex_accuracy",
    "tallyqa_rmse",
    "tallyqa_simple_accuracy",
    "words",
]

Document = Mapping[str, Any]
"""A row of a task's parquet file."""
Said = Mapping[str, Any]
"""One document's question and what its metric is given, as `results` makes it."""


def picture(document: Document) -> list[Any]:
    """The one picture, upright and in colour."""
    return [document["image"].convert("RGB")]


def words(document: Document, lmms_eval_specific_kwargs: Mapping[str, Any] | None = None) -> str:
    """The question, its choices where the task file has words for them, and the task's closing instruction."""
    own = lmms_eval_specific_kwargs or {}
    choices = f"{own['choices']}{', '.join(document['choices'])}" if document["choices"] and "choices" in own else ""
    return f"{own.get('pre_prompt', '')}{document['question']}{choices}{own.get('post_prompt', '')}"


def results(document: Document, told: Sequence[str]) -> dict[str, Said]:
    """What was said of a document, for each of its benchmark's metrics."""
    question = Question.from_line(document["record"])
    answer = told[0].strip()
    prediction = Prediction(
        question=question.id,
        kind=question.kind,
        split=question.split,
        arm="lmms-eval",
        mode="answer",
        text=told[0],
        answer=answer,
        expected=question.answers,
        outcome=Outcome.UNKNOWN,
        probability=share_in(answer),
    )
    said = {"record": document["record"], "said": given(document["benchmark"], question, prediction)}
    return dict.fromkeys(METRICS_OF[document["benchmark"]], said)


def share_in(answer: str) -> float | None:
    """The probability of yes where a model was asked for one; None of an answer in words."""
    try:
        value = float(answer)
    except ValueError:
        return None
    return value if 0 <= value <= 1 else None


def official(benchmark: str, value: str, said: Sequence[Said]) -> float:
    """A value of a benchmark's official metric; what no metric can read counts as wrong. Not a number where it cannot be had."""
    asked = [Question.from_line(each["record"]) for each in said]
    answers = {question.id: each["said"] for question, each in zip(asked, said)}
    found = evaluate_predictions(benchmark, asked, answers, lenient=True).values[value]
    return float("nan") if found is None else found


def aokvqa_choice_accuracy(said: Sequence[Said]) -> float:
    """Percent of questions whose answer names the right choice."""
    return official("aokvqa-choice", "accuracy", said)


def aokvqa_direct_accuracy(said: Sequence[Said]) -> float:
    """Percent, by ten people's direct answers."""
    return official("aokvqa-direct", "accuracy", said)


def tallyqa_accuracy(said: Sequence[Said]) -> float:
    """Percent of right counts."""
    return official("tallyqa", "accuracy", said)


def tallyqa_simple_accuracy(said: Sequence[Said]) -> float:
    """Percent of right counts among simple questions."""
    return official("tallyqa", "simple accuracy", said)


def tallyqa_complex_accuracy(said: Sequence[Said]) -> float:
    """Percent of right counts among complex questions."""
    return official("tallyqa", "complex accuracy", said)


def tallyqa_rmse(said: Sequence[Said]) -> float:
    """Root mean squared error in objects."""
    return official("tallyqa", "rmse (objects)", said)


def hateful_memes_auroc(said: Sequence[Said]) -> float:
    """Area under the curve, in 0..1: of the probability of yes where the model tells one, else of bare yes and no."""
    return official("hateful-memes", "auroc", said)


def hateful_memes_accuracy(said: Sequence[Said]) -> float:
    """Share of memes that are taken for what they are."""
    return official("hateful-memes", "accuracy", said)


METRICS_OF = {
    "aokvqa-choice": ("aokvqa_choice_accuracy",),
    "aokvqa-direct": ("aokvqa_direct_accuracy",),
    "tallyqa": ("tallyqa_accuracy", "tallyqa_simple_accuracy", "tallyqa_complex_accuracy", "tallyqa_rmse"),
    "hateful-memes": ("hateful_memes_auroc", "hateful_memes_accuracy"),
}
"""By the benchmark, the metrics of its task file, each named as the function above that gathers it."""
