"""How often a program was right on all pictures that its question was asked of, held against what luck would bring.

One right answer says little: a coin is right on half of the yes/no questions. But a program is drawn for a question's text and
runs on every picture that is asked it; over these, luck has a known share.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from vpd.distill.checks.found import Found
from vpd.distill.checks.structure import structure_of
from vpd.distill.records import Outcome, State
from vpd.distill.run_files import Asked
from vpd.distill.statistics import wilson
from vpd.engine.records import AnswerKind, Question

__all__ = ["TrackRecord", "check_chance", "check_proven", "check_unbeaten", "luck", "track_records"]

FEWEST = 8
"""Pictures below which a program's record says too little."""
GUESSES = {AnswerKind.YES_NO: 0.5, AnswerKind.CHOICE: 0.25, AnswerKind.NUMBER: 0.25, AnswerKind.TEXT: 0.05}
"""Chance of a lucky answer where the question's own labels are too few to tell."""


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """One program on all labelled training pictures of one question text."""

    right: int
    asked: int
    chance: float
    """Share of the most frequent label: what the best constant program reaches."""

    @property
    def rate(self) -> float:
        """Share of right answers, 0..1."""
        return self.right / self.asked

    @property
    def surely(self) -> float:
        """The least rate that is not ruled out: the lower end of Wilson's interval at 95 %."""
        return wilson(self.rate, self.asked).low

    @property
    def luck(self) -> float:
        """Chance that guessing does at least as well."""
        return luck(self.right, self.asked, self.chance)


@lru_cache(maxsize=65536)
def luck(right: int, asked: int, chance: float) -> float:
    """P(X >= right) for X binomial with `asked` trials, each right with `chance`."""
    if right <= 0:
        return 1.0
    return min(1.0, math.fsum(math.comb(asked, k) * chance**k * (1 - chance) ** (asked - k) for k in range(right, asked + 1)))


def track_records(asked: Sequence[Asked]) -> dict[tuple[str, str], TrackRecord]:
    """By question text and program (`source_sha256`); of labelled questions outside the held-out splits."""
    rights: dict[tuple[str, str], Counter[bool]] = defaultdict(Counter)
    labels: dict[str, Counter[str]] = defaultdict(Counter)
    for each in asked:
        if each.is_known and each.question.split == "train":
            labels[each.question.text][each.question.answers[0]] += 1
            for program in {draw.program.source_sha256: draw for draw in each.draws}.values():
                rights[each.question.text, program.program.source_sha256][program.is_right] += 1
    return {
        (text, program): TrackRecord(counts[True], counts.total(), max(labels[text].values()) / labels[text].total())
        for (text, program), counts in rights.items()
    }


def check_chance(each: Asked, records: Mapping[tuple[str, str], TrackRecord], alpha: float) -> dict[str, Found]:
    """By trace id, whether luck explains that the program is right; the score is luck's probability.

    With at least `FEWEST` pictures of the text the program's record decides. With fewer, the structurally different programs of
    this one question are the trials: so many right out of so many.
    """
    found: dict[str, Found] = {}
    together = luck_together(each)
    for draw in each.draws:
        if draw.trace is None:
            continue
        record = records.get((each.question.text, draw.program.source_sha256))
        if record is not None and record.asked >= FEWEST:
            found[draw.trace.id] = (State.PASSED if record.luck < alpha else State.FAILED, record.luck)
        else:
            found[draw.trace.id] = (State.PASSED if together < alpha else State.UNKNOWN, together)
    return found


def check_unbeaten(each: Asked, records: Mapping[tuple[str, str], TrackRecord], alpha: float) -> dict[str, Found]:
    """By trace id, whether the program is about as often right as the best one drawn for its text; the score is its rate.

    It fails where a program of the best one's rate (held to 0.99 at most, for a picture that fools the tools) would be right as
    seldom with a chance below `alpha`.
    """
    known = [record for draw in each.draws if (record := records.get((each.question.text, draw.program.source_sha256)))]
    best = max((record.rate for record in known), default=0.0)
    found: dict[str, Found] = {}
    for draw in each.draws:
        if draw.trace is None:
            continue
        record = records.get((each.question.text, draw.program.source_sha256))
        if record is None or record.asked < FEWEST:
            found[draw.trace.id] = (State.UNKNOWN, record.rate if record else 0.0)
        else:
            misfortune = luck(record.asked - record.right, record.asked, 1 - min(best, 0.99))
            found[draw.trace.id] = (State.FAILED if misfortune < alpha else State.PASSED, record.rate)
    return found


def check_proven(each: Asked, records: Mapping[tuple[str, str], TrackRecord], least: float) -> dict[str, Found]:
    """By trace id, whether the answer is a label, or that of a program which labels of other pictures have proven; the score is
    the least rate at which that program is right.

    A question with a label is its own proof. One without goes by the program's record, which must show a rate of `least` or more;
    unknown where the text has no labelled picture.
    """
    found: dict[str, Found] = {}
    for draw in each.draws:
        if draw.trace is None:
            continue
        record = records.get((each.question.text, draw.program.source_sha256))
        rate = record.surely if record is not None else 0.0
        if each.question.answers:
            found[draw.trace.id] = (State.PASSED if draw.is_right else State.FAILED, rate)
        elif record is None:
            found[draw.trace.id] = (State.UNKNOWN, rate)
        else:
            found[draw.trace.id] = (State.PASSED if rate >= least else State.FAILED, rate)
    return found


def luck_together(each: Asked) -> float:
    """Chance that as many structurally different programs as were right on this question are right by guessing."""
    outcomes = {structure_of(draw.program.source): draw.verdict.outcome for draw in each.draws if draw.verdict is not None}
    told = [outcome for outcome in outcomes.values() if outcome in (Outcome.RIGHT, Outcome.WRONG)]
    return luck(told.count(Outcome.RIGHT), len(told), guess_rate(each.question))


def guess_rate(question: Question) -> float:
    """Chance of a lucky answer to one question, from the kind of its answer."""
    if question.answer_kind is AnswerKind.CHOICE and question.choices:
        return 1 / len(question.choices)
    return GUESSES.get(question.answer_kind, GUESSES[AnswerKind.TEXT])
