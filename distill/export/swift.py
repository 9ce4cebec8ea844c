"""ms-swift's JSON lines: messages with a mark for each entry of `images`, loss scales, and rejected words of pairs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vpd.distill.export.job import Format, Job, ReadRow, read_json_lines, write_json_lines
from vpd.distill.export.llava import split_mark
from vpd.distill.export.marks import IMAGE
from vpd.distill.export.source import Row

__all__ = ["SWIFT", "SWIFT_PAIRS"]


def messages(row: Row, *, scaled: bool) -> list[dict[str, Any]]:
    """The turns, the picture's mark before the first user's text; `scaled` weighs each assistant turn (ms-swift from 4.2)."""
    first = next(number for number, turn in enumerate(row.turns) if turn.role == "user")
    made = list[dict[str, Any]]()
    for number, turn in enumerate(row.turns):
        message: dict[str, Any] = {"role": turn.role, "content": f"{IMAGE}{turn.content}" if number == first else turn.content}
        if scaled and turn.role == "assistant":
            message["loss_scale"] = row.weight
        made.append(message)
    return made


def as_swift(row: Row, place: str, *, scaled: bool) -> dict[str, Any]:
    """One row; ms-swift reads messages, pictures and rejected words, and leaves the other keys."""
    return {
        "messages": messages(row, scaled=scaled),
        **({} if row.rejected is None else {"rejected_response": row.rejected}),
        "images": [place],
        "id": row.id,
        "task": row.task,
        "kind": row.kind,
        "weight": row.weight,
    }


def write(job: Job) -> None:
    """`SPLIT.jsonl`; ms-swift finds the pictures from the folder it is started in, or from `ROOT_IMAGE_DIR`."""
    scaled = job.settings.rationale_weight != 1
    for split in job.splits():
        rows = (as_swift(row, job.place(row), scaled=scaled) for row in job.rows(split))
        write_json_lines(job.folder / f"{split}.jsonl", rows)


def read(folder: Path, images: Path) -> Iterator[ReadRow]:
    """Every split's rows."""
    for path in sorted(folder.glob("*.jsonl")):
        for row in read_json_lines(path):
            said = [(turn["role"], *split_mark(turn["content"])) for turn in row["messages"]]
            yield ReadRow(
                id=row["id"],
                split=path.stem,
                task=row["task"],
                turns=tuple((role, words) for role, words, _ in said),
                marks=sum(marks for _, _, marks in said),
                images=tuple((images / place).read_bytes() for place in row["images"]),
                rejected=row.get("rejected_response"),
            )


SWIFT = Format(
    name="swift",
    says="ms-swift: JSON lines of messages, pictures as files, loss scales",
    loads="`--dataset train.jsonl`, started in this folder or with `ROOT_IMAGE_DIR` set to it.",
    embeds=False,
    write=write,
    read=read,
)
SWIFT_PAIRS = Format(
    name="swift-pairs",
    says="ms-swift: JSON lines of messages and rejected_response, pictures as files",
    loads="`swift rlhf --rlhf_type dpo --dataset train.jsonl`, started in this folder or with `ROOT_IMAGE_DIR` set to it.",
    embeds=False,
    write=write,
    read=read,
    pairs=True,
)
