"""An answer where nobody knows the label: the programs vote, and the vote tells how sure it is or abstains."""

from collections import defaultdict
from dataclasses import dataclass

from vpd.distill.checks.calibration import Calibration
from vpd.distill.checks.found import Found
from vpd.distill.checks.structure import structure_of
from vpd.distill.records import State
from vpd.distill.run_files import Asked, JudgedDraw

__all__ = ["Vote", "check_agreed", "vote"]


@dataclass(frozen=True, slots=True)
class Vote:
    """What the programs of one question agree on."""

    answer: str
    share: float
    """Of all weight, silent and failed programs included, 0..1."""
    structures: int
    """Structurally different programs that gave the answer."""


def vote(each: Asked) -> Vote | None:
    """The answer with the most weight; None where no program answered.

    A structure that n draws share weighs n ** 0.5: the model's insistence counts, but less than a second way to the answer. Of
    equal answers the one drawn first wins. Failed and silent draws count against every answer.
    """
    shared: dict[str, list[JudgedDraw]] = defaultdict(list)
    for draw in each.draws:
        shared[structure_of(draw.program.source)].append(draw)
    weights: dict[str, float] = {}
    backers: dict[str, int] = defaultdict(int)
    total = 0.0
    for draws in shared.values():
        weight = len(draws) ** 0.5
        total += weight
        verdict = draws[0].verdict
        if verdict is not None and verdict.answer is not None:
            answer = verdict.answer.casefold()
            weights[answer] = weights.get(answer, 0.0) + weight
            backers[answer] += 1
    if not weights:
        return None
    best = max(weights, key=lambda answer: weights[answer])
    return Vote(best, weights[best] / total, backers[best])


def check_agreed(each: Asked, least: float, calibration: Calibration | None = None) -> dict[str, Found]:
    """By trace id, whether the trace gives the answer that wins with at least `least` of the vote; the score is that share.

    With a calibration, score and `least` are the probability of being right in the share's place. The trace of another answer
    fails with the share its own answer got left unsaid: 0. Unknown is an abstention.
    """
    won = vote(each)
    sure = 0.0 if won is None else won.share if calibration is None else calibration.chance(won.share)
    found: dict[str, Found] = {}
    for draw in each.draws:
        if draw.trace is None:
            continue
        answer = draw.verdict.answer if draw.verdict is not None else None
        if won is None or answer is None or answer.casefold() != won.answer:
            found[draw.trace.id] = (State.FAILED, 0.0)
        else:
            found[draw.trace.id] = (State.PASSED if sure >= least else State.UNKNOWN, sure)
    return found
