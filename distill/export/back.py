"""The id of an exported row, by the row's number in an exported file: where a walk back to its origin begins."""

import json
import tarfile
from pathlib import Path

from vpd.distill.errors import RunError
from vpd.tools.errors import MissingExtra

__all__ = ["row_id_in"]


def row_id_in(path: Path, number: str) -> str:
    """The id that a row carries, counted from 1. Raises `RunError` where the file has no such row, or the row no id."""
    try:
        place = int(number)
        if place < 1:
            raise IndexError(number)
        return ids_in(path)[place - 1]
    except (OSError, ValueError, LookupError, TypeError, tarfile.TarError) as error:
        message = f"{path} holds no row {number} with an id; rows are counted from 1 in .jsonl, .json, .parquet and .tar files"
        raise RunError(message) from error


def ids_in(path: Path) -> list[str]:
    """The ids of a file's rows in order."""
    if path.suffix == ".parquet":
        try:
            from pyarrow import parquet  # heavy, and only for this one form
        except ImportError as error:
            raise MissingExtra("train", "pyarrow") from error
        return [str(each) for each in parquet.read_table(path, columns=["id"])["id"].to_pylist()]
    if path.suffix == ".tar":
        with tarfile.open(path) as shard:
            return [name.removesuffix(".json") for name in shard.getnames() if name.endswith(".json")]
    text = path.read_text("utf-8")
    rows = json.loads(text) if path.suffix == ".json" else [json.loads(line) for line in text.split("\n") if line]
    return [str(row["id"]) for row in rows]
