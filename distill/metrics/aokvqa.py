"""A-OKVQA: the right one of four choices, and direct answers counted by how many of ten people gave them."""

from collections.abc import Sequence

from vpd.distill.errors import MetricError
from vpd.distill.metrics.scores import Found, Pair, mean, said_text

__all__ = ["score_aokvqa_choice", "score_aokvqa_choice_strict", "score_aokvqa_direct"]

ENOUGH = 3
"""People whose answer a direct answer must be to be wholly right; nobody is left out, unlike in VQA."""


def score_aokvqa_choice(pairs: Sequence[Pair]) -> Found:
    """Percent of predictions that are the right choice to the letter."""
    return Found("accuracy", {"accuracy": mean([float(pair.said in pair.question.answers) for pair in pairs], 1.0, 100)})


def score_aokvqa_choice_strict(pairs: Sequence[Pair]) -> Found:
    """The same, but what is none of the four choices is refused. Raises `MetricError` that names the question."""
    for pair in pairs:
        if pair.said is not None and pair.said not in pair.question.choices:
            message = f"question {pair.question.key}: {pair.said!r} is none of its choices {list(pair.question.choices)}"
            raise MetricError(message)
    return score_aokvqa_choice(pairs)


def score_aokvqa_direct(pairs: Sequence[Pair]) -> Found:
    """Mean over the questions that are not marked as difficult to answer directly; nothing is normalised."""
    kept = [pair for pair in pairs if not pair.detail("difficult_direct_answer")]
    scores = [min(1.0, pair.question.answers.count(said_text(pair.said)) / ENOUGH) for pair in kept]
    return Found("accuracy", {"accuracy": mean(scores, 1.0, 100), "questions (count)": float(len(kept))})
