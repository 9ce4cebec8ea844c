"""MMBench: multiple choice in a table, pictures in its cells; circular evaluation asks each question in every rotation."""

import string
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from vpd.distill.datasets.entry import NOT_GIVEN, Encoded, Entry
from vpd.distill.datasets.errors import BadRecord, FileMissing
from vpd.distill.datasets.folder import Folder
from vpd.distill.datasets.table_rows import read_table
from vpd.engine.records import AnswerKind

__all__ = ["ROUND", "SPLITS", "read_circular", "read_once"]

SPLITS = {split: (f"mmbench*_{split}*.tsv", f"ccbench*_{split}*.tsv", f"{split}.tsv") for split in ("dev", "test")}
ROUND = 1_000_000
"""Rotation k of question i has the index i + k * ROUND."""
LONGEST_REFERENCE = 64
"""A cell that is not longer is the index of the row that holds the picture."""
KEPT = ("hint", "category", "l2-category", "source", "comment", "split")
"""Columns that go into the details as they are, where they are not empty."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table."""

    file: Path
    number: int
    index: int
    question: str
    options: dict[str, str]
    """By letter; an empty cell is no option, while `None` and `NA` are."""
    answer: str | None
    picture: Encoded
    said: dict[str, str]


def read_once(folder: Folder, split: str) -> Iterator[Entry]:
    """Each question as it stands in the file; rotations in the file are left out."""
    for file in files_of(folder, split):
        for row in read_rows(file):
            if row.index < ROUND:
                yield entry_of(row, split, 0)


def read_circular(folder: Folder, split: str) -> Iterator[Entry]:
    """Each question in all rotations: those of the file where it has them, else made here."""
    for file in files_of(folder, split):
        rotated = {index % ROUND for index in (index_of(file, *row) for row in read_table(file, "\t")) if index >= ROUND}
        for row in read_rows(file):
            if row.index % ROUND in rotated:
                yield entry_of(row, split, row.index // ROUND)
            else:
                for turns in range(max(1, len(row.options))):
                    yield entry_of(rotate(row, turns), split, turns)


def files_of(folder: Folder, split: str) -> list[Path]:
    """The tables of a split, one for each language and release."""
    files = folder.every(SPLITS[split])
    if not files:
        raise FileMissing(folder.path, " or ".join(SPLITS[split]))
    return files


def index_of(file: Path, number: int, cells: dict[str, str]) -> int:
    """A row's index. Raises `BadRecord`."""
    text = cells.get("index", "").strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise BadRecord(file, number, f"index is {text[:40]!r}, not a whole number")
    return int(text)


def read_rows(file: Path) -> Iterator[Row]:
    """The rows of a table with their pictures; pictures that other rows refer to are held, and no more."""
    wanted = {cell.strip() for _, cells in read_table(file, "\t") if 0 < len(cell := cells.get("image", "")) <= LONGEST_REFERENCE}
    held = {
        cells["index"].strip(): cells["image"]
        for _, cells in (read_table(file, "\t") if wanted else ())
        if cells.get("index", "").strip() in wanted and len(cells.get("image", "")) > LONGEST_REFERENCE
    }
    for number, cells in read_table(file, "\t"):
        for name in ("question", "image"):
            if not cells.get(name):
                raise BadRecord(file, number, f"has no {name}")
        image = cells["image"]
        if len(image) <= LONGEST_REFERENCE:
            if image.strip() not in held:
                raise BadRecord(file, number, f"its picture is to be that of row {image.strip()!r}, which has none")
            image = held[image.strip()]
        options = {letter: cells[letter] for letter in string.ascii_uppercase if cells.get(letter)}
        answer = cells.get("answer", "").strip() or None
        if answer is not None and answer not in options:
            raise BadRecord(
                file, number, f"answer is {answer[:40]!r}, which is not among the options {', '.join(options) or 'none'}"
            )
        said = {name.lower() if name.lower() in KEPT else name: cell for name, cell in cells.items()}
        yield Row(file, number, index_of(file, number, cells), cells["question"], options, answer, Encoded(image), said)


def rotate(row: Row, turns: int) -> Row:
    """The same question with every option `turns` letters further on, and the index that such a rotation has."""
    letters, count = list(row.options), len(row.options)
    moved = {letters[(place + turns) % count]: row.options[letter] for place, letter in enumerate(letters)} if count else {}
    answer = None if row.answer is None else letters[(letters.index(row.answer) + turns) % count]
    options = {letter: moved[letter] for letter in letters}
    return replace(row, index=row.index + turns * ROUND, options=options, answer=answer)


def entry_of(row: Row, split: str, rotation: int) -> Entry:
    """One question in one rotation."""
    place = {"index": row.index, "group": row.index % ROUND, "rotation": rotation, "options": row.options}
    said = {name: row.said[name] for name in KEPT if row.said.get(name)}
    return Entry(
        key=str(row.index),
        text=row.question,
        picture=row.picture,
        kind=said.get("category", NOT_GIVEN),
        answer_kind=AnswerKind.CHOICE,
        source=f"MMBench ({row.file.stem})",
        split=split,
        file=row.file,
        record=row.number,
        choices=tuple(row.options.values()),
        answers=() if row.answer is None else (row.options[row.answer],),
        details=place | ({} if row.answer is None else {"answer": row.answer}) | said,
        group=f"{row.file.stem} {row.index % ROUND}",
    )
