"""Which rows may be learned from at all: no picture that judges a student, nothing said twice."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from vpd.distill.mixing.rows import Row
from vpd.distill.mixing.training_set import TRAIN
from vpd.distill.records import Teaches

__all__ = ["Asking", "Dropped", "Screened", "judging", "screen"]

LEARNED = (TRAIN, "base")
"""Splits that are for learning: answers and rationales, and descriptions for a student that learns to see first."""


class Dropped(StrEnum):
    """Why a row is not in the set; in the order in which the reasons are looked for."""

    NOT_TRAINING = "example of another split than train"
    HELD_OUT = "picture of a held-out split"
    EXCLUDED = "picture excluded on request"
    SAID_BEFORE = "said before of the same picture and question"
    BALANCE = "left out for balance"
    WEIGHT = "left out for the weights"
    MOST = "left out for the limit"


@dataclass(slots=True)
class Asking:
    """One question of one picture with all that it teaches: what is chosen or left out as one."""

    source: int
    image: str
    asked: str
    kind: str
    rows: list[Row] = field(default_factory=list)

    @property
    def answer(self) -> str:
        """Of the short answer, else of the rationale; empty of a description."""
        return min(self.rows, key=lambda row: row.teaches is not Teaches.ANSWER).answer


@dataclass(slots=True)
class Screened:
    """What passed, and what did not, by source."""

    askings: list[Asking]
    dropped: dict[int, Counter[Dropped]]
    contradictions: int
    """Short answers that were dropped as said before, and said something else."""


def judging(rows: Iterable[Row]) -> set[str]:
    """The pictures of rows that are not for learning."""
    return {row.image for row in rows if row.split not in LEARNED}


def screen(rows: Iterable[Row], held_out: set[str], excluded: set[str]) -> Screened:
    """Gather rows into questions; of two sources that answer the same question of the same picture the first has the word.

    Several different rationales that one source gives to one question all stay.
    """
    askings: dict[tuple[str, str], Asking] = {}
    owners: dict[tuple[str, str, Teaches], tuple[int, str]] = {}
    targets: dict[tuple[str, str, Teaches], list[Row]] = {}
    dropped: dict[int, Counter[Dropped]] = {}
    contradictions = 0
    for row in rows:
        key = (row.image, row.asked, row.teaches)
        before = targets.get(key, [])
        reason = None
        if row.split not in LEARNED:
            reason = Dropped.NOT_TRAINING
        elif row.image in held_out:
            reason = Dropped.HELD_OUT
        elif row.image in excluded:
            reason = Dropped.EXCLUDED
        elif before and (
            owners[key] != (row.source, row.question)
            or row.teaches is not Teaches.RATIONALE
            or any(row.target == said.target for said in before)
        ):
            reason = Dropped.SAID_BEFORE
            contradictions += row.teaches is Teaches.ANSWER and row.answer != before[0].answer
        if reason is not None:
            dropped.setdefault(row.source, Counter())[reason] += 1
            continue
        owners.setdefault(key, (row.source, row.question))
        targets.setdefault(key, []).append(row)
        asking = askings.setdefault((row.image, row.asked), Asking(row.source, row.image, row.asked, row.kind))
        asking.rows.append(row)
    return Screened(list(askings.values()), dropped, contradictions)
