"""Where an export's rows come from: the examples of a set or a run, or a run's preference pairs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from vpd.distill.errors import RunError
from vpd.distill.export.errors import ExportError
from vpd.distill.export.settings import ExportSettings
from vpd.distill.mixing.training_set import EXAMPLES, QUESTIONS, TRAIN, TrainingSet, is_set, open_examples
from vpd.distill.records import Preference, Teaches
from vpd.distill.run_directory import FILES
from vpd.engine.journal import read_records
from vpd.engine.records import Message, Question
from vpd.tools.image import ImageRef

__all__ = ["PAIR", "Row", "Source", "open_source"]

PAIRS = FILES[Preference]
PAIR = "preference"
"""What a pair's row teaches."""


@dataclass(frozen=True, slots=True)
class Row:
    """One example or one pair, ready to be written: one picture, shown before the first user's text."""

    id: str
    split: str
    task: str
    kind: str
    data_set: str
    weight: float
    turns: tuple[Message, ...]
    """Ends with the assistant's, which is the target; of a pair, the words that are chosen."""
    image: ImageRef
    rejected: str | None = None
    """Of a pair, the words that the target is preferred to."""

    @property
    def texts(self) -> tuple[str, ...]:
        """All words of the row."""
        said = tuple(turn.content for turn in self.turns)
        return said if self.rejected is None else (*said, self.rejected)


@dataclass(frozen=True, slots=True)
class Source:
    """A folder's rows, which can be gone through again and again."""

    folder: Path
    name: str
    mixed: bool
    """Whether it was written by `mix`; else it is a run."""
    file: str
    """The file of the folder that holds the rows."""
    rows: Callable[[], Iterator[Row]]

    def held_out(self) -> set[str]:
        """The pictures by which a run judges students; a mixed set has refused them already."""
        return set() if self.mixed else {one.image.sha256 for one in questions_in(self.folder) if one.split != TRAIN}


def open_source(folder: Path, settings: ExportSettings, *, pairs: bool) -> Source:
    """The rows that a format takes. Raises `RunError` where the folder does not hold them, or a set is not as it was written."""
    if pairs:
        return open_pairs(folder, settings)
    opened = open_examples(folder)
    return Source(folder, opened.name, opened.mixed, EXAMPLES, partial(example_rows, opened, settings))


def example_rows(opened: TrainingSet, settings: ExportSettings) -> Iterator[Row]:
    """Every example as a row."""
    for example in opened.examples():
        yield Row(
            id=example.id,
            split=example.split,
            task=example.teaches.value,
            kind=example.kind,
            data_set=str(example.provenance.get("data_set", "")),
            weight=settings.rationale_weight if example.teaches is Teaches.RATIONALE else 1.0,
            turns=example.messages,
            image=example.image,
        )


def open_pairs(run: Path, settings: ExportSettings) -> Source:
    """A run's pairs."""
    if not (run / PAIRS).is_file():
        where = "a mixed set holds no pairs; name one of its runs" if is_set(run) else f"make them with: vpd pairs {run}"
        message = f"{run} holds no preference pairs ({PAIRS} is not there); {where}"
        raise RunError(message)
    if settings.rationale_weight != 1:
        message = "pairs have no weights; leave --rationale-weight out"
        raise ExportError(message)
    return Source(run, run.resolve().name, mixed=False, file=PAIRS, rows=partial(pair_rows, run))


def pair_rows(run: Path) -> Iterator[Row]:
    """Every pair as a row."""
    data_sets = {question.id: question.source for question in questions_in(run)}
    for pair in read_records(run / PAIRS, Preference):
        yield Row(
            id=pair.id,
            split=pair.split,
            task=PAIR,
            kind=pair.kind,
            data_set=data_sets.get(pair.question, ""),
            weight=1.0,
            turns=(Message(role="user", content=pair.asked), Message(role="assistant", content=pair.chosen)),
            image=pair.image,
            rejected=pair.rejected,
        )


def questions_in(folder: Path) -> Iterator[Question]:
    """A run's questions; none of a folder without them."""
    path = folder / QUESTIONS
    return read_records(path, Question) if path.exists() else iter(())
