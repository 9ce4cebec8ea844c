"""WebDataset shards: tar files in which a row is a picture and a JSON file of one name, the row's id."""

import io
import json
import tarfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from vpd.distill.export.job import Format, Job, ReadRow, groups_of, json_line
from vpd.distill.export.source import Row

__all__ = ["WEBDATASET"]


def as_sample(row: Row) -> dict[str, Any]:
    """A row without its picture."""
    return {
        "id": row.id,
        "task": row.task,
        "kind": row.kind,
        "weight": row.weight,
        "messages": [{"role": turn.role, "content": turn.content} for turn in row.turns],
    }


def write(job: Job) -> None:
    """`SPLIT-000000.tar` and so on. Entries carry no time, owner or machine, so that the same rows give the same bytes."""
    for split in job.splits():
        for number, rows in enumerate(groups_of(job.rows(split), job.settings.rows_per_file)):
            path = job.folder / f"{split}-{number:06d}.tar"
            with path.open("wb") as file, tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as shard:
                for row in rows:
                    extension = job.survey.shapes[row.image.sha256].extension
                    add(shard, f"{row.id}.{extension}", job.picture(row))
                    add(shard, f"{row.id}.json", json_line(as_sample(row)).encode())


def add(shard: tarfile.TarFile, name: str, data: bytes) -> None:
    """One entry."""
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(data), 0o444
    shard.addfile(entry, io.BytesIO(data))


def read(folder: Path, _images: Path) -> Iterator[ReadRow]:
    """Every shard's rows. As for the tools, a row's files lie side by side."""
    for path in sorted(folder.glob("*.tar")):
        with tarfile.open(path, "r:") as shard:
            for key, entries in groupby(shard, key=lambda entry: entry.name.partition(".")[0]):
                files = {entry.name.removeprefix(f"{key}."): content(shard, entry) for entry in entries}
                row = json.loads(files.pop("json"))
                turns = tuple((turn["role"], turn["content"]) for turn in row["messages"])
                split = path.stem.rpartition("-")[0]
                yield ReadRow(row["id"], split, row["task"], turns, len(files), tuple(files.values()))


def content(shard: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    """The bytes of an entry; none where it is no file."""
    file = shard.extractfile(entry)
    return file.read() if file else b""


WEBDATASET = Format(
    name="webdataset",
    says="WebDataset tar shards for large runs",
    loads='`webdataset.WebDataset("train-{000000..N}.tar", shardshuffle=False)`, N the last shard\'s number.',
    embeds=True,
    write=write,
    read=read,
)
