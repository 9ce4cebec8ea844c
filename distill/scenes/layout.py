"""Where the objects of a scene stand: like rooks on a board, so that left, right, above and below are never in doubt."""

from bisect import bisect
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, pairwise
from math import acos, hypot, log, pi, sqrt
from random import Random
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from vpd.distill.scenes.scene import COLORS, SHAPES, Thing

__all__ = ["SceneSettings", "Wanted", "order_margin", "place_things"]

LATTICE = 8
"""Rows and columns of the board."""
BORDER = 1 / 24
"""Free edge around the board, as a share of the picture's side."""

Wanted = tuple[str | None, str | None]
"""A colour and a shape that a scene must show; None where any will do."""


class SceneSettings(BaseModel):
    """How pictures look. Lengths are shares of the picture's side."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    side: int = Field(default=192, ge=64, le=2048)
    """Pixels, width and height."""
    objects: tuple[int, int] = (3, 6)
    """Fewest and most objects, 1..8."""
    radius: tuple[float, float] = (1 / 16, 1 / 12)
    """Smallest and largest radius, 0.02..0.085; 12 and 16 pixels at 192."""
    jitter: float = Field(default=1 / 96, ge=0, le=1 / 48)
    """How far an object strays from the middle of its square, along each axis; 2 pixels at 192."""
    overlap: float = Field(default=0.0, ge=0, le=0.6)
    """Largest share of the smaller of two neighbours that may be covered; 0 keeps all objects well apart."""
    clutter: int = Field(default=3, ge=0, le=60)
    """Most specks and lines that are no objects; half as many on average."""
    noise: float = Field(default=4.0, ge=0, le=40)
    """Standard deviation of each pixel's brightness, of 255."""
    color_spread: float = Field(default=12.0, ge=0, le=40)
    """Standard deviation of an object's colour, each channel, of 255."""

    @model_validator(mode="after")
    def _in_range(self) -> Self:
        few, many = self.objects
        if not 1 <= few <= many <= LATTICE:
            message = f"objects must be two numbers of 1..{LATTICE}, the smaller first, got {self.objects}"
            raise ValueError(message)
        small, large = self.radius
        if not 0.02 <= small <= large <= 0.085:
            message = f"radius must be two shares of 0.02..0.085, the smaller first, got {self.radius}"
            raise ValueError(message)
        return self


def order_margin(settings: SceneSettings) -> float:
    """Pixels by which the middles of any two objects differ at least, along each axis: 18 at the defaults, 6 with overlap."""
    apart = (1 - 2 * BORDER) / LATTICE - 2 * settings.jitter
    return settings.side * (min(apart, 1 / 32) if settings.overlap else apart)


def place_things(settings: SceneSettings, rng: Random, wanted: Sequence[Wanted] = ()) -> tuple[Thing, ...]:
    """Objects from left to right, no two in one row or column; the wanted ones are among them."""
    count = max(len(wanted), rng.randint(*settings.objects))
    pitch = settings.side * (1 - 2 * BORDER) / LATTICE
    stray = settings.jitter * settings.side

    def middle(square: int) -> float:
        return round(settings.side * BORDER + pitch * (square + 0.5) + rng.uniform(-stray, stray), 2)

    squares = rook_squares(count, rng)
    looks = choose_looks(count, rng, wanted)
    things = [
        Thing(color, shape, middle(x), middle(y), round(settings.side * rng.uniform(*settings.radius), 2))
        for (x, y), (color, shape) in zip(squares, looks)
    ]
    if settings.overlap:
        things = draw_together(things, settings, rng)
    return tuple(sorted(things, key=lambda thing: thing.x))


def rook_squares(count: int, rng: Random) -> list[tuple[int, int]]:
    """Column and row of each object: no two share one, and no two squares touch at a corner."""
    while True:
        columns, rows = sorted(rng.sample(range(LATTICE), count)), rng.sample(range(LATTICE), count)
        squares = list(zip(columns, rows))
        if all(abs(a[0] - b[0]) > 1 or abs(a[1] - b[1]) > 1 for a, b in pairwise(squares)):
            return squares


def choose_looks(count: int, rng: Random, wanted: Sequence[Wanted]) -> list[tuple[str, str]]:
    """A colour and a shape for each object, in random order; each scene prefers some, so that repeats are common."""
    color_steps, shape_steps = preferences(len(COLORS), rng), preferences(len(SHAPES), rng)

    def draw() -> tuple[str, str]:
        color = bisect(color_steps, rng.random() * color_steps[-1], hi=len(COLORS) - 1)
        return COLORS[color], SHAPES[bisect(shape_steps, rng.random() * shape_steps[-1], hi=len(SHAPES) - 1)]

    looks = []
    for color, shape in wanted:
        other_color, other_shape = draw()
        looks.append((color or other_color, shape or other_shape))
    looks += [draw() for _ in range(count - len(looks))]
    rng.shuffle(looks)
    return looks


def preferences(count: int, rng: Random) -> list[float]:
    """Running sums of random weights, spread evenly over all ways to prefer some of so many things."""
    return list(accumulate(-log(1 - rng.random()) for _ in range(count)))


def draw_together(things: list[Thing], settings: SceneSettings, rng: Random) -> list[Thing]:
    """Move about half of the objects onto their nearest neighbour, as far as the allowed share and the order margin let them."""
    moved = list(things)
    for number, thing in enumerate(moved):
        others = moved[:number] + moved[number + 1 :]
        if not others or rng.random() < 0.4:
            continue
        near = min(others, key=lambda other: hypot(other.x - thing.x, other.y - thing.y))
        apart = hypot(near.x - thing.x, near.y - thing.y)
        target = distance_at(settings.overlap * rng.uniform(0.2, 1), thing.radius, near.radius)
        if target >= apart:
            continue
        part = 1 - target / apart
        x, y = thing.x + part * (near.x - thing.x), thing.y + part * (near.y - thing.y)
        there = replace(thing, x=round(x, 2), y=round(y, 2))
        if all(in_order(there, other, settings) for other in others):
            moved[number] = there
    return moved


def in_order(thing: Thing, other: Thing, settings: SceneSettings) -> bool:
    """Whether two objects keep the order margin and cover each other no more than is allowed."""
    margin = order_margin(settings)
    apart = hypot(thing.x - other.x, thing.y - other.y)
    clear = abs(thing.x - other.x) >= margin and abs(thing.y - other.y) >= margin
    return clear and covered_share(apart, thing.radius, other.radius) <= settings.overlap + 1e-3


def covered_share(apart: float, one: float, two: float) -> float:
    """Share of the smaller of two discs that lies in the other, in 0..1."""
    small, large = min(one, two), max(one, two)
    if apart >= small + large:
        return 0.0
    if apart <= large - small:
        return 1.0
    near = (apart**2 + small**2 - large**2) / (2 * apart)
    far = apart - near
    lens = small**2 * acos(near / small) + large**2 * acos(far / large)
    lens -= near * sqrt(max(0.0, small**2 - near**2)) + far * sqrt(max(0.0, large**2 - far**2))
    return lens / (pi * small**2)


def distance_at(share: float, one: float, two: float) -> float:
    """How far apart two discs stand when this share of the smaller is covered: found by halving."""
    close, wide = abs(one - two), one + two
    for _ in range(20):
        middle = (close + wide) / 2
        close, wide = (middle, wide) if covered_share(middle, one, two) > share else (close, middle)
    return wide
