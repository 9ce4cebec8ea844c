"""Where a record's picture is, as a file of records names it: as seen from the file's own folder, so that both can be moved."""

import os
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from vpd.engine.record import Record
from vpd.tools.image import ImageRef

__all__ = ["named_from", "opened_from", "seen_from"]

R = TypeVar("R", bound=Record)


def named_from(record: R, folder: Path) -> R:
    """The record as a file in the folder holds it.

    A picture that lies in the folder or is known by a relative path is named as seen from there; one that lies elsewhere and is
    known by an absolute path keeps it.
    """
    image = picture_of(record)
    if image is None:
        return record
    given = Path(image.path)
    if given.is_relative_to(folder):  # also what was opened from this very folder, and lies above it
        return record.model_copy(update={"image": with_path(image, str(given.relative_to(folder)))})
    seen = seen_from(image, folder)
    if given.is_absolute() and seen.path.startswith(os.pardir):
        return record
    return record.model_copy(update={"image": seen})


def opened_from(record: R, folder: Path) -> R:
    """The record with a path of its picture that can be opened from here, where a file in the folder held it."""
    image = picture_of(record)
    if image is None or Path(image.path).is_absolute():
        return record
    return record.model_copy(update={"image": with_path(image, str(folder / image.path))})


def seen_from(image: ImageRef, folder: Path) -> ImageRef:
    """The picture with its path as the folder sees it."""
    path = Path(image.path).absolute()
    return with_path(image, str(way_between(folder.absolute(), path.parent) / path.name))


@lru_cache(maxsize=4096)
def way_between(start: Path, end: Path) -> Path:
    """The relative path from one absolute folder to another, links followed: what lies above a link is not what its name says."""
    return Path(os.path.relpath(os.path.realpath(end), os.path.realpath(start)))


def with_path(image: ImageRef, path: str) -> ImageRef:
    """The same picture, found elsewhere."""
    return ImageRef(image.sha256, path, image.width, image.height)


def picture_of(record: Record) -> ImageRef | None:
    """The picture that a record is about; None where it has none, or one that is no file."""
    image = getattr(record, "image", None)
    return image if isinstance(image, ImageRef) and image.path else None
