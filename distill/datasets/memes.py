"""Hateful Memes: one JSON Lines file a split. The files are given out to registered users only; nothing here fetches them."""

from collections.abc import Iterator

import msgspec

from vpd.distill.datasets.entry import Entry, Named
from vpd.distill.datasets.errors import BadRecord
from vpd.distill.datasets.folder import Folder
from vpd.distill.datasets.json_rows import read_lines
from vpd.engine.records import AnswerKind

__all__ = ["QUESTION", "SPLITS", "read"]

SPLITS = {split: (f"{split}.jsonl",) for split in ("train", "dev_seen", "dev_unseen", "test_seen", "test_unseen", "dev", "test")}
"""`dev` and `test` are those of the challenge's first phase; the latter has no labels."""
QUESTION = "Is this meme hateful?"
"""The data set has no questions; this one is ours, the same for every meme."""


class Row(msgspec.Struct):
    """One meme."""

    id: int | str
    img: str
    text: str
    label: int | None = None


def read(folder: Folder, split: str) -> Iterator[Entry]:
    """The memes of a split, each as a question for yes or no."""
    file = folder.find(*SPLITS[split])
    for number, row in read_lines(file, Row):
        if row.label not in {None, 0, 1}:
            raise BadRecord(file, number, f"label is {row.label}, not 0 or 1")
        details = {"id": row.id, "img": row.img, "label": row.label, "text": row.text}
        yield Entry(
            key=str(row.id),
            text=QUESTION,
            picture=Named((row.img, row.img.removeprefix("img/"))),
            kind="meme",
            answer_kind=AnswerKind.YES_NO,
            source="Hateful Memes",
            split=split,
            file=file,
            record=number,
            answers=() if row.label is None else (("no", "yes")[row.label],),
            details={name: value for name, value in details.items() if value is not None},
        )
