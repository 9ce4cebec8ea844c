"""How places in a picture are written for a student and read back: boxes as its family writes them, or one coarse cell."""

import re
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from vpd.distill.errors import GridError
from vpd.tools.box import Box

__all__ = ["FAMILIES", "Grid", "Style", "Written", "open_grid"]

Style = Literal["corners", "cell", "loc", "marks", "brackets", "pixels", "unit"]
INTEGER = r"(\d+)"
DECIMAL = r"(\d(?:\.\d+)?)"
FORMS: dict[Style, re.Pattern[str]] = {
    "cell": re.compile(r"\bx(\d+)[ ,]*y(\d+)\b"),
    "corners": re.compile(r"(?<![\d.])\d+(?:,? \d+){3}(?![\d.]*\d)"),
    "loc": re.compile(r"<loc(\d{4})>\s*" * 4),
    "marks": re.compile(r"(?:<\|box_start\|>)?\(\d+,\s*\d+\),\s*\(\d+,\s*\d+\)(?:<\|box_end\|>)?"),
    "brackets": re.compile(rf"\[\s*{INTEGER}(?:\s*,\s*{INTEGER}){{3}}\s*\]"),
    "pixels": re.compile(rf"\[\s*{INTEGER}(?:\s*,\s*{INTEGER}){{3}}\s*\]"),
    "unit": re.compile(rf"\[\s*{DECIMAL}(?:\s*,\s*{DECIMAL}){{3}}\s*\]"),
}


class Written(NamedTuple):
    """A place that stands in a text."""

    start: int
    end: int
    numbers: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A grid laid over the whole picture, whatever its size. Of a box it keeps what it writes; a reader gets that back."""

    style: Style = "corners"
    """`corners`: `top left bottom right` in steps, as PaLI writes boxes (VPD, figure 3). `cell`: one column and one row.

    `loc`: PaliGemma's tokens, top left bottom right. `marks`: Qwen2-VL's two corners between its tokens. `brackets`:
    `[left, top, right, bottom]` in steps. `pixels`: the same in pixels of the picture. `unit`: the same as shares of the
    picture's sides.
    """
    steps: int = 1000
    """Grid steps along each side; whole numbers run from 0 to steps - 1. A power of ten for `unit`, and 1 for `pixels`."""

    def __post_init__(self) -> None:
        if self.style not in get_args(Style):
            raise GridError(f"no grid is called {self.style!r}; there are: {', '.join((*FAMILIES, *get_args(Style)))}")
        if self.style == "pixels" and self.steps != 1:
            raise GridError(f"a grid of pixels has no steps, got {self.steps}")
        if self.style == "unit" and not re.fullmatch("10+", str(self.steps)):
            raise GridError(f"the steps of a unit grid are a power of ten, got {self.steps}")
        if not 1 <= self.steps <= 10_000:
            raise GridError(f"a grid has 1 to 10000 steps, got {self.steps}")

    @property
    def name(self) -> str:
        """As records hold it."""
        return f"{self.style}-{self.steps}"

    def numbers(self, box: Box, width: float, height: float) -> tuple[float, ...]:
        """The numbers that stand for a box; `width` and `height` are the whole picture's, in pixels."""
        if self.style == "cell":
            x, y = box.centre
            return self._step(x, width), self._step(y, height)
        if self.style == "pixels":
            return tuple(float(round(edge)) for edge in box.clipped(width, height).corners)
        across = (box.left, width), (box.right, width)
        down = (box.top, height), (box.bottom, height)
        order = (across[0], down[0], across[1], down[1])
        if self.style == "unit":
            return tuple(round(min(1.0, max(0.0, at / length)), len(str(self.steps)) - 1) for at, length in order)
        if self.style in ("corners", "loc"):
            order = (down[0], across[0], down[1], across[1])
        return tuple(self._step(*edge) for edge in order)

    def write(self, box: Box, width: float, height: float) -> str:
        """The place in words."""
        return self.spell(self.numbers(box, width, height))

    def spell(self, numbers: tuple[float, ...]) -> str:
        """The numbers of a place in words."""
        if self.style == "cell":
            return f"x{numbers[0]:.0f} y{numbers[1]:.0f}"
        if self.style == "corners":
            return " ".join(f"{number:.0f}" for number in numbers)
        if self.style == "loc":
            return "".join(f"<loc{number:04.0f}>" for number in numbers)
        if self.style == "marks":
            left, top, right, bottom = (f"{number:.0f}" for number in numbers)
            return f"<|box_start|>({left},{top}),({right},{bottom})<|box_end|>"
        digits = len(str(self.steps)) - 1 if self.style == "unit" else 0
        return f"[{', '.join(f'{number:.{digits}f}' for number in numbers)}]"

    def read(self, text: str) -> list[Written]:
        """The places that stand in a text, in their order."""
        number = re.compile(r"\d+(?:\.\d+)?")
        return [
            Written(*found.span(), tuple(float(digits) for digits in number.findall(found.group())))
            for found in FORMS[self.style].finditer(text)
        ]

    def box(self, numbers: tuple[float, ...], width: float, height: float) -> Box:
        """The region that a place stands for, in pixels: every box that is written so lies within half a step of its edges.

        Of a cell, the cell itself. Raises `GridError` where the numbers are no place of this grid.
        """
        if len(numbers) != (2 if self.style == "cell" else 4):
            raise GridError(f"{numbers} is no place on {self.name}")
        if self.style == "cell":
            (x, y), across, down = numbers, width / self.steps, height / self.steps
            return box_of(x * across, y * down, (x + 1) * across, (y + 1) * down)
        if self.style == "pixels":
            return box_of(*numbers)
        if self.style == "unit":
            left, top, right, bottom = numbers
            return box_of(left * width, top * height, right * width, bottom * height)
        middles = tuple((number + 0.5) / self.steps for number in numbers)
        left, top, right, bottom = (
            middles if self.style in ("brackets", "marks") else (middles[1], middles[0], middles[3], middles[2])
        )
        return box_of(left * width, top * height, right * width, bottom * height)

    def _step(self, at: float, length: float) -> int:
        return min(self.steps - 1, max(0, int(at / length * self.steps)))


