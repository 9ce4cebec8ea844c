"""Rows as all formats take them, and the look at every one of them before a byte is written."""

import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from vpd.distill.export.errors import ExportError
from vpd.distill.export.marks import escaped, marks_in
from vpd.distill.export.picture import Shape, examine
from vpd.distill.export.settings import ExportSettings, Marks, Pictures
from vpd.distill.mixing.training_set import QUESTIONS, TRAIN, TrainingSet
from vpd.distill.records import Teaches, TrainingExample
from vpd.engine.journal import read_records
from vpd.engine.records import Message, Question
from vpd.tools.image import ImageRef

__all__ = ["Row", "Survey", "below_root", "rows_of", "survey"]


@dataclass(frozen=True, slots=True)
class Row:
    """One example, ready to be written: one picture, shown before the first user's text."""

    id: str
    split: str
    task: str
    kind: str
    data_set: str
    weight: float
    turns: tuple[Message, ...]
    """Ends with the assistant's, which is the target."""
    image: ImageRef


@dataclass(slots=True)
class Survey:
    """What an export will hold."""

    rows: Counter[str] = field(default_factory=Counter)
    """By split, in the order in which they are first met."""
    shapes: dict[str, Shape] = field(default_factory=dict)
    """By the picture's digest."""
    dropped: int = 0
    """Rows with marks, where these are dropped."""


def rows_of(source: TrainingSet, settings: ExportSettings, split: str | None = None) -> Iterator[Row]:
    """The rows of a source in order, of one split or of all that are wanted; rows that marks drop are not among them."""
    for example in source.examples():
        wanted = example.split == split if split is not None else not settings.splits or example.split in settings.splits
        if wanted and not (settings.marks is Marks.DROP and marked(example)):
            yield row_of(example, settings)


def row_of(example: TrainingExample, settings: ExportSettings) -> Row:
    """One example as a row."""
    turns = example.messages
    if settings.marks is Marks.ESCAPE:
        turns = tuple(turn.model_copy(update={"content": escaped(turn.content)}) for turn in turns)
    return Row(
        id=example.id,
        split=example.split,
        task=example.teaches.value,
        kind=example.kind,
        data_set=str(example.provenance.get("data_set", "")),
        weight=settings.rationale_weight if example.teaches is Teaches.RATIONALE else 1.0,
        turns=turns,
        image=example.image,
    )


def marked(example: TrainingExample) -> list[str]:
    """The marks in an example's texts."""
    return [mark for turn in example.messages for mark in marks_in(turn.content)]


def survey(source: TrainingSet, settings: ExportSettings) -> Survey:
    """Look at every row and every picture once. Raises `ExportError` or `ImageError` with the first that cannot be written.

    Afterwards each row has one picture and one place for it, and no text says otherwise.
    """
    found, ids = Survey(), set[str]()
    judged = set[str]() if source.mixed else held_out(source.folder)
    for example in source.examples():
        if settings.splits and example.split not in settings.splits:
            continue
        check_turns(example)
        marks = marked(example)
        if marks and settings.marks is Marks.REFUSE:
            message = (
                f"row {example.id}: its text holds {marks[0]!r}, which a trainer takes for more than words; "
                "leave such rows out with --marks drop, or break the marks with --marks escape"
            )
            raise ExportError(message)
        if marks and settings.marks is Marks.DROP:
            found.dropped += 1
            continue
        if example.id in ids:
            message = f"{source.folder}: two rows have the id {example.id}"
            raise ExportError(message)
        if example.image.sha256 in judged:
            message = (
                f"row {example.id}: its picture also occurs in a held-out split of {source.folder}, so that a student would be "
                "judged by what it learned; take such rows out with `vpd mix`"
            )
            raise ExportError(message)
        ids.add(example.id)
        found.rows[example.split] += 1
        if example.image.sha256 not in found.shapes:
            found.shapes[example.image.sha256] = shape_of(example, settings)
    if not found.rows:
        wanted = f" of the split {', '.join(settings.splits)}" if settings.splits else ""
        message = f"{source.folder} holds no row{wanted} to export" + (f"; {found.dropped} hold marks" if found.dropped else "")
        raise ExportError(message)
    return found


def held_out(run: Path) -> set[str]:
    """The pictures by which a run judges students; of a mixed set they are refused already."""
    path = run / QUESTIONS
    return {one.image.sha256 for one in read_records(path, Question) if one.split != TRAIN} if path.exists() else set()


def check_turns(example: TrainingExample) -> None:
    """Raise `ExportError` where an example is not a user's text and an assistant's answer, in turn, each with words."""
    if not re.fullmatch(r"\w+", example.split, re.ASCII):
        message = f"row {example.id}: its split {example.split!r} cannot name a file; splits are letters, digits and _"
        raise ExportError(message)
    roles = [turn.role for turn in example.messages]
    talk = roles[1:] if roles[:1] == ["system"] else roles
    if not talk or len(talk) % 2 or talk != ["user", "assistant"] * (len(talk) // 2):
        message = f"row {example.id}: its turns are {', '.join(roles) or 'none'}; they should be user and assistant in turn"
        raise ExportError(message)
    if not all(turn.content.strip() for turn in example.messages):
        message = f"row {example.id}: one of its turns is empty"
        raise ExportError(message)


def shape_of(example: TrainingExample, settings: ExportSettings) -> Shape:
    """How the row's picture will be written. A picture that cannot stay as it is cannot be linked or referred to."""
    shape = examine(example.image)
    if settings.pictures is Pictures.REFER:
        below_root(example.image, settings)
    if settings.pictures is not Pictures.COPY and shape.redrawn:
        message = (
            f"{example.image.path} {shape.why} and would be read differently by trainers; export with --copy-images, "
            "which writes it anew"
        )
        raise ExportError(message)
    return shape


def below_root(image: ImageRef, settings: ExportSettings) -> str:
    """A picture's path seen from the image root. Raises `ExportError` where it lies elsewhere."""
    root = os.path.abspath(settings.image_root or ".")  # noqa: PTH100  resolve() would follow links that are meant
    place = os.path.relpath(os.path.abspath(image.path), root)  # noqa: PTH100
    if place.startswith(".."):
        message = f"{image.path} does not lie in the image root {root}; name a folder that holds all pictures"
        raise ExportError(message)
    return Path(place).as_posix()
