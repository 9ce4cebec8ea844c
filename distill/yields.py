"""What sampling more programs buys: the share of questions with a right one among the first k, and how good the teacher is."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from vpd.distill.records import Outcome
from vpd.distill.run_files import Asked
from vpd.distill.statistics import Estimate, effective_count, paired_rise, wilson

__all__ = ["ALL_KINDS", "YieldRow", "majority_outcome", "oracle_outcome", "pass_at", "yield_rows"]

ALL_KINDS = "all"


@dataclass(frozen=True, slots=True)
class YieldRow:
    """The yield of one kind of question."""

    kind: str
    questions: int
    texts: int
    """Distinct texts: a program is drawn for a text, so questions of one text stand or fall together."""
    shares: tuple[Estimate, ...]
    """At k = 1..K."""
    rise: Estimate
    """From k = 1 to k = K, as a share of the questions."""


def pass_at(k: int, draws: int, right: int) -> float:
    """Chance that k draws, taken from `draws` without order, hold one of the `right` ones.

    The unbiased estimate of Chen et al., Evaluating Large Language Models Trained on Code (2021), section 2.1.
    """
    if not 1 <= k <= draws:
        message = f"k must lie in 1..{draws}, the number of draws, got {k}"
        raise ValueError(message)
    return 1 - math.comb(draws - right, k) / math.comb(draws, k)


def yield_rows(asked: Sequence[Asked], *, seed: int = 0) -> tuple[YieldRow, ...]:
    """Yield by kind and over all kinds, the last row; K is the number of draws that most judged questions have.

    Questions with fewer draws are left out. Intervals are Wilson's with as many trials as there are independent texts
    (see `effective_count`).
    """
    sizes = Counter(len(each.draws) for each in asked if each.is_known)
    if not sizes:
        return ()
    most = max(sizes, key=lambda size: (sizes[size], size))
    known = [each for each in asked if each.is_known and len(each.draws) >= most]
    kinds = list(dict.fromkeys(sorted(each.question.kind for each in known)))
    rows = [yield_row(kind, [each for each in known if each.question.kind == kind], most, seed) for kind in kinds]
    return (*rows, yield_row(ALL_KINDS, known, most, seed))


def yield_row(kind: str, asked: Sequence[Asked], most: int, seed: int) -> YieldRow:
    """The row of questions that are all of one kind."""
    texts = [each.question.text for each in asked]
    rights = [(len(each.draws), sum(draw.is_right for draw in each.draws)) for each in asked]
    chances = [[pass_at(k, draws, right) for draws, right in rights] for k in range(1, most + 1)]
    worth = effective_count(texts)
    rise = paired_rise([last - first for first, last in zip(chances[0], chances[-1], strict=True)], texts, seed=seed)
    return YieldRow(kind, len(asked), len(set(texts)), tuple(wilson(fmean(each), worth) for each in chances), rise)


def majority_outcome(asked: Asked) -> Outcome:
    """What became of the answer of most draws; the first drawn of equally frequent ones. Draws without one have no vote."""
    votes = Counter(
        draw.verdict.answer.strip().casefold()
        for draw in asked.draws
        if draw.verdict is not None and draw.verdict.answer is not None and draw.verdict.outcome in (Outcome.RIGHT, Outcome.WRONG)
    )
    if not votes:
        return Outcome.SILENT
    winner = votes.most_common(1)[0][0]
    agree = (
        draw.verdict.outcome
        for draw in asked.draws
        if draw.verdict is not None and draw.verdict.answer is not None and draw.verdict.answer.strip().casefold() == winner
    )
    return next(agree)


def oracle_outcome(asked: Asked) -> Outcome:
    """Right where any draw is right: what a perfect chooser among the draws would get."""
    return Outcome.RIGHT if any(draw.is_right for draw in asked.draws) else Outcome.WRONG
