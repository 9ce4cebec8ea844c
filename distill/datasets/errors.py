"""The errors of data sets: each names the file, and the record where there is one.

DatasetError
├── FileMissing         a file that the data set's layout has is not in the folder
├── BadFile             a file cannot be read as a whole
├── BadRecord           one record of a file is not as its layout has it
│   └── PictureMissing  its picture is not to be found
└── SplitsStraddle      a picture stands in two splits
"""

from pathlib import Path
from typing import Any

from vpd.distill.errors import DatasetError

__all__ = ["BadFile", "BadRecord", "DatasetError", "FileMissing", "PictureMissing", "SplitsStraddle"]


class FileMissing(DatasetError):
    """A file that the data set's layout has is not in the folder."""

    def __init__(self, folder: Path, wanted: str) -> None:
        self.folder, self.wanted = folder, wanted
        super().__init__(f"{folder}: {wanted} is not there, nor in a zip archive that lies there")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.folder, self.wanted)


class BadFile(DatasetError):
    """A file cannot be read as a whole."""

    def __init__(self, path: Path, why: str) -> None:
        self.path, self.why = path, why
        super().__init__(one_line(f"{path}: {why}"))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.path, self.why)


class BadRecord(DatasetError):
    """One record of a file is not as its layout has it."""

    def __init__(self, path: Path, record: int, why: str) -> None:
        self.path, self.record, self.why = path, record, why
        super().__init__(one_line(f"{path}, record {record}: {why}"))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.path, self.record, self.why)


class PictureMissing(BadRecord):
    """A record's picture is not to be found."""


class SplitsStraddle(DatasetError):
    """A picture stands in two splits."""


def one_line(text: str) -> str:
    """The text in one line that a terminal can show, not longer than 400 signs."""
    shown = "".join(sign if sign.isprintable() else " " for sign in text)
    return shown if len(shown) <= 400 else f"{shown[:397]}..."
