"""ShareGPT with pictures for LLaMA-Factory: an array a split, of rows or of pairs, and what `dataset_info.json` says of it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from vpd.distill.export.job import Format, Job, ReadRow, write_json_list
from vpd.distill.export.llava import ROLES, conversation, split_mark
from vpd.distill.export.source import Row

__all__ = ["LLAMAFACTORY", "LLAMAFACTORY_PAIRS"]

INFO = "dataset_info.json"


def as_sharegpt(row: Row, place: str) -> dict[str, Any]:
    """One row; LLaMA-Factory reads the columns that its entry names and leaves the others. Of a pair both answers stand apart."""
    turns = conversation(row)
    pair = {} if row.rejected is None else {"chosen": turns.pop(), "rejected": {"from": "gpt", "value": row.rejected}}
    return {
        "conversations": turns,
        **pair,
        "images": [place],
        "id": row.id,
        "task": row.task,
        "kind": row.kind,
        "weight": row.weight,
    }


def entry(split: str, columns: dict[str, str]) -> dict[str, Any]:
    """What `dataset_info.json` says of a split; `ranking` makes LLaMA-Factory look for the two answers."""
    return {
        "file_name": f"{split}.json",
        "formatting": "sharegpt",
        **({"ranking": True} if "rejected" in columns else {}),
        "columns": columns,
        "tags": {
            "role_tag": "from",
            "content_tag": "value",
            "user_tag": "human",
            "assistant_tag": "gpt",
            "system_tag": "system",
        },
    }


def writer(*names: str) -> Callable[[Job], None]:
    """Writes `SPLIT.json` and `dataset_info.json`, whose entries name the columns `names`."""
    columns = {"messages": "conversations", "images": "images"} | {name: name for name in names}

    def write(job: Job) -> None:
        for split in job.splits():
            write_json_list(job.folder / f"{split}.json", (as_sharegpt(row, job.place(row)) for row in job.rows(split)))
        info = {f"vpd_{split}": entry(split, columns) for split in job.splits()}
        (job.folder / INFO).write_text(json.dumps(info, indent=2) + "\n", "utf-8")

    return write


def read(folder: Path, images: Path) -> Iterator[ReadRow]:
    """The rows of every entry of `dataset_info.json`, by the columns and tags that it names."""
    for name, info in json.loads((folder / INFO).read_text("utf-8")).items():
        columns, tags = info["columns"], info["tags"]
        for row in json.loads((folder / info["file_name"]).read_text("utf-8")):
            turns = [*row[columns["messages"]], *([row[columns["chosen"]]] if info.get("ranking") else [])]
            said = [(ROLES[turn[tags["role_tag"]]], *split_mark(turn[tags["content_tag"]])) for turn in turns]
            yield ReadRow(
                id=row["id"],
                split=name.removeprefix("vpd_"),
                task=row["task"],
                turns=tuple((role, words) for role, words, _ in said),
                marks=sum(marks for _, _, marks in said),
                images=tuple((images / place).read_bytes() for place in row[columns["images"]]),
                rejected=row[columns["rejected"]][tags["content_tag"]] if info.get("ranking") else None,
            )


LLAMAFACTORY = Format(
    name="llamafactory",
    says="LLaMA-Factory: ShareGPT with pictures as files, and dataset_info.json",
    loads="`dataset_dir:` this folder, `dataset: vpd_train`.",
    embeds=False,
    write=writer(),
    read=read,
)
LLAMAFACTORY_PAIRS = Format(
    name="llamafactory-pairs",
    says="LLaMA-Factory: ShareGPT with chosen and rejected, pictures as files, and dataset_info.json",
    loads="`dataset_dir:` this folder, `dataset: vpd_train`, `stage: dpo`.",
    embeds=False,
    write=writer("chosen", "rejected"),
    read=read,
    pairs=True,
)
