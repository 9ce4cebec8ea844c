"""The accuracy of Antol et al. 2015: how many of the others gave the answer, up to three, each left out in turn."""

from collections.abc import Sequence

__all__ = ["soft_accuracy"]

ENOUGH = 3
"""People who must have given an answer for it to be wholly right."""


def soft_accuracy(said: str, labels: Sequence[str]) -> float:
    """In 0..1; the labels are of different people, and answer and labels are normalised alike. At least one label.

    The sum runs over the labels in their order, as in the official code, so that not even the last digit differs.
    """
    matches = labels.count(said)
    if not matches:
        return 0.0
    scores = [min(1, (matches - (label == said)) / ENOUGH) for label in labels]
    return float(sum(scores)) / len(scores)
