"""POPE: is an object in the picture? JSON Lines or, for other pictures than COCO's, an array under the same suffix."""

import re
from collections.abc import Iterator

import msgspec

from vpd.distill.datasets.entry import Entry, Named
from vpd.distill.datasets.errors import BadRecord, FileMissing
from vpd.distill.datasets.folder import Folder
from vpd.distill.datasets.json_rows import holds_array, read_array, read_lines
from vpd.engine.records import AnswerKind

__all__ = ["SETTINGS", "SPLITS", "read"]

SETTINGS = ("random", "popular", "adversarial")
SPLITS = {"test": tuple(f"*pope_{setting}.json" for setting in SETTINGS)}
NAME = re.compile(r"(?P<pictures>[a-z]*?)_?pope_(?P<setting>[a-z]+)\.json")


class Row(msgspec.Struct):
    """One question."""

    question_id: int
    image: str
    text: str
    label: str


def read(folder: Folder, split: str) -> Iterator[Entry]:
    """The questions of all settings whose files are there; the setting is the kind."""
    files = folder.every(SPLITS[split])
    if not files:
        raise FileMissing(folder.path, " or ".join(SPLITS[split]))
    for file in files:
        found = NAME.fullmatch(file.name.lower())
        setting, pictures = (found["setting"], found["pictures"] or "coco") if found else (file.stem, "coco")
        rows = read_array(file, Row) if holds_array(file) else read_lines(file, Row)
        for number, row in rows:
            answer = row.label.strip().lower()
            if answer not in {"yes", "no"}:
                raise BadRecord(file, number, f"label is {row.label!r}, not yes or no")
            yield Entry(
                key=str(row.question_id),
                text=row.text,
                picture=Named((row.image, f"val2014/{row.image}")),
                kind=setting,
                answer_kind=AnswerKind.YES_NO,
                source=f"POPE ({pictures}, {setting})",
                split=split,
                file=file,
                record=number,
                answers=(answer,),
                details={"image": row.image, "label": row.label, "setting": setting, "picture_source": pictures},
            )
