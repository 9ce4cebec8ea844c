"""OCR-VQA: covers of books, one JSON object keyed by picture, several questions to a record and the split in it."""

from collections.abc import Iterator
from pathlib import PurePosixPath

import msgspec

from vpd.distill.datasets.entry import Entry, Named
from vpd.distill.datasets.errors import BadRecord
from vpd.distill.datasets.folder import Folder
from vpd.distill.datasets.json_rows import read_object
from vpd.engine.records import AnswerKind

__all__ = ["SPLITS", "read"]

SPLITS = dict.fromkeys(("train", "val", "test"), ("dataset.json",))
NUMBERS = {1: "train", 2: "val", 3: "test"}
"""What `split` stands for."""


class Row(msgspec.Struct):
    """One cover with its questions; the nth answer is that of the nth question."""

    imageURL: str  # noqa: N815  the file's own name, as those below
    questions: list[str]
    answers: list[str]
    split: int
    title: str | None = None
    authorName: str | None = None  # noqa: N815
    genre: str | None = None


def read(folder: Folder, split: str) -> Iterator[Entry]:
    """The questions of a split."""
    file = folder.find(*SPLITS[split])
    for number, key, row in read_object(file, Row):
        if len(row.questions) != len(row.answers):
            raise BadRecord(file, number, f"{len(row.questions)} questions, {len(row.answers)} answers")
        if row.split not in NUMBERS:
            raise BadRecord(file, number, f"split is {row.split}, not 1 (train), 2 (val) or 3 (test)")
        if NUMBERS[row.split] != split:
            continue
        told = {"imageURL": row.imageURL, "title": row.title, "authorName": row.authorName, "genre": row.genre}
        kept = {name: value for name, value in told.items() if value is not None}
        suffix = PurePosixPath(row.imageURL).suffix or ".jpg"
        for place, (question, answer) in enumerate(zip(row.questions, row.answers, strict=True)):
            is_yes_no = answer.strip().lower() in {"yes", "no"}
            yield Entry(
                key=f"{key}_{place}",
                text=question,
                picture=Named(tuple(dict.fromkeys((f"images/{key}{suffix}", f"images/{key}.jpg")))),
                kind="yes/no" if is_yes_no else "open",
                answer_kind=AnswerKind.YES_NO if is_yes_no else AnswerKind.TEXT,
                source="OCR-VQA",
                split=split,
                file=file,
                record=number,
                answers=(answer,),
                details={"image_id": key, "question_number": place, **kept},
            )
