"""What a data set's folder holds: counts, and what is wrong with its pictures."""

import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from vpd.distill.datasets.entry import Entry
from vpd.distill.datasets.errors import BadRecord, PictureMissing
from vpd.distill.datasets.pictures import Pictures, question_of
from vpd.distill.datasets.splits import SplitWatch, Straddler

__all__ = ["SAMPLES", "Survey", "take_survey"]

SAMPLES = 6
"""Questions of each kind that are kept for a contact sheet."""


@dataclass(slots=True)
class Survey:
    """Counts over the questions that were looked at."""

    questions: int = 0
    splits: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    answer_kinds: Counter[str] = field(default_factory=Counter)
    answers: Counter[int] = field(default_factory=Counter)
    """By how many answers a question has."""
    texts: set[str] = field(default_factory=set)
    """Distinct questions; a program is drawn once for each."""
    pictures: int = 0
    """Distinct ones, by content."""
    renamed: int = 0
    """Pictures with the content of another one under another name."""
    missing: list[str] = field(default_factory=list)
    """What is said of each question whose picture is not to be found."""
    broken: list[str] = field(default_factory=list)
    """And of each whose picture cannot be read."""
    repeated: list[str] = field(default_factory=list)
    """Keys that stand for several questions."""
    straddlers: list[Straddler] = field(default_factory=list)
    samples: dict[str, list[Entry]] = field(default_factory=dict)
    """By kind, drawn evenly."""

    @property
    def is_whole(self) -> bool:
        """Whether every question has a readable picture, an id of its own, and no split shares a picture with another."""
        return not (self.missing or self.broken or self.repeated or self.straddlers)


def take_survey(entries: Iterable[Entry], pictures: Pictures, advance: Callable[[str], None] = lambda _outcome: None) -> Survey:
    """Look at every entry and its picture; pictures that are not whole are counted. Raises `BadRecord` at a broken record."""
    survey, watch, draw = Survey(), SplitWatch(), random.Random(0)  # noqa: S311  no secret hangs on it
    seen: set[tuple[str, str]] = set()
    names: dict[str, set[str]] = {}
    for entry in entries:
        count(survey, entry, draw)
        if (entry.source, entry.key) in seen:
            survey.repeated.append(
                f"{entry.file}, record {entry.record}: {entry.key} stands for another question of {entry.source} too"
            )
        seen.add((entry.source, entry.key))
        try:
            question = question_of(entry, pictures)
        except PictureMissing as error:
            survey.missing.append(str(error))
            advance("picture missing")
        except BadRecord as error:
            survey.broken.append(str(error))
            advance("picture broken")
        else:
            watch.add(question)
            names.setdefault(question.image.sha256, set()).add(question.image.path)
            advance("whole")
    survey.pictures = len(names)
    survey.renamed = sum(len(paths) - 1 for paths in names.values())
    survey.straddlers = list(watch.straddlers())
    return survey


def count(survey: Survey, entry: Entry, draw: random.Random) -> None:
    """Add one entry to the counts, and to the samples where the lot falls on it."""
    survey.questions += 1
    survey.splits[entry.split] += 1
    survey.kinds[entry.kind] += 1
    survey.answer_kinds[entry.answer_kind] += 1
    survey.answers[len(entry.answers)] += 1
    survey.texts.add(entry.text)
    held = survey.samples.setdefault(entry.kind, [])
    if len(held) < SAMPLES:
        held.append(entry)
    elif (place := draw.randrange(survey.kinds[entry.kind])) < SAMPLES:
        held[place] = entry
