"""Whether what a student says is at a place is there: places of a rationale against what a tool finds under the same name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from vpd.distill.errors import GridError
from vpd.distill.grid import Grid
from vpd.distill.grounding.reading import BEFORE_PLACES, Token, split_tokens
from vpd.distill.grounding.words import GENERIC, PLAIN
from vpd.engine.dispatch import Dispatcher
from vpd.tools.box import Box
from vpd.tools.errors import ToolFailed
from vpd.tools.image import Image, ImageRef
from vpd.tools.tool import Tool

__all__ = ["ENOUGH", "Find", "Placed", "Sight", "finder", "places_in", "sight_of"]

ENOUGH = 0.5
"""Intersection over union from which a place is the found region's."""
SKIPPED = BEFORE_PLACES | {"the", "a", "an"}
Find = Callable[[ImageRef, str], Sequence[Box] | None]
"""The regions of a name in a picture, in pixels; None where the tool does not know the name."""


class Sight(StrEnum):
    """What a tool says of a place."""

    THERE = "there"
    ELSEWHERE = "elsewhere"
    """It finds things of that name, but not there."""
    NOWHERE = "nowhere"
    """It finds none in the whole picture."""
    NOT_KNOWN = "not_known"
    """The place has no name that the tool knows, or is none."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A name and the place that a rationale gives it."""

    name: str
    """Empty where none stands before the place."""
    numbers: tuple[float, ...]


def places_in(text: str, grid: Grid) -> list[Placed]:
    """Every place of a text with the words that name what is there; of a row of places, all by the same words."""
    found: list[Placed] = []
    for tokens in split_tokens(text, grid):
        name = ""
        for at, token in enumerate(tokens):
            if token.kind == "place":
                name = name_before(tokens, at) or name
                found.append(Placed(name, token.place))
    return found


def name_before(tokens: Sequence[Token], at: int) -> str:
    """The last run of naming words before a token; empty where another place or a mark comes first."""
    words: list[str] = []
    for token in reversed(tokens[:at]):
        low = token.text.lower()
        if token.kind != "word" or (words and (low in SKIPPED or not names(token))):
            break
        if not words and (low in SKIPPED or not names(token)):
            if low in SKIPPED:
                continue
            break
        words.append(low)
    return " ".join(reversed(words))


def names(token: Token) -> bool:
    """Whether a word says what something is or how it looks."""
    return token.lemma in GENERIC or token.lemma not in PLAIN


def sight_of(placed: Placed, image: ImageRef, grid: Grid, find: Find) -> Sight:
    """What the tool finds where the rationale places something: in the same cell, or with enough overlap."""
    regions = find(image, placed.name) if placed.name else None
    if regions is None:
        return Sight.NOT_KNOWN
    if not regions:
        return Sight.NOWHERE
    width, height = float(image.width), float(image.height)
    if grid.style == "cell":
        is_there = any(grid.numbers(region, width, height) == placed.numbers for region in regions)
    else:
        try:
            box = grid.box(placed.numbers, width, height)
        except GridError:
            return Sight.NOT_KNOWN
        is_there = any(overlap(box, region) >= ENOUGH for region in regions)
    return Sight.THERE if is_there else Sight.ELSEWHERE


def overlap(first: Box, second: Box) -> float:
    """Intersection over union, in 0..1."""
    wide = min(first.right, second.right) - max(first.left, second.left)
    high = min(first.bottom, second.bottom) - max(first.top, second.top)
    shared = max(0.0, wide) * max(0.0, high)
    whole = first.area + second.area - shared
    return shared / whole if whole > 0 else 0.0


def finder(tool: Tool, dispatcher: Dispatcher) -> Find:
    """A tool that takes a picture and a name and gives boxes, as a function; a name that it refuses is one it does not know."""
    image_name, text_name = (parameter.name for parameter in tool.parameters[:2])

    def find(image: ImageRef, name: str) -> Sequence[Box] | None:
        try:
            value = dispatcher.answer(tool, {image_name: Image(image), text_name: name}).value
        except ToolFailed:
            return None
        return as_boxes(value)

    return find


def as_boxes(value: object) -> list[Box]:
    """The boxes in what a tool gave."""
    if isinstance(value, Box):
        return [value]
    return [each for each in value if isinstance(each, Box)] if isinstance(value, list | tuple) else []
