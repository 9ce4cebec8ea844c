"""One run's directory: its settings, its lock, and one file of records for each stage."""

import contextlib
import json
import os
from pathlib import Path
from typing import TypeVar

from vpd.distill.errors import RunError
from vpd.distill.held_folder import HeldFolder
from vpd.distill.records import Finding, Prediction, Preference, Rationale, TrainingExample, Verdict
from vpd.distill.settings import RunSettings
from vpd.engine.journal import Journal, read_records
from vpd.engine.record import Record
from vpd.engine.records import Program, Question, Trace

__all__ = ["FILES", "RunDirectory", "write_text"]

R = TypeVar("R", bound=Record)

FILES: dict[type[Record], str] = {
    Question: "questions.jsonl",
    Program: "programs.jsonl",
    Trace: "traces.jsonl",
    Verdict: "verdicts.jsonl",
    Finding: "findings.jsonl",
    Rationale: "rationales.jsonl",
    TrainingExample: "examples.jsonl",
    Preference: "preferences.jsonl",
    Prediction: "predictions.jsonl",
}
"""The file of each kind of record, in the order in which the stages write them."""


def write_text(path: Path, text: str) -> None:
    """Write a whole file or nothing: to a temporary name beside it, then renamed."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, "utf-8")
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink()
        message = f"{path} cannot be written ({error.strerror or error})"
        raise RunError(message) from error


class RunDirectory(HeldFolder):
    """A run on disk. Use it in a `with` statement: one process works in it at a time."""

    instead = "choose another directory"

    def __init__(self, path: Path, settings: RunSettings | None = None) -> None:
        """`settings` None takes those that the directory was made with. Raises `RunError` where they differ."""
        self.settings = settled(path / "settings.json", settings)
        super().__init__(path)

    def file(self, kind: type[Record]) -> Path:
        """Where records of a kind are kept."""
        return self.path / FILES[kind]

    def journal(self, kind: type[R]) -> Journal[R]:
        """The records of a kind, to be opened in a `with` statement."""
        return Journal(self.file(kind), kind)

    def read(self, kind: type[R]) -> list[R]:
        """All records of a kind. Raises `RunError` that names the missing stage where there is no file."""
        path = self.file(kind)
        if not path.exists():
            message = f"{path} is not there; run the stage that writes it first"
            raise RunError(message)
        return list(read_records(path, kind))


def settled(path: Path, wanted: RunSettings | None) -> RunSettings:
    """The settings in a file; written if there are none yet, compared if there are."""
    if not path.exists():
        if wanted is None:
            message = f"{path.parent} is not a run directory: it has no {path.name}"
            raise RunError(message)
        write_text(path, wanted.model_dump_json(indent=2) + "\n")
        return wanted
    try:
        held = RunSettings.model_validate_json(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        message = f"{path} cannot be read as settings ({str(error).splitlines()[0]}); move the directory away"
        raise RunError(message) from error
    if wanted is not None and wanted != held:
        old, new = json.loads(held.model_dump_json()), json.loads(wanted.model_dump_json())
        changed = ", ".join(f"{name} was {old[name]!r}, now {new[name]!r}" for name in old if old[name] != new[name])
        message = f"{path.parent} was made with other settings ({changed}); choose another directory"
        raise RunError(message)
    return held
