"""Where regions lie: cutting, widening and comparing them, without looking at a pixel."""

from collections.abc import Iterable
from math import hypot

from vpd.tools.box import Box
from vpd.tools.errors import ToolFailed
from vpd.tools.hooks import hookimpl
from vpd.tools.image import Image
from vpd.tools.tool import Tool, tool

__all__ = ["geometry_tools", "vpd_tools"]


@tool(cacheable=False)
def crop(
    image: Image,
    left: float | None = None,
    lower: float | None = None,
    right: float | None = None,
    upper: float | None = None,
    top: float | None = None,
    bottom: float | None = None,
) -> Box:
    """The part of the image between these edges, in pixels from its own corner: crop(image, left=0, top=0, right=90, bottom=60).

    `lower` and `upper` are ViperGPT's: pixels upward from the image's own bottom edge. An edge not given is the image's own.
    """
    if (top is not None and upper is not None) or (bottom is not None and lower is not None):
        raise ToolFailed(
            "crop",
            "give top and bottom (from the top edge, downward) or upper and lower (from the bottom edge, upward), not both",
        )
    width, height = image.frame.width, image.frame.height
    if upper is not None:
        top = height - upper
    if lower is not None:
        bottom = height - lower
    edges = (
        0.0 if left is None else left,
        0.0 if top is None else top,
        width if right is None else right,
        height if bottom is None else bottom,
    )
    if not (edges[0] < edges[2] and edges[1] < edges[3]):
        raise ToolFailed(
            "crop", f"nothing lies between left {edges[0]:g} and right {edges[2]:g}, top {edges[1]:g} and bottom {edges[3]:g}"
        )
    part = Box(*edges).clipped(width, height)
    if not part.area:
        raise ToolFailed(
            "crop",
            f"the image is {width:g} pixels wide and {height:g} high, and edges count from its own corner: {edges} is outside",
        )
    return part


@tool(cacheable=False, aliases=("expand_patch_with_surrounding",))
def expand(image: Image, factor: float = 2.0) -> Box:
    """The region with what surrounds it: the same middle, `factor` times as wide and as high, as far as the picture goes."""
    if factor <= 0:
        raise ToolFailed("expand", f"factor must be above 0, got {factor:g}")
    (x, y), frame = image.frame.centre, image.frame
    half_width, half_height = frame.width * factor / 2, frame.height * factor / 2
    wide = Box(x - half_width, y - half_height, x + half_width, y + half_height, frame.label, frame.score)
    return wide.clipped(image.ref.width, image.ref.height).moved(-frame.left, -frame.top)


@tool(cacheable=False)
def overlaps(image: Image, other: Image) -> bool:
    """Whether two regions share any area."""
    return place_of(image, other).overlap(place_of(other, image)) > 0


@tool(cacheable=False, shown=False)
def overlaps_with(
    image: Image, left: Image | float, lower: float | None = None, right: float | None = None, upper: float | None = None
) -> bool:
    """Whether the region touches another, or the four edges given in pixels of the whole picture, upward from its bottom.

    ViperGPT's form; edges that only meet count, as there.
    """
    here = place_of(image)
    if isinstance(left, Image):
        there = place_of(left, image)
    elif lower is None or right is None or upper is None:
        raise ToolFailed("overlaps_with", "needs a region, or all four of left, lower, right, upper")
    elif not (left <= right and lower <= upper):
        raise ToolFailed("overlaps_with", f"needs left <= right and lower <= upper, got {(left, lower, right, upper)}")
    else:
        there = Box(left, image.ref.height - upper, right, image.ref.height - lower)
    return here.left <= there.right and there.left <= here.right and here.top <= there.bottom and there.top <= here.bottom


@tool(cacheable=False)
def distance(first: Image | float, second: Image | float) -> float:
    """Pixels between the nearest edges of two regions, below 0 where they overlap; of two numbers, their difference."""
    # ViperGPT's rule: an overlap gives minus the intersection over union
    if isinstance(first, Image) and isinstance(second, Image):
        a, b = place_of(first, second), place_of(second, first)
        across = max(0.0, a.left - b.right, b.left - a.right)
        down = max(0.0, a.top - b.bottom, b.top - a.bottom)
        return hypot(across, down) or 0.0 - a.overlap(b)
    if isinstance(first, Image) or isinstance(second, Image):
        raise ToolFailed("distance", "needs two regions or two numbers, got one of each")
    return abs(first - second)


@tool(cacheable=False, shown=False)
def dist(first: Image, second: Image) -> float:
    """Pixels between the middles of two regions, as in VPD."""
    (x, y), (u, v) = place_of(first, second).centre, place_of(second, first).centre
    return hypot(x - u, y - v)


@tool(cacheable=False, shown=False)
def left_of(image: Image, other: Image) -> bool:
    """Whether the region's middle is to the left of the other's."""
    return place_of(image, other).centre[0] < place_of(other, image).centre[0]


@tool(cacheable=False, shown=False)
def right_of(image: Image, other: Image) -> bool:
    """Whether the region's middle is to the right of the other's."""
    return place_of(image, other).centre[0] > place_of(other, image).centre[0]


@tool(cacheable=False, shown=False)
def above(image: Image, other: Image) -> bool:
    """Whether the region's middle is higher in the picture than the other's."""
    return place_of(image, other).centre[1] < place_of(other, image).centre[1]


@tool(cacheable=False, shown=False)
def below(image: Image, other: Image) -> bool:
    """Whether the region's middle is lower in the picture than the other's."""
    return place_of(image, other).centre[1] > place_of(other, image).centre[1]


def place_of(image: Image, other: Image | None = None) -> Box:
    """The region in pixels of the whole picture. Raises `ToolFailed` where the other region is of another picture."""
    if other is not None and other.ref.sha256 != image.ref.sha256:
        raise ToolFailed("geometry", "the two regions are of different pictures, so no distance or direction lies between them")
    return image.box or image.frame


def geometry_tools() -> list[Tool]:
    """All of them."""
    return [crop, expand, overlaps, overlaps_with, distance, dist, left_of, right_of, above, below]


@hookimpl
def vpd_tools() -> Iterable[Tool]:
    """The hook's answer."""
    return geometry_tools()
