"""LLaVA's JSON: one array a split, one picture a row, its mark on a line of its own before the question."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vpd.distill.export.job import Format, Job, ReadRow, write_json_list
from vpd.distill.export.marks import IMAGE
from vpd.distill.export.source import Row

__all__ = ["LLAVA", "conversation", "split_mark"]

SPEAKERS = {"user": "human", "assistant": "gpt", "system": "system"}
ROLES = {speaker: role for role, speaker in SPEAKERS.items()}


def conversation(row: Row) -> list[dict[str, str]]:
    """The turns as ShareGPT has them, with the picture's mark before the first user's text."""
    first = next(number for number, turn in enumerate(row.turns) if turn.role == "user")
    return [
        {"from": SPEAKERS[turn.role], "value": f"{IMAGE}\n{turn.content}" if number == first else turn.content}
        for number, turn in enumerate(row.turns)
    ]


def split_mark(text: str) -> tuple[str, int]:
    """A turn's words without the picture's marks, and how many marks it had."""
    return text.replace(f"{IMAGE}\n", "").replace(IMAGE, ""), text.count(IMAGE)


def as_llava(row: Row, place: str) -> dict[str, Any]:
    """One row; LLaVA reads the first three keys and leaves the others."""
    return {
        "id": row.id,
        "image": place,
        "conversations": conversation(row),
        "task": row.task,
        "kind": row.kind,
        "weight": row.weight,
    }


def write(job: Job) -> None:
    """`SPLIT.json`; give the export's folder as LLaVA's `--image_folder`."""
    for split in job.splits():
        write_json_list(job.folder / f"{split}.json", (as_llava(row, job.place(row)) for row in job.rows(split)))


def read(folder: Path, images: Path) -> Iterator[ReadRow]:
    """Every split's rows."""
    for path in sorted(folder.glob("*.json")):
        if path.name == "export.json":
            continue
        for row in json.loads(path.read_text("utf-8")):
            said = [(ROLES[turn["from"]], *split_mark(turn["value"])) for turn in row["conversations"]]
            yield ReadRow(
                id=row["id"],
                split=path.stem,
                task=row["task"],
                turns=tuple((role, words) for role, words, _ in said),
                marks=sum(marks for _, _, marks in said),
                images=((images / row["image"]).read_bytes(),),
            )


LLAVA = Format(
    name="llava",
    says="LLaVA and its descendants: one JSON array a split, pictures as files",
    loads="`--data_path train.json --image_folder .`, started in this folder.",
    embeds=False,
    write=write,
    read=read,
)
