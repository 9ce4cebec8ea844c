"""What stands in a drawn picture: the truth that tools never see, and its listing in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from vpd.distill.grid import Grid
from vpd.engine.record import Record
from vpd.tools.box import Box
from vpd.tools.errors import VpdError
from vpd.tools.image import ImageRef

__all__ = ["COLORS", "SHAPES", "Asked", "Scene", "SceneError", "SceneFileError", "SettingsDiffer", "Split", "Thing", "describe"]

COLORS = ("red", "green", "blue", "yellow", "purple")
SHAPES = ("circle", "square", "triangle", "cross")

HALF = {"circle": (1.0, 1.0), "square": (0.86, 0.86), "triangle": (0.95, 0.85), "cross": (1.0, 1.0)}
"""Half the width and half the height of a shape, in radii: about equal to the eye."""


class SceneError(VpdError, ValueError):
    """Scenes cannot be made as asked."""


class SettingsDiffer(SceneError):
    """A folder holds a data set that was made with other settings."""


class SceneFileError(VpdError, OSError):
    """A data set's files cannot be written or are not there."""


class Split(StrEnum):
    """What a group of pictures and their questions is for."""

    TRAIN = "train"
    PLAIN = "plain"
    """Test pictures like those of training, asked the same texts."""
    UNSEEN_PAIRS = "unseen_pairs"
    """Each question names a colour together with a shape that no training question names together."""
    MORE_OBJECTS = "more_objects"
    """The training texts, asked of fuller pictures."""
    DEEPER = "deeper"
    """Compositions that no training question has."""
    BASE = "base"
    """Pictures without questions, for learning to list what is seen."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One object of a scene."""

    color: str
    shape: str
    x: float
    """Middle, in pixels from the left edge."""
    y: float
    """Middle, in pixels from the top edge."""
    radius: float
    """Pixels."""

    @property
    def box(self) -> Box:
        """The object's edges in pixels."""
        across, down = (half * self.radius for half in HALF[self.shape])
        return Box(self.x - across, self.y - down, self.x + across, self.y + down, f"{self.color} {self.shape}")


class Asked(Record):
    """Why a question's answer is what it is."""

    key: str
    """The question's key."""
    counted: tuple[int, ...]
    """Numbers of the objects that the answer rests on."""


class Scene(Record):
    """One picture with all that is known of it."""

    ASKED: ClassVar = ("split", "number")

    split: Split
    number: int
    image: ImageRef
    objects: tuple[Thing, ...]
    """From left to right."""
    asked: tuple[Asked, ...] = ()


def describe(scene: Scene, grid: Grid, some: Iterable[int] | None = None) -> str:
    """Objects from left to right, the order in which the tools list them: "red circle at x3 y5, blue square at x6 y1".

    All of them, or those of the numbers in `some`.
    """
    size = scene.image.width, scene.image.height
    things = scene.objects if some is None else [scene.objects[number] for number in sorted(some)]
    return ", ".join(f"{thing.color} {thing.shape} at {grid.write(thing.box, *size)}" for thing in things)
