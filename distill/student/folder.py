"""What a student's folder holds besides the student: what was asked, whole checkpoints on the way, and what it came to."""

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, NamedTuple

from pydantic import BaseModel

from vpd.distill.student.errors import StudentError
from vpd.distill.student.settings import PreferResult, TrainResult
from vpd.engine.record import Record, sha256_of

__all__ = [
    "CHECKPOINTS",
    "STUDENT",
    "WHOLE",
    "Checkpoint",
    "at_work",
    "claim",
    "last_whole",
    "read_preference",
    "read_result",
    "tidy",
    "write_result",
]

STUDENT = "student"
"""The folder in it that holds the finished student, as any checkpoint is."""
CHECKPOINTS = "checkpoints"
TRACKING = "tracking"
WHOLE = "whole.json"
"""A file of this name stands in every checkpoint that was written to its end; it says what the training took so far."""
ASKED, RESULT = "training.json", "result.json"
HARMLESS = {"picture_cache", "readers", "save_every", "log_every", "report_to"}
"""Settings that change no weight."""


class Checkpoint(NamedTuple):
    """Where a training goes on; no path and no time where it begins."""

    path: str | None
    cpu_seconds: float


def claim(out: Path, start: str | Path, examples: Sequence[Record], settings: BaseModel) -> None:
    """Write down what is asked of a folder. Raises `StudentError` where something else was asked of it before."""
    if not examples:
        message = "there is not one example to learn from; build some first"
        raise StudentError(message)
    asked = {
        "start": start_digest(start),
        "examples": sha256_of([example.digest for example in examples]),
        "settings": settings.model_dump(mode="json"),
    }
    path = out / ASKED
    if path.exists():
        before = json.loads(path.read_text())
        differing = sorted(differences(before, asked, type(settings)().model_dump(mode="json")))
        if differing:
            message = f"{out} holds a student taught with other {', '.join(differing)}; choose another folder or remove this"
            raise StudentError(message)
        return
    try:
        out.mkdir(parents=True, exist_ok=True)
        write_json(path, asked)
    except OSError as error:
        message = f"{out} cannot be written ({error.strerror or error}); choose another folder"
        raise StudentError(message) from error


@contextmanager
def at_work(out: Path) -> Iterator[None]:
    """What ends a training in error: a folder that takes no more is named, whatever a library of weights called it.

    The folder is free again for another training where there is not one whole checkpoint to go on from.
    """
    try:
        yield
    except Exception as error:
        why = None if isinstance(error, StudentError) else unwritable(out)
        if last_whole(out / CHECKPOINTS).path is None and not (out / STUDENT).exists():
            (out / ASKED).unlink(missing_ok=True)
            with suppress(OSError):  # it is kept where anything else stands in it
                out.rmdir()
        if why is None:
            raise
        message = f"{out} cannot be written ({why}); what was learned up to the last checkpoint stays, the same command goes on"
        raise StudentError(message) from error


def unwritable(folder: Path) -> str | None:
    """Why a folder takes no more files; None where it takes one of a mebibyte."""
    try:
        with NamedTemporaryFile(dir=folder) as file:
            file.write(bytes(2**20))
            file.flush()
    except OSError as error:
        return error.strerror or str(error)
    return None


def differences(before: dict[str, Any], asked: dict[str, Any], defaults: dict[str, Any]) -> set[str]:
    """What was asked otherwise, of all that can change a weight. A setting that was not there yet had its default."""
    names = {name for name in ("start", "examples") if before.get(name) != asked[name]}
    old, new = defaults | before.get("settings", {}), asked["settings"]
    return names | {name for name in old.keys() | new.keys() if old.get(name) != new.get(name) and name not in HARMLESS}


def start_digest(start: str | Path) -> str:
    """A local start by what its weights' files hold, so that it may move; a name on a hub as it is."""
    files = sorted(Path(start).glob("*.safetensors")) if Path(start).is_dir() else []
    if not files:
        return str(start)
    import hashlib

    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


def last_whole(checkpoints: Path) -> Checkpoint:
    """The latest checkpoint that was written to its end; one that was cut short is passed over."""
    marks = sorted(checkpoints.glob(f"checkpoint-*/{WHOLE}"), key=lambda mark: int(mark.parent.name.split("-")[1]))
    for mark in reversed(marks):
        try:
            return Checkpoint(str(mark.parent), float(json.loads(mark.read_text())["cpu_seconds"]))
        except (ValueError, KeyError):
            continue
    return Checkpoint(None, 0.0)


def read_result(out: Path) -> TrainResult | None:
    """What a finished training came to; None where it is not finished."""
    told = read_json(out / RESULT)
    return None if told is None else TrainResult(**curves(told))


def read_preference(out: Path) -> PreferResult | None:
    """What finished learning from pairs came to; None where it is not finished."""
    told = read_json(out / RESULT)
    return None if told is None else PreferResult(**curves(told))


def read_json(path: Path) -> dict[str, Any] | None:
    """What a file holds; None where it is not there."""
    return dict(json.loads(path.read_text("utf-8"))) if path.exists() else None


def curves(told: dict[str, Any]) -> dict[str, Any]:
    """The same with lists of steps and values as tuples."""
    return {
        name: pairs(value)
        if isinstance(value, list)
        else {task: pairs(one) for task, one in value.items()}
        if isinstance(value, dict)
        else value
        for name, value in told.items()
    }


def pairs(losses: Sequence[Sequence[float]]) -> tuple[tuple[int, float], ...]:
    """Steps and losses as a file of JSON gives them."""
    return tuple((int(step), float(loss)) for step, loss in losses)


def write_result(out: Path, result: TrainResult | PreferResult) -> None:
    """Say that the training is finished."""
    write_json(out / RESULT, asdict(result))


def tidy(out: Path) -> None:
    """Take a finished training's checkpoints away; what a tracker wrote beside them stays, in `out / "tracking"`."""
    checkpoints = out / CHECKPOINTS
    for folder in checkpoints.glob("checkpoint-*"):
        shutil.rmtree(folder, ignore_errors=True)
    if checkpoints.is_dir() and any(checkpoints.iterdir()) and not (out / TRACKING).exists():
        checkpoints.rename(out / TRACKING)
    shutil.rmtree(checkpoints, ignore_errors=True)


def write_json(path: Path, value: Any) -> None:
    """Write a file whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")  # each process of a training claims the folder
    draft.write_text(json.dumps(value, indent=1) + "\n")
    os.replace(draft, path)  # noqa: PTH105  the same as Path.replace, which hides that it overwrites
