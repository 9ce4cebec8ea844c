"""A region of a picture in pixels, origin top left."""

from dataclasses import dataclass
from typing import Self

__all__ = ["Box"]


@dataclass(frozen=True, slots=True)
class Box:
    """A region in pixels; `left` and `top` are inside, `right` and `bottom` just outside."""

    left: float
    top: float
    right: float
    bottom: float
    label: str = ""
    """What the detector calls it; empty where nobody said."""
    score: float = 1.0
    """The detector's confidence in 0..1."""

    def __post_init__(self) -> None:
        if not (self.left <= self.right and self.top <= self.bottom):
            message = f"a box needs left <= right and top <= bottom, got {self.corners}"
            raise ValueError(message)

    @property
    def corners(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        return self.left, self.top, self.right, self.bottom

    @property
    def width(self) -> float:
        """Pixels from left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Pixels from top to bottom."""
        return self.bottom - self.top

    @property
    def area(self) -> float:
        """Square pixels."""
        return self.width * self.height

    @property
    def centre(self) -> tuple[float, float]:
        """The middle, as x to the right and y downward."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def moved(self, right: float, down: float) -> Self:
        """The same box in a frame whose origin lies `right` and `down` pixels before this one's."""
        return type(self)(self.left + right, self.top + down, self.right + right, self.bottom + down, self.label, self.score)

    def clipped(self, width: float, height: float) -> Self:
        """The part inside a picture of this size; empty at the nearest edge where nothing is inside."""
        left, right = (min(max(x, 0.0), width) for x in (self.left, self.right))
        top, bottom = (min(max(y, 0.0), height) for y in (self.top, self.bottom))
        return type(self)(left, top, right, bottom, self.label, self.score)

    def overlap(self, other: "Box") -> float:
        """Intersection over union in 0..1."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        if across <= 0 or down <= 0:
            return 0.0
        shared = across * down
        return shared / (self.area + other.area - shared)
