"""Loading and saving a student, silently, and never half."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from vpd.distill.student.errors import StudentError
from vpd.distill.student.imports import require

__all__ = ["Student", "load_student", "quiet", "save_student"]


class Student(NamedTuple):
    """A model and what makes its inputs; both of transformers' own classes."""

    model: Any
    processor: Any


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
            return Student(model, AutoProcessor.from_pretrained(start))  # type: ignore[no-untyped-call]
    except (OSError, ValueError, KeyError) as error:
        reason = str(error).splitlines()[0]
        message = f"{start} is no image-text-to-text model with a processor ({reason}); give a folder or a name on the model hub"
        raise StudentError(message) from error


def save_student(student: Student, folder: Path) -> None:
    """Write weights and processor to a folder, which is there whole or not at all."""
    draft = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    model = student.model
    if hasattr(model, "merge_and_unload"):
        model = model.merge_and_unload()  # adapters become part of the weights, so that the student stands alone
    with quiet():
        model.save_pretrained(draft)
    student.processor.save_pretrained(draft)
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)
