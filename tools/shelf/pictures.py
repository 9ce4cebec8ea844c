"""From image values to what transformers reads, and from its boxes to ours."""

from collections.abc import Iterable, Sequence
from typing import Any

from vpd.tools.box import Box
from vpd.tools.image import Image

__all__ = ["boxes_of", "pictures_of", "sizes_of"]


def pictures_of(images: Iterable[Image]) -> list[Any]:
    """Pillow pictures of the regions."""
    from PIL import Image as Picture  # loads with the first picture

    return [Picture.fromarray(image.pixels) for image in images]


def sizes_of(images: Iterable[Image]) -> list[tuple[int, int]]:
    """Height and width of each, as transformers wants them."""
    return [(image.height, image.width) for image in images]


def boxes_of(corners: Sequence[Sequence[float]], labels: Sequence[str], scores: Sequence[float], image: Image) -> list[Box]:
    """Boxes inside the image, surest first; those with nothing inside are left out."""
    found = []
    for (left, top, right, bottom), label, score in zip(corners, labels, scores, strict=True):
        if left < right and top < bottom:
            box = Box(left, top, right, bottom, label, round(score, 4)).clipped(image.width, image.height)
            if box.area:
                found.append(box)
    return sorted(found, key=lambda box: -box.score)
