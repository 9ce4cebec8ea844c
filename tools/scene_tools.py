"""Tools for drawn scenes: they look at pixels only, and err where objects touch or something lies across them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from vpd.tools.box import Box
from vpd.tools.errors import MissingExtra, ToolFailed
from vpd.tools.hooks import hookimpl
from vpd.tools.image import Image, ImageRef, read_pixels
from vpd.tools.tool import Tool, tool

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["COLOR_WORDS", "SCENE_TOOLS", "SHAPE_WORDS", "vpd_tools"]

COLOR_WORDS = ("red", "green", "blue", "yellow", "purple")
SHAPES = ("circle", "square", "triangle", "cross")
SHAPE_WORDS = {**dict(zip(SHAPES, SHAPES)), **dict(zip(("circles", "squares", "triangles", "crosses"), SHAPES))}
ANY_WORDS = frozenset(("shape", "shapes", "object", "objects", "thing", "things"))
IDLE_WORDS = frozenset(("a", "an", "the", "all", "any", "colored", "coloured"))

HUES = {"red": (340, 20), "yellow": (42, 74), "green": (86, 168), "blue": (204, 254), "purple": (260, 322)}
"""Degrees on the colour circle, first to last; what lies between two ranges has no name."""
FADED = 70
"""Saturation of 255 below which a pixel is background."""
SMALLEST = 0.002
"""Share of a picture's pixels below which a patch is a speck: 74 pixels at 192 x 192."""
FINE = 160
"""Pixels; a picture with a shorter side is looked at enlarged."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a name asks for; None where any will do."""

    color: str | None
    shape: str | None

    def fits(self, label: str) -> bool:
        """Whether a found object's label, such as "red circle", is what was asked for."""
        color, shape = label.split()
        return self.color in (None, color) and self.shape in (None, shape)


@tool
def find(image: Image, name: str) -> list[Box]:
    """The objects of that color or shape, from left to right: find(image, "red circle"), find(image, "circle"),
    find(image, "red shape"), find(image, "shape").
    """
    wanted = read_name("find", name)
    return [box for box in seen_in(image) if wanted.fits(box.label)]


@tool
def exists(image: Image, name: str) -> bool:
    """Whether there is such an object: exists(image, "blue triangle")."""
    wanted = read_name("exists", name)
    return any(wanted.fits(box.label) for box in seen_in(image))


@tool
def color_of(image: Image) -> str:
    """The color of the object in the region, "red", "green", "blue", "yellow" or "purple": color_of(find(image, "circle")[0])."""
    return main_object("color_of", image).split()[0]


@tool
def shape_of(image: Image) -> str:
    """The shape of the object in the region, "circle", "square", "triangle" or "cross": shape_of(find(image, "red shape")[0])."""
    return main_object("shape_of", image).split()[1]


@tool
def verify_property(image: Image, object_name: str, property: str) -> bool:  # noqa: A002  ViperGPT's name for it
    """Whether an object of that name has that color or shape: verify_property(image, "circle", "red")."""
    wanted, having = read_name("verify_property", object_name), read_name("verify_property", property)
    return any(wanted.fits(box.label) and having.fits(box.label) for box in seen_in(image))


def read_name(asker: str, name: str) -> Wanted:
    """What a name such as "the red circles" asks for. Raises `ToolFailed` that names the word that is not known."""
    words = [word for word in re.findall(r"[^\W_]+", name.lower()) if word not in IDLE_WORDS]
    colors = {word for word in words if word in COLOR_WORDS}
    shapes = {SHAPE_WORDS[word] for word in words if word in SHAPE_WORDS}
    unknown = [word for word in words if word not in (*COLOR_WORDS, *SHAPE_WORDS, *ANY_WORDS)]
    if not words or unknown or len(colors) > 1 or len(shapes) > 1:
        what = f"knows no {unknown[0]!r}" if unknown else "takes one color and one shape"
        known = f"{', '.join(COLOR_WORDS)}; circle, square, triangle, cross; shape, object"
        raise ToolFailed(asker, f"{what} (asked for {name!r}); it knows: {known}")
    return Wanted(min(colors, default=None), min(shapes, default=None))


def main_object(asker: str, image: Image) -> str:
    """Label of the object that fills most of a region. Raises `ToolFailed` where there is none."""
    found = seen_in(image)
    if not found:
        raise ToolFailed(asker, "no object is seen in this region")
    return max(found, key=lambda box: box.area).label


