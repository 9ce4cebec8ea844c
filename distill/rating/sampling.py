"""Which rationales are rated: of each writer about as many, on the same questions where several wrote on one."""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vpd.distill.errors import RunError
from vpd.distill.rivals.told import FILE, Told
from vpd.distill.run_files import RunRecords
from vpd.engine.journal import read_records
from vpd.engine.record import sha256_of
from vpd.engine.records import Question

__all__ = ["Item", "sample_items"]


@dataclass(frozen=True, slots=True)
class Item:
    """One rationale to rate."""

    source: str
    """Who wrote it; not on the sheet."""
    question: Question
    text: str

    def name(self, seed: int) -> str:
        """Ten hex digits that say nothing of the writer to whoever has the sheet alone."""
        return sha256_of(["rate", seed, self.source, self.question.id, self.text])[:10]


def sample_items(run: RunRecords, count: int, seed: int) -> list[list[Item]]:
    """At most `count` questions drawn with the seed, each with the texts of all its writers in drawn order.

    Questions that more writers wrote on come first, and every writer gets its turn. Raises `RunError` where there is no text.
    """
    groups: dict[str, list[Item]] = defaultdict(list)
    for item in all_items(run):
        if not any(other.text == item.text and other.source == item.source for other in groups[item.question.id]):
            groups[item.question.id].append(item)
    if not groups:
        message = f"{run.folder} has nothing to rate: no rationales, no replies of rivals, no explanations of students"
        raise RunError(message)
    rng = random.Random(f"vpd rate {seed}")  # noqa: S311  drawing lots, not secrecy
    order = sorted(groups)
    rng.shuffle(order)
    order.sort(key=lambda question: -len({item.source for item in groups[question]}))
    chosen = list(dict.fromkeys(turns(order, groups)))[:count]
    rng.shuffle(chosen)
    return [rng.sample(groups[question], len(groups[question])) for question in chosen]


def turns(order: list[str], groups: dict[str, list[Item]]) -> Iterator[str]:
    """Questions, each writer naming its next one in turn; a question comes again where several writers have it."""
    sources = sorted({item.source for items in groups.values() for item in items})
    theirs = {source: [one for one in order if any(item.source == source for item in groups[one])] for source in sources}
    for place in range(len(order)):
        for source in sources:
            if place < len(theirs[source]):
                yield theirs[source][place]


def all_items(run: RunRecords) -> Iterator[Item]:
    """Every text of a run that ends in an answer: rationales of programs, replies of rivals, explanations of students."""
    for (question, _), rationale in run.rationale_of.items():
        yield Item(f"programs, {rationale.writer.split()[0]}", run.question_by_id[question], rationale.text)
    for told in rivals_of(run.folder):
        if told.question is not None:
            yield Item(f"{told.rival}, {told.model}", told.question, told.text)
    for prediction in run.predictions:
        if prediction.mode == "explain" and prediction.question in run.question_by_id:
            yield Item(f"student {prediction.arm}", run.question_by_id[prediction.question], prediction.text)


def rivals_of(folder: Path) -> list[Told]:
    """The run's file of rivals; empty where it has none."""
    return list(read_records(folder / FILE, Told)) if (folder / FILE).exists() else []
