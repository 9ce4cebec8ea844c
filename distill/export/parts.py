"""Messages made of parts, in JSON lines: for axolotl with pictures as files, and OpenAI-style with pictures as data URLs."""

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from vpd.distill.export.job import Format, Job, ReadRow, read_json_lines, write_json_lines
from vpd.distill.export.source import Row

__all__ = ["AXOLOTL", "OPENAI"]

TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


def messages(row: Row, picture: dict[str, Any], *, bare_answers: bool) -> list[dict[str, Any]]:
    """The turns as lists of parts, the picture first in the first user's turn; `bare_answers` keeps the others as plain text."""
    first = next(number for number, turn in enumerate(row.turns) if turn.role == "user")
    made = list[dict[str, Any]]()
    for number, turn in enumerate(row.turns):
        words = {"type": "text", "text": turn.content}
        if number == first:
            made.append({"role": turn.role, "content": [picture, words]})
        else:
            made.append({"role": turn.role, "content": turn.content if bare_answers else [words]})
    return made


def as_axolotl(row: Row, job: Job) -> dict[str, Any]:
    """One row; axolotl takes it with `type: chat_template`."""
    picture = {"type": "image", "path": job.place(row)}
    return {
        "messages": messages(row, picture, bare_answers=False),
        "id": row.id,
        "task": row.task,
        "kind": row.kind,
        "weight": row.weight,
    }


def as_openai(row: Row, job: Job) -> dict[str, Any]:
    """One row; besides `messages` it carries the id alone, since providers look at every key."""
    kind = TYPES[job.survey.shapes[row.image.sha256].extension]
    url = f"data:{kind};base64,{base64.b64encode(job.picture(row)).decode()}"
    picture = {"type": "image_url", "image_url": {"url": url}}
    return {"messages": messages(row, picture, bare_answers=True), "id": row.id}


def writer(shape: Callable[[Row, Job], dict[str, Any]]) -> Callable[[Job], None]:
    """Writes `SPLIT.jsonl`, a row in the given shape a line."""

    def write(job: Job) -> None:
        for split in job.splits():
            write_json_lines(job.folder / f"{split}.jsonl", (shape(row, job) for row in job.rows(split)))

    return write


def read(folder: Path, images: Path) -> Iterator[ReadRow]:
    """Every split's rows, of either form; the OpenAI form does not say what a row teaches."""
    for path in sorted(folder.glob("*.jsonl")):
        for row in read_json_lines(path):
            turns, pictures = list[tuple[str, str]](), list[bytes]()
            for turn in row["messages"]:
                parts = turn["content"] if isinstance(turn["content"], list) else [{"type": "text", "text": turn["content"]}]
                turns.append((turn["role"], "".join(part["text"] for part in parts if part["type"] == "text")))
                pictures += [picture_of(part, images) for part in parts if part["type"] != "text"]
            yield ReadRow(row["id"], path.stem, row.get("task", ""), tuple(turns), len(pictures), tuple(pictures))


def picture_of(part: dict[str, Any], images: Path) -> bytes:
    """The bytes that a part stands for."""
    if part["type"] == "image_url":
        return base64.b64decode(part["image_url"]["url"].partition(";base64,")[2], validate=True)
    return (images / str(part["path"])).read_bytes()


AXOLOTL = Format(
    name="axolotl",
    says="axolotl: JSON lines of part lists, pictures as files",
    loads="`datasets: [{path: train.jsonl, ds_type: json, type: chat_template}]`, started in this folder.",
    embeds=False,
    write=writer(as_axolotl),
    read=read,
)
OPENAI = Format(
    name="openai",
    says="OpenAI-style messages with data URLs, as vLLM, ms-swift and hosted trainers take them",
    loads="`train.jsonl`, a conversation a line.",
    embeds=True,
    write=writer(as_openai),
    read=read,
)
