"""A student's own rationale, changed: one number made wrong, the words shuffled, or nothing but its last words left."""

import re
from enum import StrEnum
from random import Random
from typing import NamedTuple

from vpd.distill.grid import Grid

__all__ = ["Altered", "Words", "alter", "up_to_answer"]

ENDING = "answer is"
NUMBER = re.compile(r"(?<![\w.])\d+(?![\w]|\.\d)")


class Words(StrEnum):
    """What became of a rationale."""

    INTACT = "intact"
    NUMBER = "number"
    """The last number that is no place is one more or less; where there is none, a number of the last place."""
    SHUFFLED = "shuffled"
    """The same words in another order."""
    NONE = "none"
    """Nothing but the beginning of the last sentence."""


class Altered(NamedTuple):
    """A rationale up to its answer, as the student is made to have said it."""

    text: str
    was: str = ""
    """The number that was changed."""
    becomes: str = ""


def up_to_answer(text: str) -> tuple[str, str] | None:
    """What a rationale says before its last sentence, and that sentence up to the answer; None where it names no answer."""
    before, found, _ = text.rpartition(ENDING)
    if not found:
        return None
    reasons, mark, start = before.rpartition(".")
    return (reasons + mark, f"{start.lstrip()}{ENDING}")


def alter(text: str, words: Words, grid: Grid, seed: str) -> Altered | None:
    """The rationale, changed; the same for the same seed. None where there is no answer to lead to, or nothing to change."""
    parts = up_to_answer(text)
    if parts is None:
        return None
    reasons, start = parts
    drawn = Random(seed)  # noqa: S311  no secret hangs on it
    if words is Words.NONE:
        return Altered(start)
    if words is Words.SHUFFLED:
        shuffled = shuffle(reasons, drawn)
        return None if shuffled is None else Altered(f"{shuffled} {start}")
    if words is Words.NUMBER:
        changed = change_number(reasons, grid, drawn)
        return None if changed is None else changed._replace(text=f"{changed.text} {start}")
    return Altered(f"{reasons} {start}".strip())


def shuffle(reasons: str, drawn: Random) -> str | None:
    """The words in another order; None where there is no other."""
    words = reasons.split()
    if len(set(words)) < 2:
        return None
    mixed = list(words)
    while mixed == words:
        drawn.shuffle(mixed)
    return " ".join(mixed)


def change_number(reasons: str, grid: Grid, drawn: Random) -> Altered | None:
    """The text with one number changed, and which."""
    places = [(place.start, place.end) for place in grid.read(reasons)]
    numbers = list(NUMBER.finditer(reasons))
    counts = [one for one in numbers if not any(start <= one.start() < end for start, end in places)]
    if counts:
        chosen = counts[-1]
        value = int(chosen.group())
        becomes = str(value + 1 if value == 0 or drawn.random() < 0.5 else value - 1)
    elif places:
        found = list(re.finditer(r"\d+", reasons[places[-1][0] : places[-1][1]]))
        first = found[0]
        start = places[-1][0] + first.start()
        becomes = str((int(first.group()) + max(1, grid.steps // 2)) % max(2, grid.steps)).zfill(len(first.group()))
        return Altered(reasons[:start] + becomes + reasons[start + len(first.group()) :], first.group(), becomes)
    else:
        return None
    return Altered(reasons[: chosen.start()] + becomes + reasons[chosen.end() :], chosen.group(), becomes)
