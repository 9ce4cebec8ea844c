"""Finding human faces with CenterFace (Xu et al. 2020), run by OpenCV."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from math import ceil, exp
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vpd.tools.box import Box
from vpd.tools.fetch import weights
from vpd.tools.image import Image
from vpd.tools.placement import Model, Placement
from vpd.tools.resource import Resource
from vpd.tools.tool import Tool, tool

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["FaceDetector", "face_tools"]

WEIGHTS, NETWORK_FILE = "centerface", "centerface.onnx"
LARGEST = 640
"""Pixels of the longer side that the network looks at; a larger image is shrunk to it."""
STEP = 32
"""Pixels of which both sides must be a multiple; the image is stretched by less than that."""
CELL = 4
"""Pixels of a cell of the network's answer, each way."""
SAME_FACE = 0.3
"""Intersection over union from which two boxes are one face."""

Fetch = Callable[[str], Mapping[str, Path]]
"""Gives the files of a catalogue entry by name."""


class FaceDetector:
    """The faces of an image, surest first; remembers the last images looked at."""

    def __init__(self, threshold: float, fetch: Fetch, placement: Placement | None = None) -> None:
        self.threshold = threshold
        """Least confidence in 0..1."""
        self._fetch = fetch
        self.network: Resource[Any] = Resource(Model("CenterFace", self._load, size=7_400_000), placement)
        self.detect = lru_cache(maxsize=64)(self._detect)

    def _load(self) -> Any:
        import cv2  # loads with the first use

        return cv2.dnn.readNetFromONNX(str(self._fetch(WEIGHTS)[NETWORK_FILE]))

    def _detect(self, image: Image) -> tuple[Box, ...]:
        import cv2  # as above

        scale = min(1.0, LARGEST / max(image.width, image.height))
        width, height = (STEP * ceil(side * scale / STEP) for side in (image.width, image.height))
        blob = cv2.dnn.blobFromImage(image.pixels.copy(), size=(width, height), swapRB=False, crop=False)
        with self.network.use() as network:
            network.setInput(blob)
            surety, size, shift, *_ = network.forward(network.getUnconnectedOutLayersNames())
        found = read_cells(surety[0, 0], size[0], shift[0], self.threshold)
        across, down = image.width / width, image.height / height
        boxes = (
            Box(box.left * across, box.top * down, box.right * across, box.bottom * down, "face", box.score) for box in found
        )
        return tuple(box for box in (box.clipped(image.width, image.height) for box in boxes) if box.area)


def read_cells(
    surety: "NDArray[np.float32]", size: "NDArray[np.float32]", shift: "NDArray[np.float32]", threshold: float
) -> list[Box]:
    """The network's grids as boxes in its own pixels, surest first, one a face.

    A cell says how surely a face's middle lies in it; `size` holds the logarithms of the face's height and width in cells,
    `shift` how far down and right in the cell the middle lies.
    """
    rows, columns = (surety >= threshold).nonzero()
    boxes = []
    for row, column in zip(rows.tolist(), columns.tolist()):
        high, wide = (exp(min(float(value), 10.0)) * CELL for value in size[:, row, column])
        y, x = ((at + float(by) + 0.5) * CELL for at, by in zip((row, column), shift[:, row, column]))
        score = round(float(surety[row, column]), 4)
        boxes.append(Box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2, "face", score))
    kept: list[Box] = []
    for box in sorted(boxes, key=lambda box: -box.score):
        if all(box.overlap(other) < SAME_FACE for other in kept):
            kept.append(box)
    return kept


def face_tools(*, threshold: float = 0.5, fetch: Fetch = weights, placement: Placement | None = None) -> list[Tool]:
    """`find_faces`; `threshold` is the least confidence in 0..1, and part of the tool's version."""
    detector = FaceDetector(threshold, fetch, placement)

    @tool(version=f"1-{threshold:g}", timeout=180, weights=(WEIGHTS,), resources=(detector.network,))
    def find_faces(image: Image) -> list[Box]:
        """All human faces as boxes, surest first; it tells that a face is there, not whose."""
        return list(detector.detect(image))

    return [find_faces]
