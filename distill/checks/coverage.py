"""How far a vote can be trusted, wherever labels are known: precision against coverage, reliability, calibration error."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from vpd.distill.checks.calibration import fit
from vpd.distill.checks.hidden_labels import HiddenLabels
from vpd.distill.checks.voting import vote
from vpd.distill.judging import judge_text
from vpd.distill.records import Outcome
from vpd.distill.run_files import Asked
from vpd.distill.statistics import Estimate, effective_count, wilson
from vpd.engine.records import Question

__all__ = [
    "Bin",
    "Point",
    "Voted",
    "calibration_error",
    "cross_fitted",
    "curve",
    "reliability",
    "rightness",
    "thinned",
    "unanimous",
    "votes_of",
]

FOLDS = 5


@dataclass(frozen=True, slots=True)
class Voted:
    """The vote on one question whose label is known; the vote never saw it."""

    question: str
    picture: str
    """Digest; questions of one picture are not independent."""
    confidence: float
    """The vote's share, or what a calibration makes of it, 0..1; below 0 where no program answered."""
    right: bool
    structures: int = 1
    """Structurally different programs that gave the answer."""


@dataclass(frozen=True, slots=True)
class Point:
    """What is kept when only votes of at least some confidence are."""

    least: float
    kept: int
    coverage: float
    """Share of all questions, 0..1."""
    precision: Estimate


@dataclass(frozen=True, slots=True)
class Bin:
    """Votes of about the same confidence."""

    low: float
    high: float
    count: int
    confidence: float
    """Mean."""
    right: Estimate


def votes_of(asked: Iterable[Asked], labels: HiddenLabels | None = None) -> list[Voted]:
    """The vote on each training question whose label is known, to the run or by `labels`."""
    found = []
    for each in asked:
        question = each.question if labels is None else labels.of(each.question)
        if each.question.split != "train" or not question.answers:
            continue
        won = vote(each)
        outcome = judge_text(won.answer, question)[0] if won is not None else Outcome.SILENT
        if outcome is not Outcome.UNKNOWN:
            share, structures = (won.share, won.structures) if won is not None else (-1.0, 0)
            found.append(Voted(question.id, question.image.sha256, share, outcome is Outcome.RIGHT, structures))
    return found


def curve(voted: Sequence[Voted]) -> list[Point]:
    """Precision and coverage at every confidence that occurs, the most confident first; silent questions count as not covered.

    Intervals are Wilson's at 95 %, with the questions of one picture taken as alike.
    """
    points: list[Point] = []
    told = sorted((each for each in voted if each.confidence >= 0), key=lambda each: -each.confidence)
    for place, each in enumerate(told, 1):
        if place == len(told) or told[place].confidence < each.confidence:
            share = share_of(told[:place])
            points.append(Point(each.confidence, place, place / len(voted), share))
    return points


def thinned(points: Sequence[Point], most: int) -> list[Point]:
    """At most `most` of the points, two at least, spread evenly, the first and the last among them."""
    if len(points) <= most:
        return list(points)
    return [points[round(number * (len(points) - 1) / (most - 1))] for number in range(most)]


def unanimous(voted: Iterable[Voted]) -> dict[str, Estimate]:
    """How right votes are that no program spoke against: by one structure that every draw has, and by several."""
    full = [each for each in voted if each.confidence == 1.0]
    parts = {
        "one structure": [each for each in full if each.structures == 1],
        "several structures": [each for each in full if each.structures > 1],
    }
    return {name: share_of(some) for name, some in parts.items() if some}


def rightness(answered: Iterable[tuple[Question, str]], labels: HiddenLabels) -> Estimate | None:
    """How many answers to questions are right by labels that the run hides; None where none of them has a label.

    The interval is Wilson's at 95 %, with the questions of one picture taken as alike.
    """
    judged = [
        (question.image.sha256, judge_text(answer, labels.of(question))[0]) for question, answer in answered if question in labels
    ]
    told = [(picture, outcome is Outcome.RIGHT) for picture, outcome in judged if outcome is not Outcome.UNKNOWN]
    return share_right(told) if told else None


def share_of(voted: Sequence[Voted]) -> Estimate:
    """How many are right."""
    return share_right([(each.picture, each.right) for each in voted])


def share_right(told: Sequence[tuple[str, bool]]) -> Estimate:
    """How many are right, of answers that are told with the digest of their picture."""
    worth = effective_count([picture for picture, _ in told])
    return wilson(sum(right for _, right in told) / len(told), worth)


def reliability(voted: Iterable[Voted], bins: int = 10) -> list[Bin]:
    """Votes in bins of equal width by confidence, each with how often they were right; empty bins are left out."""
    held: dict[int, list[Voted]] = {}
    for each in voted:
        if each.confidence >= 0:
            held.setdefault(min(bins - 1, int(each.confidence * bins)), []).append(each)
    return [
        Bin(
            number / bins,
            (number + 1) / bins,
            len(some),
            sum(each.confidence for each in some) / len(some),
            share_of(some),
        )
        for number, some in sorted(held.items())
    ]


def calibration_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error, 0..1: how far confidence and share of right ones lie apart, by the number in each bin.

    Naeini, Cooper and Hauskrecht, Obtaining well calibrated probabilities using Bayesian binning (2015). NaN without a vote.
    """
    total = sum(each.count for each in bins)
    apart = sum(each.count * abs(each.confidence - each.right.value) for each in bins)
    return apart / total if total else float("nan")


def cross_fitted(voted: Sequence[Voted], folds: int = FOLDS) -> list[Voted]:
    """The same votes with calibrated confidences, each from a curve that was fitted without its picture's questions.

    Empty where a fold would have nothing to be fitted on.
    """
    told = [each for each in voted if each.confidence >= 0]
    place = {picture: number % folds for number, picture in enumerate(sorted({each.picture for each in told}))}
    found = []
    for fold in range(folds):
        rest = [(each.confidence, each.right) for each in told if place[each.picture] != fold]
        held_out = [each for each in told if place[each.picture] == fold]
        if held_out and not rest:
            return []
        curve_of_rest = fit(rest) if rest else None
        found += [replace(each, confidence=curve_of_rest.chance(each.confidence)) for each in held_out if curve_of_rest]
    return found
