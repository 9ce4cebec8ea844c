"""Questions of one's own, in JSON Lines, JSON or a table of text."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vpd.distill.datasets.columns import Columns, entry_of
from vpd.distill.datasets.entry import Entry
from vpd.distill.datasets.errors import BadFile, FileMissing
from vpd.distill.datasets.json_rows import holds_array, read_array, read_lines
from vpd.distill.datasets.table_rows import read_table

__all__ = ["SUFFIXES", "own_files", "read_own", "split_named"]

SUFFIXES = (".jsonl", ".json", ".csv", ".tsv")
SPLITS = ("train", "validation", "val", "dev", "testdev", "test")
"""The splits that are known in the names of files."""


def read_own(path: Path, columns: Columns) -> Iterator[Entry]:
    """The questions of a file, or of all files of a folder."""
    for file in own_files(path):
        for number, row in rows_of(file):
            yield entry_of(row, columns, file, number, source=file.stem, split=split_named(file))


def own_files(path: Path) -> list[Path]:
    """The file, or the files of questions that lie in the folder. Raises `BadFile` and `FileMissing`."""
    if path.is_file():
        if path.suffix.lower() not in SUFFIXES:
            raise BadFile(path, f"is none of {', '.join(SUFFIXES)}")
        return [path]
    if not path.is_dir():
        raise BadFile(path, "is not there")
    files = sorted(each for each in path.iterdir() if each.suffix.lower() in SUFFIXES and each.is_file())
    if not files:
        raise FileMissing(path, f"a file of questions ({', '.join(SUFFIXES)})")
    return files


def rows_of(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Number and cells of each row."""
    suffix = file.suffix.lower()
    if suffix in {".csv", ".tsv"}:
        return read_table(file, "," if suffix == ".csv" else "\t")
    if suffix == ".json" and holds_array(file):
        return read_array(file, dict[str, Any])
    return read_lines(file, dict[str, Any])


def split_named(file: Path) -> str:
    """The split that a file's name starts with, `train-00000-of-00001` and the like too; else `train`."""
    stem = file.stem.lower()
    start = stem.replace("_", "-").partition("-")[0]
    return next((split for split in SPLITS if split in {stem, start}), "train")
