"""Where pictures are, as a file of records names them: as seen from the file's own folder, so that both can be moved."""

import os
from dataclasses import replace
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

    def named(image: ImageRef) -> ImageRef:
        """One picture as the file holds it."""
        given = Path(image.path)
        if not image.path:
            return image
        if given.is_relative_to(folder):  # also what was opened from this very folder, and lies above it
            return replace(image, path=str(given.relative_to(folder)))
        seen = seen_from(image, folder)
        return image if given.is_absolute() and seen.path.startswith(os.pardir) else seen

    return record.with_pictures(named)


def opened_from(record: R, folder: Path) -> R:
    """The record with paths of its pictures that can be opened from here, where a file in the folder held it."""
    return record.with_pictures(lambda image: replace(image, path=str(folder / image.path)) if image.path else image)


def seen_from(image: ImageRef, folder: Path) -> ImageRef:
    """The picture with its path as the folder sees it."""
    path = Path(image.path).absolute()
    return replace(image, path=str(way_between(folder.absolute(), path.parent) / path.name))


@lru_cache(maxsize=4096)
def way_between(start: Path, end: Path) -> Path:
    """The relative path from one absolute folder to another, links followed: what lies above a link is not what its name says."""
    return Path(os.path.relpath(os.path.realpath(end), os.path.realpath(start)))
