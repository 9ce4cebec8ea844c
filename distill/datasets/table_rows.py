"""Tables of text, tab or comma between their cells: each row as a mapping from the head's names to its cells."""

import csv
from collections.abc import Iterator
from pathlib import Path

from vpd.distill.datasets.errors import BadFile, BadRecord

__all__ = ["read_table"]

LARGEST_CELL = 100 << 20
"""Signs; pictures stand in cells."""


def read_table(path: Path, delimiter: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Number, from 1 after the head, and cells of each row that is not blank; a quoted cell may hold newlines.

    Cells are kept to the letter: `None` and `NA` are words. Raises `BadFile` and `BadRecord`.
    """
    number = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file, delimiter=delimiter, strict=True)
            head = next_row(rows)
            if not head or len(set(head)) != len(head) or not all(head):
                raise BadFile(path, "has no head that names each column once")
            while (row := next_row(rows)) is not None:
                if row:
                    number += 1
                    if len(row) != len(head):
                        raise BadRecord(path, number, f"{len(row)} cells, the head names {len(head)}")
                    yield number, dict(zip(head, row, strict=True))
    except OSError as error:
        raise BadFile(path, f"cannot be read ({error.strerror or error})") from error
    except (UnicodeDecodeError, csv.Error) as error:
        why = "not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
        raise BadRecord(path, number + 1, f"cut or broken table ({why})") from error


def next_row(rows: Iterator[list[str]]) -> list[str] | None:
    """The next row, None at the end. The limit of a cell is one for the whole process, so it is put back each time."""
    before = csv.field_size_limit(LARGEST_CELL)
    try:
        return next(rows, None)
    finally:
        csv.field_size_limit(before)
