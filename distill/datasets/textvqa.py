"""TextVQA: questions about text in pictures, ten answers to each; pictures of train and val share a folder."""

from collections.abc import Iterator

import msgspec

from vpd.distill.datasets.entry import Entry, Named
from vpd.distill.datasets.folder import Folder
from vpd.distill.datasets.json_rows import read_array
from vpd.engine.records import AnswerKind

__all__ = ["SPLITS", "read"]

SPLITS = {split: (f"TextVQA_0.5.1_{split}.json",) for split in ("train", "val", "test")}


class Row(msgspec.Struct):
    """One question; test has no answers."""

    question_id: int
    question: str
    image_id: str
    answers: list[str] | None = None
    image_classes: list[str] | None = None
    image_width: int | None = None
    image_height: int | None = None
    set_name: str | None = None


def read(folder: Folder, split: str) -> Iterator[Entry]:
    """The questions of a split."""
    file = folder.find(*SPLITS[split])
    place = "test_images" if split == "test" else "train_images"
    for number, row in read_array(file, Row, "data"):
        held = msgspec.to_builtins(row)
        yield Entry(
            key=str(row.question_id),
            text=row.question,
            picture=Named((f"{place}/{row.image_id}.jpg", f"{row.image_id}.jpg")),
            kind="text",
            answer_kind=AnswerKind.SOFT,
            source="TextVQA 0.5.1",
            split=split,
            file=file,
            record=number,
            answers=tuple(row.answers or ()),
            details={
                name: value
                for name, value in held.items()
                if value is not None and name not in {"question_id", "question", "answers"}
            },
        )
