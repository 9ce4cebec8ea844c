"""How well the tools for scenes see: what they find, and what a faultless program would answer with it, against the truth."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from vpd.distill.scenes.dataset import DatasetSettings, plan
from vpd.distill.scenes.files import keep_picture
from vpd.distill.scenes.layout import SceneSettings
from vpd.distill.scenes.scene import Thing
from vpd.distill.scenes.shapes import draw_scene, encode_png
from vpd.tools.box import Box
from vpd.tools.image import Image, ImageRef
from vpd.tools.scene_tools import find

__all__ = ["LOOKS", "ToolAccuracy", "measure_tools"]

LOOKS = {
    "default": SceneSettings(),
    "7 or 8 objects": SceneSettings(objects=(7, 8)),
    "clutter up to 12": SceneSettings(clutter=12),
    "clutter up to 40": SceneSettings(clutter=40),
    "overlap up to 0.1": SceneSettings(overlap=0.1),
    "overlap up to 0.4": SceneSettings(overlap=0.4),
    "radius from 0.03": SceneSettings(radius=(0.03, 0.085)),
    "noise 15": SceneSettings(noise=15),
    "96 pixels": SceneSettings(side=96),
}
"""Settings at which the tools are measured."""


@dataclass(frozen=True, slots=True)
class ToolAccuracy:
    """What was found in some pictures."""

    objects: int
    """That are there."""
    found: int
    """In the right place, by the right colour and shape."""
    misnamed: int
    """In the right place, by a wrong colour or shape."""
    invented: int
    """Found where nothing is, or a second time."""
    questions: int
    answered: int
    """Questions that a faultless program answers rightly with what is seen."""


def measure_tools(look: SceneSettings, pictures: int, seed: int = 0) -> ToolAccuracy:
    """Draw so many pictures with questions and look at them."""
    settings = DatasetSettings(train_images=pictures, test_images=0, seed=seed, scene=look)
    objects = found = misnamed = invented = questions = answered = 0
    with TemporaryDirectory() as folder:
        for planned in plan(settings):
            png = encode_png(draw_scene(planned.things, look, planned.rng))
            image = keep_picture(Path(folder), planned.name, look.side, png)
            there = ImageRef(image.sha256, str(Path(folder, image.path)), image.width, image.height)
            boxes: list[Box] = find.run(Image(there), "object")
            pairs = pair_up(planned.things, boxes)
            named = sum(thing.box.label == box.label for thing, box in pairs)
            objects, found, misnamed = objects + len(planned.things), found + named, misnamed + len(pairs) - named
            invented += len(boxes) - len(pairs)
            seen = [as_thing(box) for box in boxes]
            questions += len(planned.posed)
            for posed in planned.posed:
                again = posed.ask.answer(seen)
                answered += again is not None and again.answer == posed.answered.answer
    return ToolAccuracy(objects, found, misnamed, invented, questions, answered)


def pair_up(things: Sequence[Thing], boxes: Sequence[Box]) -> list[tuple[Thing, Box]]:
    """Each thing with the nearest box that no other thing has, where its middle is less than half a radius away."""
    pairs, left = [], list(boxes)
    for thing in things:
        near = [box for box in left if abs(box.centre[0] - thing.x) + abs(box.centre[1] - thing.y) < thing.radius / 2]
        if near:
            box = min(near, key=lambda box: abs(box.centre[0] - thing.x) + abs(box.centre[1] - thing.y))
            left.remove(box)
            pairs.append((thing, box))
    return pairs


def as_thing(box: Box) -> Thing:
    """What was seen, as if it were the truth."""
    color, shape = box.label.split()
    return Thing(color, shape, *box.centre, box.width / 2)
