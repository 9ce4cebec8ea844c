"""TallyQA: counts, simple and complex questions apart, in the three ways in use."""

import re
from collections.abc import Callable, Sequence
from math import sqrt
from typing import NamedTuple

from vpd.distill.metrics.scores import Found, Pair, Share, mean, said_text

__all__ = ["score_tallyqa_flag", "score_tallyqa_kit", "score_tallyqa_official"]

WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen twenty"
).split()
NUMERALS = {word: str(value) for value, word in enumerate(WORDS)} | {"none": "0"}
FIRST_COUNT = re.compile(rf"\b(?:[0-9]|1[0-9]|20)\b|\b(?:{'|'.join(WORDS)})\b")


class Count(NamedTuple):
    """What was to be counted, and what was predicted."""

    wanted: int
    got: int | None


def read_digits(said: str) -> int:
    """The number in digits; anything else, such as `many`, counts as 0 with the authors."""
    return int(said) if said.isdecimal() else 0


def score_tallyqa_official(pairs: Sequence[Pair]) -> Found:
    """As the authors score: accuracy in percent and root mean squared error, complex being what was asked of AMT's workers.

    Simple is what comes from elsewhere and is marked as simple; what is neither is left out of both.
    """
    every: list[Count] = []
    simple: list[Count] = []
    complex_: list[Count] = []
    for pair in pairs:
        count = Count(int(pair.question.answers[0]), None if pair.said is None else read_digits(said_text(pair.said)))
        every.append(count)
        if pair.question.details.get("data_source") == "amt":
            complex_.append(count)
        elif pair.question.details.get("issimple"):
            simple.append(count)
    values: dict[str, float | None] = {}
    for name, counts in (("", every), ("simple ", simple), ("complex ", complex_)):
        values[f"{name}accuracy"] = 100.0 * sum(one.wanted == one.got for one in counts) / len(counts) if counts else None
        values[f"{name}rmse (objects)"] = rmse(counts)
    return Found("accuracy", values)


def rmse(counts: Sequence[Count]) -> float | None:
    """Root mean squared error in objects over the questions with a prediction; None of none."""
    squares = [(one.wanted - one.got) ** 2 for one in counts if one.got is not None]
    return sqrt(sum(squares) / len(squares)) if squares else None


def score_tallyqa_flag(pairs: Sequence[Pair]) -> Found:
    """As PaliGemma's evaluation scores: shares, complex by the flag alone, number words up to twenty read."""
    return by_flag(pairs, lambda said: NUMERALS.get(said.lower(), said))


def score_tallyqa_kit(pairs: Sequence[Pair]) -> Found:
    """As VLMEvalKit scores: the first count from 0 to 20 in the text, in digits or as a word; simple and complex are added."""
    return by_flag(pairs, first_count)


def first_count(said: str) -> str:
    """The first count in a text, in digits; empty where there is none."""
    found = FIRST_COUNT.search(said.lower())
    return NUMERALS.get(found[0], found[0]) if found else ""


def by_flag(pairs: Sequence[Pair], read: Callable[[str], str]) -> Found:
    """Share of right counts over all, and by the flag for simple questions where there is one."""
    scores: list[tuple[object, str, float]] = []
    for pair in pairs:
        wanted = read(pair.question.answers[0])
        right = pair.said is not None and read(said_text(pair.said)) == wanted
        scores.append((pair.question.details.get("issimple"), wanted, float(right)))
    values = {"accuracy": mean([score for _, _, score in scores])}
    for name, flag in (("simple accuracy", True), ("complex accuracy", False)):
        values[name] = mean([score for simple, _, score in scores if simple is not None and bool(simple) is flag])
    counts: dict[str, list[float]] = {}
    for _, wanted, score in scores:
        counts.setdefault(wanted, []).append(score)
    ordered = sorted(counts.items(), key=lambda item: (len(item[0]), item[0]))
    return Found("accuracy", values, {"count": {name: Share(value=sum(of) / len(of), count=len(of)) for name, of in ordered}})
