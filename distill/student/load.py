"""Loading and saving a student, silently, and never half."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from vpd.distill.student.dialects import DIALECTS, Speech, dialect_of
from vpd.distill.student.errors import StudentError
from vpd.distill.student.imports import require
from vpd.distill.student.settings import TrainSettings

__all__ = ["Student", "load_student", "quiet", "save_student", "speech_of"]

SPEECH = "vpd.json"
"""A file of this name in a student's folder says what it is spoken to in; without it, in the run's own words."""


class Student(NamedTuple):
    """A model and what makes its inputs; both of transformers' own classes."""

    model: Any
    processor: Any
    speech: Speech = Speech()
    dtype: Any = None
    """Of the weights as they are kept."""


@contextmanager
def quiet() -> Iterator[None]:
    """Inside, transformers draws no progress bars for files that load in a moment."""
    from transformers.utils import logging  # heavy; whoever is here needs it anyway

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def load_student(start: str | Path) -> Student:
    """Any image-text-to-text model by its name on a hub or its folder. Raises `StudentError` where there is none."""
    require("train", "torch", "transformers")
    from transformers import AutoModelForImageTextToText, AutoProcessor  # heavy; loads when a student is used

    try:
        with quiet():
            model = AutoModelForImageTextToText.from_pretrained(start, dtype="auto")
            processor = AutoProcessor.from_pretrained(start)  # type: ignore[no-untyped-call]
            return Student(model, processor, read_speech(Path(start)), model.dtype)
    except (OSError, ValueError, KeyError, ImportError) as error:
        reason = str(error).splitlines()[0]
        message = f"{start} is no image-text-to-text model with a processor ({reason}); give a folder or a name on the model hub"
        raise StudentError(message) from error


def read_speech(folder: Path) -> Speech:
    """What a student of ours says in its folder; the run's own words for any other."""
    path = folder / SPEECH
    if not path.exists():
        return Speech()
    held = json.loads(path.read_text("utf-8"))
    return Speech(DIALECTS[held["dialect"]], held["grid_steps"])


def speech_of(model: Any, settings: TrainSettings) -> Speech:
    """What a student is going to be taught in."""
    if settings.dialect == "plain":
        return Speech()
    return Speech(dialect_of(model.config.model_type), settings.grid_steps)


def save_student(student: Student, folder: Path) -> None:
    """Write weights and processor to a folder, which is there whole or not at all."""
    draft = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    model = student.model
    if hasattr(model, "merge_and_unload"):
        model = model.merge_and_unload()  # adapters become part of the weights, so that the student stands alone
    if student.dtype is not None and model.dtype != student.dtype:
        model.to(student.dtype)
    with quiet():
        model.save_pretrained(draft)
    student.processor.save_pretrained(draft)
    told = {"dialect": student.speech.dialect.name, "grid_steps": student.speech.grid_steps}
    (draft / SPEECH).write_text(json.dumps(told) + "\n", "utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)
