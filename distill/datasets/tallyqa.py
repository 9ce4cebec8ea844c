"""TallyQA: counting questions, one JSON array a split, over pictures of Visual Genome and COCO."""

from collections.abc import Iterator

import msgspec

from vpd.distill.datasets.entry import NOT_GIVEN, Entry, Named
from vpd.distill.datasets.folder import Folder
from vpd.distill.datasets.json_rows import read_array
from vpd.engine.records import AnswerKind

__all__ = ["SPLITS", "read"]

SPLITS = {"train": ("train.json",), "test": ("test.json",)}


class Row(msgspec.Struct):
    """One question."""

    answer: int
    image: str
    question: str
    question_id: int
    image_id: int | None = None
    data_source: str | None = None
    issimple: bool | None = None


def read(folder: Folder, split: str) -> Iterator[Entry]:
    """The questions of a split; simple or complex by the file's flag."""
    file = folder.find(*SPLITS[split])
    for number, row in read_array(file, Row):
        details = {"image_id": row.image_id, "image": row.image, "data_source": row.data_source, "issimple": row.issimple}
        yield Entry(
            key=str(row.question_id),
            text=row.question,
            picture=Named((row.image,)),
            kind=NOT_GIVEN if row.issimple is None else "simple" if row.issimple else "complex",
            answer_kind=AnswerKind.NUMBER,
            source="TallyQA",
            split=split,
            file=file,
            record=number,
            answers=(str(row.answer),),
            details={name: value for name, value in details.items() if value is not None},
        )
