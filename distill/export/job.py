"""What a format is given to write, and what it gives back when it is read."""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from vpd.distill.export.picture import bytes_of
from vpd.distill.export.rows import Survey, below_root, rows_of
from vpd.distill.export.settings import ExportSettings, Pictures
from vpd.distill.export.source import Row, Source

__all__ = ["Format", "Job", "ReadRow", "groups_of", "json_line", "read_json_lines", "write_json_lines", "write_json_list"]

IMAGES = "images"


class ReadRow(NamedTuple):
    """A row as a format's reader finds it."""

    id: str
    split: str
    task: str
    turns: tuple[tuple[str, str], ...]
    """Role and words, the picture's mark taken off."""
    marks: int
    """How many places for a picture the turns had."""
    images: tuple[bytes, ...]
    rejected: str | None = None
    """Of a pair, the words that the last turn is preferred to."""


@dataclass(frozen=True, slots=True)
class Job:
    """One export as it is written."""

    source: Source
    survey: Survey
    settings: ExportSettings
    folder: Path
    out: Path
    """Where the folder will be in the end; the two are neighbours."""

    def splits(self) -> list[str]:
        """The splits that hold rows."""
        return list(self.survey.rows)

    def rows(self, split: str) -> Iterator[Row]:
        """A split's rows, in the order of the source."""
        return rows_of(self.source, self.settings, split)

    def picture(self, row: Row) -> bytes:
        """The bytes of a row's picture, for formats that hold pictures themselves."""
        return bytes_of(row.image, self.survey.shapes[row.image.sha256])

    def file_name(self, row: Row) -> str:
        """A name for a row's picture that nothing else has."""
        return f"{row.image.sha256}.{self.survey.shapes[row.image.sha256].extension}"

    def place(self, row: Row) -> str:
        """The path that a row gives for its picture, seen from the export's folder or from the image root; puts it there."""
        if self.settings.pictures is Pictures.REFER:
            return below_root(row.image, self.settings)
        path = self.folder / IMAGES / row.image.sha256[:2] / self.file_name(row)
        if not path.is_symlink() and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            if self.settings.pictures is Pictures.LINK:
                path.symlink_to(os.path.abspath(row.image.path))  # noqa: PTH100  resolve() would follow a link that is meant
            else:
                path.write_bytes(self.picture(row))
        return path.relative_to(self.folder).as_posix()


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write rows, and to read them back."""

    name: str
    says: str
    """What reads it, in one line."""
    loads: str
    """How it is loaded there, as Markdown."""
    embeds: bool
    """Whether the pictures are inside its files; else files name them."""
    write: Callable[[Job], None]
    read: Callable[[Path, Path], Iterable[ReadRow]]
    """From the export's folder and the folder that pictures are named from."""
    pairs: bool = False
    """Whether its rows are preference pairs; else training examples."""


def json_line(value: Any) -> str:
    """JSON in one line for any reader: the three signs that some take for an end of line are written out."""
    text = json.dumps(value, ensure_ascii=False)
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("\x85", "\\u0085")


def write_json_lines(path: Path, rows: Iterable[Any]) -> None:
    """One JSON value a line."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{json_line(row)}\n" for row in rows)


def write_json_list(path: Path, rows: Iterable[Any]) -> None:
    """One JSON array, a value a line."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write("[")
        for number, row in enumerate(rows):
            file.write(("," if number else "") + "\n" + json_line(row))
        file.write("\n]\n")


def read_json_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The values of a file of JSON lines."""
    with path.open(encoding="utf-8", newline="\n") as file:
        for line in file:
            yield json.loads(line)


def groups_of(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """The rows so many at a time, the last group perhaps smaller."""
    left = iter(rows)
    while group := list(islice(left, size)):
        yield group
