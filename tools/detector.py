"""Finding things by COCO's 80 names with SSD MobileNet v2 (Liu et al. 2016; Sandler et al. 2018), run by OpenCV."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vpd.tools.box import Box
from vpd.tools.coco import COCO, match_names, near_names
from vpd.tools.colour import color_named, has_color
from vpd.tools.errors import ToolFailed
from vpd.tools.fetch import weights
from vpd.tools.image import Image
from vpd.tools.placement import Model, Placement
from vpd.tools.resource import Resource
from vpd.tools.tool import Tool, tool

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Detector", "detector_tools"]

SLOWEST = 180.0
"""Seconds of a call; the first loads the network, on a machine that may be busy."""
WEIGHTS = "ssd-mobilenet-v2-coco"
GRAPH, GRAPH_TEXT = "frozen_inference_graph.pb", "ssd_mobilenet_v2_coco_2018_03_29.pbtxt"
Fetch = Callable[[str], Mapping[str, Path]]
"""Gives the files of a catalogue entry by name."""
SIDE = 300
"""Pixels; the network looks at a square of this side, whatever the picture's."""


class Detector:
    """Every object of the 80 kinds in an image; it remembers the last images, as a program often asks for several names."""

    def __init__(self, threshold: float, fetch: Fetch, placement: Placement | None = None) -> None:
        self.threshold = threshold
        """Least confidence in 0..1."""
        self._fetch = fetch
        self.network: Resource[Any] = Resource(Model("SSD MobileNet v2 COCO", self._load, size=70_000_000), placement)
        self.detect = lru_cache(maxsize=64)(self._detect)

    def _load(self) -> Any:
        import cv2  # loads with the first use

        files = self._fetch(WEIGHTS)
        return cv2.dnn.readNetFromTensorflow(str(files[GRAPH]), str(files[GRAPH_TEXT]))

    def _detect(self, image: Image) -> tuple[Box, ...]:
        import cv2  # as above

        pixels = image.pixels
        blob = cv2.dnn.blobFromImage(pixels.copy(), size=(SIDE, SIDE), swapRB=False, crop=False)
        with self.network.use() as network:
            network.setInput(blob)
            rows = network.forward()[0, 0]
        return tuple(read_rows(rows, image.width, image.height, self.threshold))


def read_rows(rows: "NDArray[np.float32]", width: int, height: int, threshold: float) -> list[Box]:
    """The network's rows (picture, class, score, left, top, right, bottom in 0..1) as boxes in pixels, surest first."""
    found = []
    for row in rows:
        _, number, score, *edges = (float(value) for value in row)
        if score < threshold or int(number) not in COCO:
            continue
        left, right = sorted((edges[0] * width, edges[2] * width))
        top, bottom = sorted((edges[1] * height, edges[3] * height))
        box = Box(left, top, right, bottom, COCO[int(number)], round(score, 4)).clipped(width, height)
        if box.area:
            found.append(box)
    return sorted(found, key=lambda box: -box.score)


def split_color(name: str) -> tuple[str | None, str]:
    """The colour that stands before a noun, where one does, and the noun."""
    first, _, rest = name.strip().partition(" ")
    color = color_named(first) if rest and not match_names(name) else None
    return (color, rest) if color else (None, name)


def region_of(image: Image, box: Box) -> Image:
    """A box in the image's own pixels as an image."""
    return Image(image.ref, box.moved(image.frame.left, image.frame.top))


def detector_tools(*, threshold: float = 0.5, fetch: Fetch = weights, placement: Placement | None = None) -> list[Tool]:
    """`find` and `exists` over one detector; `threshold` is the least confidence in 0..1, and part of the tools' version."""
    detector = Detector(threshold, fetch, placement)
    version = f"3-{threshold:g}"

    def search(asked_by: str, image: Image, name: str) -> list[Box]:
        """The boxes of a name, in the colour that it asks for."""
        color, noun = split_color(name)
        wanted = match_names(noun)
        if not wanted:
            near = near_names(noun)
            hint = (
                f"near it are: {', '.join(near)}"
                if near
                else f"it knows 80 everyday things, such as {', '.join(list(COCO.values())[:8])}"
            )
            raise ToolFailed(
                asked_by, f"the detector has no word for {name[:60]!r}, so it cannot tell whether one is there; {hint}"
            )
        found = [box for box in detector.detect(image) if box.label in wanted]
        return found if color is None else [box for box in found if has_color(region_of(image, box), color)]

    @tool(version=version, timeout=SLOWEST, weights=(WEIGHTS,), resources=(detector.network,))
    def find(image: Image, object_name: str) -> list[Box]:
        """All objects of that name as boxes, surest first; `object_name` is an everyday noun, maybe after a color: red bus."""
        return search("find", image, object_name)

    @tool(version=version, timeout=SLOWEST, weights=(WEIGHTS,), resources=(detector.network,))
    def exists(image: Image, object_name: str) -> bool:
        """Whether an object of that name can be seen."""
        return bool(search("exists", image, object_name))

    return [find, exists]
