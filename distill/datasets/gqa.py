"""GQA: questions over scene graphs, one JSON object keyed by question id in each file; train_all comes in ten."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from vpd.distill.datasets.entry import NOT_GIVEN, Entry, Named
from vpd.distill.datasets.errors import FileMissing
from vpd.distill.datasets.folder import Folder
from vpd.distill.datasets.json_rows import read_object
from vpd.engine.records import AnswerKind

__all__ = ["SPLITS", "read"]

SPLITS = {
    "train": ("train_balanced_questions.json",),
    "val": ("val_balanced_questions.json",),
    "testdev": ("testdev_balanced_questions.json",),
    "test": ("test_balanced_questions.json",),
    "challenge": ("challenge_balanced_questions.json",),
    "submission": ("submission_all_questions.json",),
    "train_all": ("train_all_questions_*.json", "train_all_questions.json"),
    "val_all": ("val_all_questions.json",),
    "testdev_all": ("testdev_all_questions.json",),
    "test_all": ("test_all_questions.json",),
    "challenge_all": ("challenge_all_questions.json",),
}
"""The files of each split. The balanced ones are the splits proper; the `_all` ones hold them and more."""


class Types(msgspec.Struct):
    """What a question asks for."""

    structural: str | None = None
    semantic: str | None = None
    detailed: str | None = None


class Row(msgspec.Struct):
    """One question; test and challenge have no answers."""

    question: str
    imageId: str  # noqa: N815  the file's own name, as those below
    answer: str | None = None
    fullAnswer: str | None = None  # noqa: N815
    isBalanced: bool | None = None  # noqa: N815
    types: Types | None = None
    groups: dict[str, str | None] | None = None
    entailed: list[str] | None = None
    equivalent: list[str] | None = None
    semantic: list[dict[str, str | list[int] | int | None]] | None = None
    semanticStr: str | None = None  # noqa: N815
    annotations: dict[str, dict[str, str | list[str]]] | None = None


class Choices(msgspec.Struct):
    """The answers that a question allows, and those that are likely in its scene."""

    valid: list[str] = []
    plausible: list[str] = []


def read(folder: Folder, split: str) -> Iterator[Entry]:
    """The questions of a split."""
    files = folder.every(SPLITS[split])
    if not files:
        raise FileMissing(folder.path, " or ".join(SPLITS[split]))
    choices = choices_of(folder, split)
    for file in files:
        for number, key, row in read_object(file, Row):
            details = details_of(row)
            if key in choices:
                details["choices"] = choices[key]
            yield entry_of(file, number, key, row, details, split.removesuffix("_all"))


def choices_of(folder: Folder, split: str) -> dict[str, dict[str, list[str]]]:
    """By question id, `valid` and `plausible` answers; empty where the file of choices is not there."""
    file = folder.look(f"{split}_choices.json", f"{split.removesuffix('_all')}_choices.json")
    if file is None:
        return {}
    return {key: {"valid": row.valid, "plausible": row.plausible} for _, key, row in read_object(file, Choices)}


def details_of(row: Row) -> dict[str, Any]:
    """All that the file says besides question and answer."""
    held = msgspec.to_builtins(row)
    return {name: value for name, value in held.items() if value is not None and name not in {"question", "answer"}}


def entry_of(file: Path, number: int, key: str, row: Row, details: dict[str, Any], split: str) -> Entry:
    """One question."""
    structural = row.types.structural if row.types and row.types.structural else NOT_GIVEN
    is_yes_no = row.answer in {"yes", "no"} or (row.answer is None and structural in {"verify", "logical"})
    return Entry(
        key=key,
        text=row.question,
        picture=Named((f"{row.imageId}.jpg", f"images/{row.imageId}.jpg")),
        kind=structural,
        answer_kind=AnswerKind.YES_NO if is_yes_no else AnswerKind.TEXT,
        source="GQA 1.2",
        split=split,
        file=file,
        record=number,
        answers=() if row.answer is None else (row.answer,),
        details=details,
    )
