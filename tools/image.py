"""Pictures by their content: what a record holds, and what a tool is given."""

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from vpd.tools.box import Box
from vpd.tools.errors import ImageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Image", "ImageRef", "read_image_ref"]

LARGEST_PICTURE = 100_000_000
"""Pixels; a larger file is refused before it is decoded."""


@dataclass(frozen=True, slots=True)
class ImageRef:
    """A picture by its content; records hold this, never pixels."""

    sha256: str
    """Of the file's bytes."""
    path: str
    """Where the file was found; not part of what the picture is."""
    width: int
    """Pixels, after the file's own orientation was applied."""
    height: int


def read_image_ref(path: Path | str) -> ImageRef:
    """Look at a picture's file once: digest and size. Raises `ImageError` where it is missing, broken or too large."""
    place = Path(path)
    try:
        data = place.read_bytes()
    except OSError as error:
        raise ImageError(str(path), f"cannot be read ({error.strerror or error})") from error
    pixels = decode(data, str(path))
    return ImageRef(hashlib.sha256(data).hexdigest(), str(path), int(pixels.shape[1]), int(pixels.shape[0]))


def decode(data: bytes, name: str) -> "NDArray[np.uint8]":
    """The RGB pixels (height, width, 3) of a picture file's bytes, upright and read-only."""
    import io  # the four imports below are heavy beside the rest of this package; they load with the first picture

    import numpy as np
    from PIL import Image as Picture
    from PIL import ImageOps, UnidentifiedImageError

    try:
        with Picture.open(io.BytesIO(data)) as picture:
            if picture.width * picture.height > LARGEST_PICTURE:
                raise ImageError(name, f"has {picture.width} x {picture.height} pixels, more than {LARGEST_PICTURE}")
            upright = ImageOps.exif_transpose(picture)
            pixels = np.array(upright.convert("RGB"), dtype=np.uint8)
    except UnidentifiedImageError as error:
        raise ImageError(name, "is not a picture in a format that is known here") from error
    except (OSError, SyntaxError, ValueError, Picture.DecompressionBombError) as error:
        if isinstance(error, ImageError):
            raise
        raise ImageError(name, f"is a broken picture ({error})") from error
    pixels.setflags(write=False)
    return pixels


@lru_cache(maxsize=64)
def read_pixels(ref: ImageRef) -> "NDArray[np.uint8]":
    """The whole picture's pixels, kept for the pictures in use. Raises `ImageError` where the file has changed."""
    try:
        data = Path(ref.path).read_bytes()
    except OSError as error:
        raise ImageError(ref.path, f"cannot be read ({error.strerror or error})") from error
    if hashlib.sha256(data).hexdigest() != ref.sha256:
        raise ImageError(ref.path, "has changed since it was first looked at")
    return decode(data, ref.path)


@dataclass(frozen=True, slots=True)
class Image:
    """A picture or a region of one, as a tool is given it; pixels are read when first asked for."""

    ref: ImageRef
    box: Box | None = None
    """The region in pixels of the whole picture; None is all of it."""
    origin: tuple[int, int] | None = field(default=None, compare=False)
    """The call and the place in its result that this region came from, where one did."""

    @property
    def frame(self) -> Box:
        """The region in whole pixels, inside the picture and at least one pixel wide and high."""
        if self.box is None:
            return Box(0, 0, self.ref.width, self.ref.height)
        inside = self.box.clipped(self.ref.width, self.ref.height)
        left = min(int(inside.left), self.ref.width - 1)
        top = min(int(inside.top), self.ref.height - 1)
        right = max(left + 1, min(round(inside.right), self.ref.width))
        bottom = max(top + 1, min(round(inside.bottom), self.ref.height))
        return Box(left, top, right, bottom, self.box.label, self.box.score)

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return int(self.frame.width)

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return int(self.frame.height)

    @property
    def pixels(self) -> "NDArray[np.uint8]":
        """RGB, shape (height, width, 3), 0..255, a read-only view: nothing is copied."""
        left, top, right, bottom = (int(edge) for edge in self.frame.corners)
        return read_pixels(self.ref)[top:bottom, left:right]
