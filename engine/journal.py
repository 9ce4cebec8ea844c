"""One append-only JSON Lines file of records: nothing is written twice, and a killed run loses at most half a line.

Pictures are named as seen from the file's folder.
"""

import errno
import os
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Generic, Self, TypeVar

from vpd.engine.errors import JournalError
from vpd.engine.picture_paths import named_from, opened_from
from vpd.engine.record import Record

__all__ = ["Journal", "line_of", "read_line", "read_records"]

R = TypeVar("R", bound=Record)


def read_records(path: Path, kind: type[R]) -> Iterator[R]:
    """The records of a file in order; a half last line is left out. Raises `JournalError` that names file and line."""
    with path.open("rb") as file:
        for number, raw in enumerate(file, 1):
            if not raw.endswith(b"\n"):
                return
            yield read_line(raw, kind, path, number)


def read_line(raw: bytes, kind: type[R], path: Path, number: int) -> R:
    """The record of a file's line; its picture can be opened. Raises `JournalError` that names file and line."""
    try:
        return opened_from(kind.from_line(raw.decode()), path.parent)
    except ValueError as error:
        why = str(error).splitlines()[0]
        message = f"{path}, line {number}: not a {kind.__name__} ({why}); move the file away or remove the line"
        raise JournalError(message) from error


def line_of(record: Record, path: Path) -> bytes:
    """The record as a line of a file, its end included."""
    return named_from(record, path.parent).to_line().encode() + b"\n"


class Journal(Generic[R]):
    """Records of one kind, by id, in memory and on disk."""

    def __init__(self, path: Path, kind: type[R]) -> None:
        self.path, self.kind = path, kind
        self.records: dict[str, R] = {}
        self._file: FileIO | None = None

    def __enter__(self) -> Self:
        """Read what is there, cut off a half last line, and open for appending."""
        if self.path.exists() and not self.path.is_file():
            message = f"{self.path} is not a file; name another place"
            raise JournalError(message)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if self.path.exists():
                repair(self.path)
                self.records = {record.id: record for record in read_records(self.path, self.kind)}
            self._file = self.path.open("ab", buffering=0)  # what a full disk does not take must not come up again at the end
        except OSError as error:
            message = f"{self.path} cannot be opened ({error.strerror or error})"
            raise JournalError(message) from error
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def __contains__(self, record_id: object) -> bool:
        return record_id in self.records

    def append(self, record: R) -> None:
        """Write one record, unless one of its id is there. Raises `JournalError` where the disk does not take it."""
        if record.id in self.records:
            return
        if self._file is None:
            message = f"{self.path} is not open; use the journal in a with statement"
            raise JournalError(message)
        line = line_of(record, self.path)
        try:
            written = self._file.write(line)
            if written != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            message = f"{self.path} cannot be written ({error.strerror or error}); what was written before stays"
            raise JournalError(message) from error
        self.records[record.id] = record


def repair(path: Path) -> None:
    """Cut off the half line that a killed writer left."""
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        keep = size
        while keep:
            start = max(0, keep - 65_536)
            file.seek(start)
            newline = file.read(keep - start).rfind(b"\n")
            if newline >= 0:
                keep = start + newline + 1
                break
            keep = start
        if keep < size:
            file.truncate(keep)
