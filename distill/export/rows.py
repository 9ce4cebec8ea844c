"""Rows as all formats take them, and the look at every one of them before a byte is written."""

import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from vpd.distill.export.errors import ExportError
from vpd.distill.export.marks import escaped, marks_in
from vpd.distill.export.picture import Shape, examine
from vpd.distill.export.settings import ExportSettings, Marks, Pictures
from vpd.distill.export.source import Row, Source
from vpd.tools.image import ImageRef

__all__ = ["Survey", "below_root", "rows_of", "survey"]


@dataclass(slots=True)
class Survey:
    """What an export will hold."""

    rows: Counter[str] = field(default_factory=Counter)
    """By split, in the order in which they are first met."""
    shapes: dict[str, Shape] = field(default_factory=dict)
    """By the picture's digest."""
    dropped: int = 0
    """Rows with marks, where these are dropped."""


def rows_of(source: Source, settings: ExportSettings, split: str | None = None) -> Iterator[Row]:
    """The rows of a source in order, of one split or of all that are wanted; rows that marks drop are not among them."""
    for row in source.rows():
        wanted = row.split == split if split is not None else not settings.splits or row.split in settings.splits
        if wanted and not (settings.marks is Marks.DROP and marked(row)):
            yield row_in_words(row, settings)


def row_in_words(row: Row, settings: ExportSettings) -> Row:
    """The row with its words as they are written."""
    if settings.marks is not Marks.ESCAPE:
        return row
    turns = tuple(turn.model_copy(update={"content": escaped(turn.content)}) for turn in row.turns)
    return replace(row, turns=turns, rejected=None if row.rejected is None else escaped(row.rejected))


def marked(row: Row) -> list[str]:
    """The marks in a row's texts."""
    return [mark for text in row.texts for mark in marks_in(text)]


def survey(source: Source, settings: ExportSettings) -> Survey:
    """Look at every row and every picture once. Raises `ExportError` or `ImageError` with the first that cannot be written.

    Afterwards each row has one picture and one place for it, and no text says otherwise.
    """
    found, ids, judged = Survey(), set[str](), source.held_out()
    for row in source.rows():
        if settings.splits and row.split not in settings.splits:
            continue
        check_turns(row)
        marks = marked(row)
        if marks and settings.marks is Marks.REFUSE:
            message = (
                f"row {row.id}: its text holds {marks[0]!r}, which a trainer takes for more than words; "
                "leave such rows out with --marks drop, or break the marks with --marks escape"
            )
            raise ExportError(message)
        if marks and settings.marks is Marks.DROP:
            found.dropped += 1
            continue
        check_preference(row_in_words(row, settings))
        if row.id in ids:
            message = f"{source.folder}: two rows have the id {row.id}"
            raise ExportError(message)
        if row.image.sha256 in judged:
            message = (
                f"row {row.id}: its picture also occurs in a held-out split of {source.folder}, so that a student would be "
                "judged by what it learned; take such rows out with `vpd mix`"
            )
            raise ExportError(message)
        ids.add(row.id)
        found.rows[row.split] += 1
        if row.image.sha256 not in found.shapes:
            found.shapes[row.image.sha256] = shape_of(row, settings)
    if not found.rows:
        wanted = f" of the split {', '.join(settings.splits)}" if settings.splits else ""
        message = f"{source.folder} holds no row{wanted} to export" + (f"; {found.dropped} hold marks" if found.dropped else "")
        raise ExportError(message)
    return found


def check_turns(row: Row) -> None:
    """Raise `ExportError` where a row is not a user's text and an assistant's answer, in turn, each with words."""
    if not re.fullmatch(r"\w+", row.split, re.ASCII):
        message = f"row {row.id}: its split {row.split!r} cannot name a file; splits are letters, digits and _"
        raise ExportError(message)
    roles = [turn.role for turn in row.turns]
    talk = roles[1:] if roles[:1] == ["system"] else roles
    if not talk or len(talk) % 2 or talk != ["user", "assistant"] * (len(talk) // 2):
        message = f"row {row.id}: its turns are {', '.join(roles) or 'none'}; they should be user and assistant in turn"
        raise ExportError(message)
    if not all(text.strip() for text in row.texts):
        message = f"row {row.id}: one of its turns is empty"
        raise ExportError(message)


def check_preference(row: Row) -> None:
    """Raise `ExportError` where a pair prefers words to themselves; blanks around them aside, since trainers strip them."""
    if row.rejected is not None and row.rejected.strip() == row.turns[-1].content.strip():
        message = f"row {row.id}: its chosen and its rejected words are the same, so that there is nothing to prefer"
        raise ExportError(message)


def shape_of(row: Row, settings: ExportSettings) -> Shape:
    """How the row's picture will be written. A picture that cannot stay as it is cannot be linked or referred to."""
    shape = examine(row.image)
    if settings.pictures is Pictures.REFER:
        below_root(row.image, settings)
    if settings.pictures is not Pictures.COPY and shape.redrawn:
        message = (
            f"{row.image.path} {shape.why} and would be read differently by trainers; export with --copy-images, "
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