def box_of(left: float, top: float, right: float, bottom: float) -> Box:
    """A box; raises `GridError` where the edges are the wrong way round."""
    try:
        return Box(left, top, right, bottom)
    except ValueError as error:
        raise GridError(str(error)) from None


FAMILIES: dict[str, Grid] = {
    "pali": Grid("corners", 1000),
    "paligemma": Grid("loc", 1024),
    "qwen2-vl": Grid("marks", 1000),
    "qwen2.5-vl": Grid("pixels", 1),
    "qwen3-vl": Grid("brackets", 1000),
    "llava": Grid("unit", 100),
    "idefics": Grid("unit", 100),
}
"""The grid that a family of students is used to. docs/rationales.md says where these forms come from."""
STEPS: dict[str, int] = {"corners": 1000, "cell": 8, "loc": 1024, "marks": 1000, "brackets": 1000, "pixels": 1, "unit": 100}


def open_grid(name: str) -> Grid:
    """The grid of a family of students, of a style, or of a style with its steps, such as `cell-8`. Raises `GridError`."""
    if name in FAMILIES:
        return FAMILIES[name]
    style, _, steps = name.partition("-")
    if style not in STEPS or not (steps.isdecimal() or (not steps and name == style)):
        raise GridError(f"no grid is called {name!r}; there are: {', '.join((*FAMILIES, *STEPS))}, or STYLE-STEPS: cell-8")
    return Grid(style, int(steps) if steps else STEPS[style])  # type: ignore[arg-type]  # a key of STEPS is a style
