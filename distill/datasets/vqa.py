"""VQAv2 and OK-VQA: a file of questions and one of annotations, ten answers to a question, joined by `question_id`."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from vpd.distill.datasets.entry import NOT_GIVEN, Entry, Named
from vpd.distill.datasets.errors import BadRecord
from vpd.distill.datasets.folder import Folder
from vpd.distill.datasets.json_rows import decode_row, read_array, rows_of
from vpd.engine.records import AnswerKind

__all__ = ["OKVQA_SPLITS", "VQA_SPLITS", "read_okvqa", "read_vqa"]

VQA_SPLITS = {
    "train": ("v2_OpenEnded_mscoco_train2014_questions.json", "v2_mscoco_train2014_annotations.json"),
    "val": ("v2_OpenEnded_mscoco_val2014_questions.json", "v2_mscoco_val2014_annotations.json"),
    "test": ("v2_OpenEnded_mscoco_test2015_questions.json",),
    "test-dev": ("v2_OpenEnded_mscoco_test-dev2015_questions.json",),
}
OKVQA_SPLITS = {
    "train": ("OpenEnded_mscoco_train2014_questions.json", "mscoco_train2014_annotations.json"),
    "val": ("OpenEnded_mscoco_val2014_questions.json", "mscoco_val2014_annotations.json"),
}
SUBSETS = {"train": "train2014", "val": "val2014", "test": "test2015", "test-dev": "test2015"}
"""The folder of COCO in which a split's pictures lie."""
CATEGORIES = {
    "one": "Vehicles and Transportation",
    "two": "Brands, Companies and Products",
    "three": "Objects, Material and Clothing",
    "four": "Sports and Recreation",
    "five": "Cooking and Food",
    "six": "Geography, History, Language and Culture",
    "seven": "People and Everyday Life",
    "eight": "Plants and Animals",
    "nine": "Science and Technology",
    "ten": "Weather and Climate",
    "other": "Other",
}
"""OK-VQA's `question_type` in words."""


class Asked(msgspec.Struct):
    """One question."""

    image_id: int
    question: str
    question_id: int


class Answer(msgspec.Struct):
    """What one person answered."""

    answer: str
    answer_confidence: str | None = None
    answer_id: int | None = None
    raw_answer: str | None = None


class Annotation(msgspec.Struct):
    """What people answered to one question."""

    image_id: int
    question_id: int
    answers: list[Answer]
    question_type: str | None = None
    answer_type: str | None = None
    multiple_choice_answer: str | None = None


class Number(msgspec.Struct):
    """An annotation's question, by which it is found."""

    question_id: int


@dataclass(frozen=True, slots=True)
class Annotations:
    """A file of annotations, each decoded when its question comes."""

    file: Path
    rows: list[msgspec.Raw]
    places: dict[int, int]

    @classmethod
    def read(cls, file: Path) -> "Annotations":
        """Find where each annotation is. Raises `BadRecord` where two are of one question."""
        rows = rows_of(file, "annotations")
        places: dict[int, int] = {}
        for place, raw in enumerate(rows):
            question = decode_row(file, place + 1, raw, Number).question_id
            if question in places:
                raise BadRecord(file, place + 1, f"question_id {question} is that of record {places[question] + 1} too")
            places[question] = place
        return cls(file, rows, places)

    def of(self, asked: Asked) -> Annotation | None:
        """The annotation of a question. Raises `BadRecord` where it is of another picture."""
        place = self.places.get(asked.question_id)
        if place is None:
            return None
        found = decode_row(self.file, place + 1, self.rows[place], Annotation)
        if found.image_id != asked.image_id:
            why = f"image_id {found.image_id} is not that of the question, {asked.image_id}"
            raise BadRecord(self.file, place + 1, why)
        return found


def read_vqa(folder: Folder, split: str) -> Iterator[Entry]:
    """The questions of a split of VQAv2."""
    return read(folder, split, VQA_SPLITS[split], "VQAv2 2.0", is_okvqa=False)


def read_okvqa(folder: Folder, split: str) -> Iterator[Entry]:
    """The questions of a split of OK-VQA."""
    return read(folder, split, OKVQA_SPLITS[split], "OK-VQA 1.1", is_okvqa=True)


def read(folder: Folder, split: str, files: tuple[str, ...], source: str, *, is_okvqa: bool) -> Iterator[Entry]:
    """The questions of a split, with their annotations where the split has them."""
    paths = [folder.find(name) for name in files]
    annotations = Annotations.read(paths[1]) if len(paths) > 1 else None
    for number, asked in read_array(paths[0], Asked, "questions"):
        found = annotations.of(asked) if annotations else None
        if annotations and found is None:
            raise BadRecord(paths[0], number, f"question_id {asked.question_id} has no annotation in {annotations.file.name}")
        name = f"{SUBSETS[split]}/COCO_{SUBSETS[split]}_{asked.image_id:012d}.jpg"
        yield Entry(
            key=str(asked.question_id),
            text=asked.question,
            picture=Named((name, name.partition("/")[2])),
            kind=kind_of(found, is_okvqa=is_okvqa),
            answer_kind=AnswerKind.SOFT,
            source=source,
            split=split,
            file=paths[0],
            record=number,
            answers=tuple(answer.answer for answer in found.answers) if found else (),
            details={"image_id": asked.image_id} | (details_of(found) if found else {}),
        )


def kind_of(found: Annotation | None, *, is_okvqa: bool) -> str:
    """VQAv2 is broken down by the answers' type, OK-VQA by the field of knowledge."""
    if found is None:
        return NOT_GIVEN
    if is_okvqa:
        return CATEGORIES.get(found.question_type or "", found.question_type or NOT_GIVEN)
    return found.answer_type or NOT_GIVEN


def details_of(found: Annotation) -> dict[str, Any]:
    """What the annotation says besides the answers; of each answer its id, confidence and raw text, in their order."""
    said = {name: getattr(found, name) for name in ("question_type", "answer_type", "multiple_choice_answer")}
    of_each = {
        name: [getattr(answer, name) for answer in found.answers] for name in ("answer_id", "answer_confidence", "raw_answer")
    }
    return {name: value for name, value in said.items() if value is not None} | {
        name: values for name, values in of_each.items() if any(value is not None for value in values)
    }
