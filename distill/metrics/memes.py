"""Hateful Memes: how well the probability of yes ranks hateful before harmless, and accuracy at one half."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from math import isnan

from vpd.distill.errors import MetricError
from vpd.distill.metrics.scores import Found, Pair, mean

__all__ = ["area_under_curve", "score_memes"]

HALF = 0.5
WORDS = {"yes": 1.0, "no": 0.0}


def probability_of(pair: Pair) -> float | None:
    """The probability of yes; a bare yes or no is 1 or 0. Raises `MetricError` for anything else."""
    if pair.said is None:
        return None
    if isinstance(pair.said, str) and pair.said.strip().lower().rstrip(".") in WORDS:
        return WORDS[pair.said.strip().lower().rstrip(".")]
    try:
        value = float(pair.said)
    except (TypeError, ValueError):
        value = float("nan")
    if isnan(value) or not 0 <= value <= 1:
        message = f"question {pair.question.key}: a prediction is a probability in 0..1, yes or no, got {pair.said!r}"
        raise MetricError(message)
    return value


def score_memes(pairs: Sequence[Pair]) -> Found:
    """AUROC over the predictions that are there and accuracy over all; shares. AUROC is None where only one class is labelled."""
    said = [(pair.question.answers[0] == "yes", probability_of(pair)) for pair in pairs]
    right = [float(value is not None and (value > HALF) is hateful) for hateful, value in said]
    hateful = [value for is_hateful, value in said if is_hateful and value is not None]
    harmless = [value for is_hateful, value in said if not is_hateful and value is not None]
    return Found("auroc", {"auroc": area_under_curve(hateful, harmless), "accuracy": mean(right)})


def area_under_curve(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """The chance that a positive scores higher than a negative, ties counted half, rounded once; None without one of them."""
    if not positive or not negative:
        return None
    ordered = sorted(negative)
    doubled = sum(bisect_left(ordered, score) + bisect_right(ordered, score) for score in positive)
    return doubled / (2 * len(positive) * len(negative))
