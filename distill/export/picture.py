"""One picture's bytes as an export holds them: the file's own, or written anew where trainers would read it differently."""

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

from vpd.tools.errors import ImageError
from vpd.tools.image import ImageRef, decode

__all__ = ["Shape", "bytes_of", "examine"]

EXTENSIONS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
"""Formats that every reader and every provider takes."""
ORIENTATION = 0x0112
"""The tag of a file that is to be turned before it is shown. Tools see the picture upright; not all trainers do."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a picture is written."""

    extension: str
    why: str = ""
    """Why it is written anew, as an upright RGB PNG of the very pixels that tools saw; empty where the file stays as it is."""

    @property
    def redrawn(self) -> bool:
        """Whether the file is not the source's own."""
        return bool(self.why)


def examine(image: ImageRef) -> Shape:
    """Look at a picture's file. Raises `ImageError` where it is missing, has changed, or is broken."""
    from PIL import Image as Picture  # heavy beside the rest; loads with the first picture

    data = read(image)
    try:
        with Picture.open(io.BytesIO(data)) as picture:
            picture.load()  # a file that is cut off shows only here
            if picture.format not in EXTENSIONS:
                return Shape("png", f"is a {picture.format} file")
            if picture.getexif().get(ORIENTATION, 1) != 1:
                return Shape("png", "is turned by a tag in its file")
            if picture.mode != "RGB":
                return Shape("png", f"has pixels of mode {picture.mode}")
            return Shape(EXTENSIONS[picture.format])
    except (OSError, SyntaxError, ValueError, Picture.DecompressionBombError) as error:
        raise ImageError(image.path, f"is a broken picture ({error})") from error


def bytes_of(image: ImageRef, shape: Shape) -> bytes:
    """What is written for a picture."""
    data = read(image)
    if not shape.redrawn:
        return data
    from PIL import Image as Picture

    file = io.BytesIO()
    Picture.fromarray(decode(data, image.path)).save(file, "PNG")
    return file.getvalue()


def read(image: ImageRef) -> bytes:
    """The file's bytes, checked against the digest that the row names."""
    try:
        data = Path(image.path).read_bytes()
    except OSError as error:
        raise ImageError(image.path, f"cannot be read ({error.strerror or error})") from error
    if hashlib.sha256(data).hexdigest() != image.sha256:
        raise ImageError(image.path, "has changed since it was first looked at")
    return data
