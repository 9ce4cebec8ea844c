"""A folder of training examples, be it a mixed set or one run, opened so that its pictures can be read."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vpd.distill.errors import RunError
from vpd.distill.records import TrainingExample
from vpd.distill.run_directory import FILES
from vpd.engine.errors import JournalError
from vpd.engine.journal import read_records
from vpd.engine.records import Question

__all__ = [
    "CARD",
    "EXAMPLES",
    "MANIFEST",
    "QUESTIONS",
    "SETTINGS",
    "TRAIN",
    "TrainingSet",
    "is_set",
    "open_examples",
]

EXAMPLES, QUESTIONS = FILES[TrainingExample], FILES[Question]
CARD, MANIFEST, SETTINGS = "card.md", "manifest.json", "mix.json"
TRAIN = "train"
"""The split whose pictures may be learned from; pictures of any other are for judging."""


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """Examples on disk."""

    folder: Path
    name: str
    mixed: bool
    """Whether it was written by `mix`; else it is a run."""
    manifest: dict[str, Any]
    """Empty of a run."""

    def examples(self) -> Iterator[TrainingExample]:
        """Every example in order, its picture's path made one that can be opened from here."""
        return read_records(self.folder / EXAMPLES, TrainingExample)


def is_set(folder: Path) -> bool:
    """Whether a folder is a mixed set."""
    return (folder / SETTINGS).is_file()


def open_examples(folder: Path) -> TrainingSet:
    """A set, checked against its own checksums, or a run. Raises `RunError` where it is neither, or is not as it was written."""
    if not (folder / EXAMPLES).is_file():
        message = f"{folder} holds no training examples ({EXAMPLES} is not there); name a run after `vpd build`, or a mixed set"
        raise RunError(message)
    name = folder.resolve().name
    if not is_set(folder):
        return TrainingSet(folder, name, mixed=False, manifest={})
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        noted = manifest["files"][EXAMPLES]["sha256"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"{folder / MANIFEST} cannot be read ({error}); mix the set again"
        raise RunError(message) from error
    with (folder / EXAMPLES).open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != noted:
        message = f"{folder / EXAMPLES} is not what {MANIFEST} says it was when it was written; mix the set again"
        raise RunError(message)
    return TrainingSet(folder, name, mixed=True, manifest=manifest)


def digests_in(path: Path) -> set[str]:
    """The pictures that a run, a set, or a file of digests or of records names. Raises `RunError` where it is none of them."""
    if path.is_dir():
        found = set[str]()
        if (path / QUESTIONS).is_file():
            found |= {record.image.sha256 for record in read_records(path / QUESTIONS, Question)}
        if (path / EXAMPLES).is_file():
            found |= {record.image.sha256 for record in read_records(path / EXAMPLES, TrainingExample)}
        if not found:
            message = f"{path} names no pictures: it is neither a run nor a set"
            raise RunError(message)
        return found
    try:
        lines = [line.strip() for line in path.read_text("utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path} cannot be read ({getattr(error, 'strerror', None) or error})"
        raise RunError(message) from error
    return {digest_of(line, f"{path}, line {number}") for number, line in enumerate(lines, 1)}


def digest_of(line: str, place: str) -> str:
    """The digest in a line: itself, or a record's picture."""
    try:
        held = json.loads(line)["image"]["sha256"] if line.startswith("{") else line.split(maxsplit=1)[0].lower()
    except (ValueError, KeyError, TypeError) as error:
        message = f"{place}: a record without a picture"
        raise JournalError(message) from error
    if len(held) != 64 or set(held) - set("0123456789abcdef"):
        message = f"{place}: {held[:80]!r} is not a sha256 digest of 64 hex digits"
        raise RunError(message)
    return str(held)