def seen_in(image: Image) -> list[Box]:
    """The objects whose middle lies in a region, cut to it, in pixels from the region's own corner."""
    frame, found = image.frame, []
    for box in look(image.ref):
        x, y = box.centre
        if frame.left <= x < frame.right and frame.top <= y < frame.bottom:
            found.append(box.moved(-frame.left, -frame.top).clipped(frame.width, frame.height))
    return found


@lru_cache(maxsize=4096)
def look(ref: ImageRef) -> tuple[Box, ...]:
    """All objects of a whole picture from left to right; kept, so that many calls cost one look."""
    try:
        import cv2  # heavy beside the rest of this package; loads with the first picture
    except ImportError as error:
        raise MissingExtra("all", "opencv-python-headless") from error

    pixels = read_pixels(ref)
    zoom = -(-FINE // min(pixels.shape[:2]))
    if zoom > 1:
        pixels = cv2.resize(pixels, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_LINEAR)
    names = name_pixels(pixels)
    found: list[Box] = []
    for number, color in enumerate(COLOR_WORDS, 1):
        mask = (names == number).astype("uint8")
        count, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
        for left, top, width, height, area in stats[1:count].tolist():
            if area >= SMALLEST * mask.size:
                shape, score = name_shape(mask[top : top + height, left : left + width])
                right, bottom = (left + width) / zoom, (top + height) / zoom
                found.append(Box(left / zoom, top / zoom, right, bottom, f"{color} {shape}", score))
    return tuple(sorted(found, key=lambda box: (box.centre, box.label)))


def name_pixels(pixels: "NDArray[np.uint8]") -> "NDArray[np.uint8]":
    """Number of each pixel's colour word, from 1, shape (height, width); 0 where it has none."""
    import cv2  # as above
    import numpy as np

    smooth = cv2.medianBlur(np.ascontiguousarray(pixels), 3)
    colors = cv2.cvtColor(smooth, cv2.COLOR_RGB2HSV)
    named: NDArray[np.uint8] = hue_table()[colors[..., 0]]
    named[(colors[..., 1] < FADED) | (colors[..., 2] < FADED)] = 0
    return named


@lru_cache(maxsize=1)
def hue_table() -> "NDArray[np.uint8]":
    """Number of the colour word for each of OpenCV's hues, 2 degrees a step."""
    import numpy as np  # as above

    table = np.zeros(256, np.uint8)
    for number, color in enumerate(COLOR_WORDS, 1):
        first, last = HUES[color]
        for hue in range(180):
            degrees = hue * 2
            inside = first <= degrees <= last if first <= last else degrees >= first or degrees <= last
            if inside:
                table[hue] = number
    return table


def name_shape(mask: "NDArray[np.uint8]") -> tuple[str, float]:
    """The shape of the largest outline in a patch, and how sure that is, in 0..1.

    By two shares: of its convex hull that the outline fills (a cross 0.74, the others nearly all), and of the patch that
    the hull fills (triangle 0.5, circle 0.79, square 1).
    """
    import cv2  # as above

    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = max(outlines, key=cv2.contourArea)
    hull = max(1.0, cv2.contourArea(cv2.convexHull(outline)))
    solid = cv2.contourArea(outline) / hull
    height, width = mask.shape
    filled = hull / max(1.0, (width - 1.0) * (height - 1.0))
    if solid < 0.88:
        return "cross", sureness(solid, 0.74, 0.14)
    for shape, ideal, reach in (("triangle", 0.53, 0.13), ("circle", 0.79, 0.1)):
        if filled < ideal + reach:
            return shape, sureness(filled, ideal, reach)
    return "square", sureness(filled, 1.0, 0.11)


def sureness(met: float, ideal: float, reach: float) -> float:
    """1 at the ideal, 0.5 at the border to the next shape, never below 0.05."""
    return round(max(0.05, 1 - abs(met - ideal) / reach / 2), 3)


SCENE_TOOLS: tuple[Tool, ...] = tuple(
    replace(each, source="vpd scenes") for each in (find, exists, color_of, shape_of, verify_property)
)
"""All tools for drawn scenes, as a set to hand to a registry."""


@hookimpl
def vpd_tools() -> Iterable[Tool]:
    """The tools for drawn scenes."""
    return SCENE_TOOLS
