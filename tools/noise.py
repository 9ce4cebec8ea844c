"""Tools that err on purpose: a set of tools wrapped so that they miss, invent and mix up at given rates."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from random import Random
from typing import Any

from vpd.tools.box import Box
from vpd.tools.image import Image
from vpd.tools.registry import Registry
from vpd.tools.tool import Tool

__all__ = ["MIXED_UP", "noisy"]

MIXED_UP = (
    ("red", "green", "blue", "yellow", "purple"),
    ("circle", "square", "triangle", "cross"),
    ("yes", "no"),
)
"""Words that are taken for one another; a text without any of them is left as it is."""


@dataclass(frozen=True, slots=True)
class Noise:
    """How often a tool errs, each rate in 0..1."""

    drop: float
    hallucinate: float
    confuse: float
    seed: int

    def __post_init__(self) -> None:
        for name in ("drop", "hallucinate", "confuse"):
            rate = getattr(self, name)
            if not 0 <= rate <= 1:
                message = f"the rate {name} must lie in 0..1, got {rate}"
                raise ValueError(message)

    @property
    def name(self) -> str:
        """As a wrapped tool's version has it, so that results are cached apart."""
        return f"noise-{self.drop:g}-{self.hallucinate:g}-{self.confuse:g}-{self.seed}"

    def disturb(self, value: Any, arguments: dict[str, Any], rng: Random) -> Any:
        """A result as an erring tool would give it; what is no box, bool, text or number passes unchanged."""
        if isinstance(value, bool):
            rate = max(self.confuse, self.drop if value else self.hallucinate)
            return value is not (rng.random() < rate)
        if isinstance(value, str):
            return mix_up(value, rng) if rng.random() < self.confuse else value
        if isinstance(value, int | float):
            return (
                value + rng.choice((-1, 1)) * (1 if isinstance(value, int) else value / 4)
                if rng.random() < self.confuse
                else value
            )
        if isinstance(value, list) and all(isinstance(item, Box) for item in value):
            return self.disturb_boxes(value, arguments, rng)
        return value

    def disturb_boxes(self, boxes: list[Box], arguments: dict[str, Any], rng: Random) -> list[Box]:
        """Some boxes missed, some called by a wrong name, and now and then one that is not there; in the old order."""
        kept = []
        for box in boxes:
            missed, mistaken = rng.random() < self.drop, rng.random() < self.confuse
            if not missed:
                kept.append(replace(box, label=mix_up(box.label, rng)) if mistaken else box)
        image = next((value for value in arguments.values() if isinstance(value, Image)), None)
        if image is not None and rng.random() < self.hallucinate:
            kept.append(invent(boxes, arguments, image, rng))
            kept.sort(key=lambda box: box.centre)
        return kept


def noisy(tools: Registry, *, drop: float = 0.0, hallucinate: float = 0.0, confuse: float = 0.0, seed: int = 0) -> Registry:
    """The same tools, erring.

    - `drop`: chance of each box to be missing, and of a true to be false.
    - `hallucinate`: chance of each list of boxes to hold one more, somewhere in the region, and of a false to be true.
    - `confuse`: chance of each box's label and of a text to have a word of `MIXED_UP` replaced by another of its group, of a
      bool to be turned round, and of a number to be off by 1 (by a quarter, where it is a fraction).

    The same call errs in the same way every time: chance is drawn from the rates and the seed, the tool, the picture with its
    region, and the arguments.
    Raises `ValueError` where a rate is not in 0..1.
    """
    noise = Noise(drop, hallucinate, confuse, seed)
    return Registry(
        replace(tool, run=disturbed(tool, noise), version=f"{tool.version}+{noise.name}")
        for tool in map(tools.__getitem__, tools)
    )


def disturbed(tool: Tool, noise: Noise) -> Callable[..., Any]:
    """The tool's function with noise on its results."""

    def run(**arguments: Any) -> Any:
        return noise.disturb(tool.run(**arguments), arguments, draw(tool, noise, arguments))

    def run_batch(**columns: list[Any]) -> list[Any]:
        rows = [dict(zip(columns, row)) for row in zip(*columns.values())]
        return [noise.disturb(value, row, draw(tool, noise, row)) for value, row in zip(tool.run(**columns), rows)]

    return run_batch if tool.batch else run


def draw(tool: Tool, noise: Noise, arguments: dict[str, Any]) -> Random:
    """Random numbers that depend on nothing but what is asked."""
    asked = [f"{name}={written(value)}" for name, value in sorted(arguments.items())]
    return Random(sha256("\n".join((noise.name, tool.name, *asked)).encode()).hexdigest())  # noqa: S311  noise, not secrecy


def written(value: Any) -> str:
    """An argument as text; a picture by its content and region, wherever its file lies."""
    if isinstance(value, Image):
        return f"{value.ref.sha256} {value.frame.corners}"
    return repr([written(item) for item in value]) if isinstance(value, list | tuple) else repr(value)


def mix_up(text: str, rng: Random) -> str:
    """The text with one of its known words replaced by another of the same group."""
    words = text.split()
    places = [(place, group) for place, word in enumerate(words) for group in MIXED_UP if word in group]
    if not places:
        return text
    place, group = rng.choice(places)
    words[place] = rng.choice([word for word in group if word != words[place]])
    return " ".join(words)


def invent(boxes: list[Box], arguments: dict[str, Any], image: Image, rng: Random) -> Box:
    """A box that no pixel speaks for: the size of one that is there or a tenth of the region, and named as what was asked for."""
    width, height = (boxes[0].width, boxes[0].height) if boxes else (image.width / 10, image.height / 10)
    left, top = rng.uniform(0, max(0.0, image.width - width)), rng.uniform(0, max(0.0, image.height - height))
    label = next((value for value in arguments.values() if isinstance(value, str)), boxes[0].label if boxes else "object")
    return Box(left, top, min(left + width, image.width), min(top + height, image.height), label, round(rng.uniform(0.5, 0.9), 3))
