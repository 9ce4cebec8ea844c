"""Any data set of Hugging Face: parquet files, a folder that `datasets` saved, or one of the hub, read as a stream."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vpd.distill.datasets.columns import Columns, entry_of
from vpd.distill.datasets.entry import Entry
from vpd.distill.datasets.errors import BadFile, BadRecord
from vpd.distill.datasets.own import split_named
from vpd.distill.student.imports import require

if TYPE_CHECKING:
    from datasets import Dataset, IterableDataset

__all__ = ["HUB", "read_hub"]

HUB = "hub:"
"""What stands before a data set's name on the hub: hub:OWNER/NAME or hub:OWNER/NAME:CONFIGURATION."""
ROWS = 64
"""Of a parquet file that are in memory at a time."""


def read_hub(place: str, columns: Columns) -> Iterator[Entry]:
    """The questions of a data set. Raises `MissingExtra` where `datasets` is not installed, `BadFile` where there is none."""
    require("train", "datasets", "pyarrow")
    if place.startswith(HUB):
        yield from from_hub(place.removeprefix(HUB), columns)
        return
    path = Path(place)
    if (path / "dataset_dict.json").is_file() or (path / "state.json").is_file():
        yield from from_disk(path, columns)
        return
    files = [path] if path.is_file() else sorted(path.rglob("*.parquet"))
    if not files:
        raise BadFile(path, "holds neither parquet files nor a data set that `save_to_disk` wrote")
    for file in files:
        yield from from_parquet(file, columns, path.stem)


def from_parquet(file: Path, columns: Columns, source: str) -> Iterator[Entry]:
    """The rows of a parquet file; pictures stay the bytes that they are."""
    import pyarrow as pa  # heavy, and comes with an optional extra
    import pyarrow.parquet as pq

    number = 0
    try:
        with pq.ParquetFile(file) as table:
            for batch in table.iter_batches(batch_size=ROWS):
                for row in batch.to_pylist():
                    number += 1
                    yield entry_of(row, columns, file, number, source=source, split=split_named(file))
    except (pa.ArrowException, OSError, ValueError) as error:
        if isinstance(error, BadFile | BadRecord):
            raise
        raise BadFile(file, f"is not a whole parquet file ({error})") from error


def from_disk(path: Path, columns: Columns) -> Iterator[Entry]:
    """The rows of what `save_to_disk` wrote, split by split."""
    from datasets import DatasetDict, load_from_disk  # heavy, and comes with an optional extra

    try:
        held = load_from_disk(str(path))
    except Exception as error:  # a library's border: what a broken folder raises is not told anywhere
        raise BadFile(path, f"cannot be read as a data set ({error})") from error
    splits = held.items() if isinstance(held, DatasetDict) else [(str(held.split or "train"), held)]
    for split, rows in splits:
        yield from from_rows(rows, columns, path, split)


def from_hub(name: str, columns: Columns) -> Iterator[Entry]:
    """The rows of a data set of the hub, as they arrive."""
    from datasets import load_dataset

    owner, _, configuration = name.partition(":")
    try:
        held = load_dataset(owner, configuration or None, streaming=True)
    except Exception as error:  # a library's border: network, names and formats each raise their own
        raise BadFile(Path(name), f"cannot be had from the hub ({error})") from error
    for split, rows in held.items():
        yield from from_rows(rows, columns, Path(name), str(split))


def from_rows(rows: "Dataset | IterableDataset", columns: Columns, path: Path, split: str) -> Iterator[Entry]:
    """The rows of one split, numbered from 1."""
    from datasets import ClassLabel

    stream: Iterator[dict[str, Any]] = iter(undecoded(rows))
    labels = {name: feature for name, feature in (rows.features or {}).items() if isinstance(feature, ClassLabel)}
    number = 0
    while True:
        number += 1
        try:
            row = next(stream)
            if columns.answers_are == "text":
                row |= {name: label.int2str(row[name]) for name, label in labels.items() if row[name] is not None}
        except StopIteration:
            return
        except Exception as error:  # a library's border, as above
            raise BadRecord(path, number, f"cannot be read ({error})") from error
        yield entry_of(row, columns, path, number, source=path.name, split=split, stem=split)


def undecoded(rows: "Dataset | IterableDataset") -> "Dataset | IterableDataset":
    """The same rows with pictures as bytes, so that a picture's digest is that of its file."""
    from datasets import Image

    for name, feature in (rows.features or {}).items():
        if isinstance(feature, Image):
            rows = rows.cast_column(name, Image(decode=False))
    return rows
