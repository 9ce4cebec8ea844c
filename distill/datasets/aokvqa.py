"""A-OKVQA: one JSON array a split; the same questions are asked with four choices and without."""

from collections.abc import Iterator
from typing import Any

import msgspec

from vpd.distill.datasets.entry import Entry, Named
from vpd.distill.datasets.errors import BadRecord
from vpd.distill.datasets.folder import Folder
from vpd.distill.datasets.json_rows import read_array
from vpd.engine.records import AnswerKind

__all__ = ["SPLITS", "read_choice", "read_direct"]

SPLITS = {split: (f"aokvqa_v1p0_{split}.json",) for split in ("train", "val", "test")}


class Row(msgspec.Struct):
    """One question; test has no answers and no rationales."""

    image_id: int
    question_id: str
    question: str
    choices: list[str]
    split: str | None = None
    correct_choice_idx: int | None = None
    direct_answers: list[str] | None = None
    difficult_direct_answer: bool | None = None
    rationales: list[str] | None = None


def read_choice(folder: Folder, split: str) -> Iterator[Entry]:
    """The questions with their choices; the answer is the right one's text."""
    return read(folder, split, with_choices=True)


def read_direct(folder: Folder, split: str) -> Iterator[Entry]:
    """The questions without choices; the answers are those of ten people."""
    return read(folder, split, with_choices=False)


def read(folder: Folder, split: str, *, with_choices: bool) -> Iterator[Entry]:
    """The questions of a split in one of the two settings."""
    file = folder.find(*SPLITS[split])
    for number, row in read_array(file, Row):
        right = row.correct_choice_idx
        if right is not None and not 0 <= right < len(row.choices):
            raise BadRecord(file, number, f"correct_choice_idx is {right} of {len(row.choices)} choices")
        details: dict[str, Any] = {
            "image_id": row.image_id,
            "correct_choice_idx": right,
            "difficult_direct_answer": row.difficult_direct_answer,
            "rationales": row.rationales,
        }
        details |= {"direct_answers": row.direct_answers} if with_choices else {"choices": row.choices}
        name = f"{split}2017/{row.image_id:012d}.jpg"
        chosen = () if right is None else (row.choices[right],)
        yield Entry(
            key=row.question_id,
            text=row.question,
            picture=Named((name, name.partition("/")[2])),
            kind="multiple choice" if with_choices else "direct answer",
            answer_kind=AnswerKind.CHOICE if with_choices else AnswerKind.SOFT,
            source=f"A-OKVQA v1p0 ({'multiple choice' if with_choices else 'direct answer'})",
            split=split,
            file=file,
            record=number,
            choices=tuple(row.choices) if with_choices else (),
            answers=chosen if with_choices else tuple(row.direct_answers or ()),
            details={key: value for key, value in details.items() if value is not None},
        )
