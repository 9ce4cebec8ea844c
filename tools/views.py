"""Tools that look at a harmlessly changed picture and answer as if it were the picture itself.

A program runs unchanged; only the pixels behind its calls are mirrored, trimmed or coded anew, and every place is carried there
and back. What it answers, and what each call gives, must then stay what it was; where it does not, a tool was lucky.
"""

import hashlib
import io
import re
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vpd.tools.box import Box
from vpd.tools.image import Image, ImageRef, read_pixels
from vpd.tools.registry import Registry
from vpd.tools.tool import Tool

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["View", "seen_through"]

TRIM = 0.03
"""Share of each side that the trimmed view leaves off."""
QUALITY = 90
"""JPEG quality of the view that is coded anew."""
SIDES = {"left": "right", "right": "left", "leftmost": "rightmost", "rightmost": "leftmost"}


class View(StrEnum):
    """A change of the picture that leaves its meaning."""

    MIRRORED = "mirrored"
    """Left and right exchanged, in the picture and in the words of a call."""
    TRIMMED = "trimmed"
    """A thirtieth of each side left off."""
    RECODED = "recoded"
    """Written as JPEG and read again."""


def seen_through(tools: Registry, view: View, folder: Path) -> Registry:
    """The same tools, looking at a view of the picture they are given; the changed pictures are kept in `folder`.

    Boxes that come back are in pixels of the picture itself. Results that are no boxes or texts pass unchanged. The view stands
    in the version, so that results are cached apart.
    """
    return Registry(
        replace(tool, run=looking_through(tool, view, folder), version=f"{tool.version}+{view}")
        for tool in map(tools.__getitem__, tools)
    )


def looking_through(tool: Tool, view: View, folder: Path) -> Callable[..., Any]:
    """The tool's function with its arguments carried to the view and its result carried back."""

    def run(**arguments: Any) -> Any:
        image = next((value for value in arguments.values() if isinstance(value, Image)), None)
        there = {name: carried(value, view, folder) for name, value in arguments.items()}
        result = tool.run(**there)
        return result if image is None else brought_back(result, view, image)

    def run_batch(**columns: list[Any]) -> list[Any]:
        rows = [dict(zip(columns, row)) for row in zip(*columns.values())]
        there = {name: [carried(value, view, folder) for value in column] for name, column in columns.items()}
        images = [next((value for value in row.values() if isinstance(value, Image)), None) for row in rows]
        results = tool.run(**there)
        return [result if image is None else brought_back(result, view, image) for result, image in zip(results, images)]

    return run_batch if tool.batch else run


def carried(value: Any, view: View, folder: Path) -> Any:
    """An argument as it is on the view: regions move, and words for the sides are exchanged where it is mirrored."""
    if isinstance(value, Image):
        ref = changed(value.ref, view, folder)
        return replace(value, ref=ref, box=None if value.box is None else moved(value.frame, view, value.ref))
    if isinstance(value, list):
        return [carried(item, view, folder) for item in value]
    if isinstance(value, str) and view is View.MIRRORED:
        return exchanged(value)
    return value


def brought_back(result: Any, view: View, image: Image) -> Any:
    """A result as it is on the picture itself; boxes are in pixels from the corner of the region that was given."""
    if isinstance(result, Box):
        frame = image.frame
        there = moved(frame, view, image.ref)
        whole = result.moved(there.left, there.top)
        return moved(whole, view, image.ref, back=True).moved(-frame.left, -frame.top)
    if isinstance(result, list):
        boxes = [brought_back(item, view, image) for item in result]
        in_order = all(isinstance(item, Box) for item in result) and result == sorted(result, key=lambda box: box.centre)
        return sorted(boxes, key=lambda box: box.centre) if in_order else boxes
    if isinstance(result, str) and view is View.MIRRORED:
        return exchanged(result)
    return result


def moved(box: Box, view: View, ref: ImageRef, *, back: bool = False) -> Box:
    """A box of the whole picture where the view has it, or the other way round."""
    if view is View.MIRRORED:
        return replace(box, left=ref.width - box.right, right=ref.width - box.left)
    if view is View.TRIMMED:
        across, down = margins(ref)
        if back:
            return box.moved(across, down)
        return box.moved(-across, -down).clipped(ref.width - 2 * across, ref.height - 2 * down)
    return box


def margins(ref: ImageRef) -> tuple[int, int]:
    """Pixels that the trimmed view leaves off left and right, and above and below."""
    return int(ref.width * TRIM), int(ref.height * TRIM)


def exchanged(text: str) -> str:
    """The text with left for right and right for left, in the case they have."""

    def swap(found: re.Match[str]) -> str:
        word = SIDES[found[0].lower()]
        return word.capitalize() if found[0][0].isupper() else word

    return re.sub(rf"\b({'|'.join(SIDES)})\b", swap, text, flags=re.IGNORECASE)


@lru_cache(maxsize=4096)
def changed(ref: ImageRef, view: View, folder: Path) -> ImageRef:
    """The view of a picture as a file of its own; made before, it is not made again. Raises `ImageError` where there is none."""
    suffix = "jpg" if view is View.RECODED else "png"
    path = folder / f"{ref.sha256}-{view}.{suffix}"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{id(path):x}.part")
        part.write_bytes(coded(pixels_of(ref, view), suffix))
        part.replace(path)
    across, down = margins(ref) if view is View.TRIMMED else (0, 0)
    return ImageRef(digest(path), str(path), ref.width - 2 * across, ref.height - 2 * down)


def pixels_of(ref: ImageRef, view: View) -> "NDArray[np.uint8]":
    """The view's RGB pixels."""
    pixels = read_pixels(ref)
    if view is View.MIRRORED:
        return pixels[:, ::-1]
    if view is View.TRIMMED:
        across, down = margins(ref)
        return pixels[down : ref.height - down, across : ref.width - across]
    return pixels


def coded(pixels: "NDArray[np.uint8]", suffix: str) -> bytes:
    """Pixels as a picture file."""
    import numpy as np  # both load with the first picture
    from PIL import Image as Picture

    out = io.BytesIO()
    picture = Picture.fromarray(np.ascontiguousarray(pixels))
    if suffix == "jpg":
        picture.save(out, "JPEG", quality=QUALITY)
    else:
        picture.save(out, "PNG")
    return out.getvalue()


def digest(path: Path) -> str:
    """Of the file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
