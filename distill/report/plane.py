"""Points with their intervals in a plane, and lines through them, as SVG."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from vpd.distill.report.charts import WIDTH, drawing
from vpd.distill.report.marks import MOST, mark
from vpd.distill.report.markup import Html, Part, element
from vpd.distill.report.wording import percent
from vpd.distill.statistics import Estimate

__all__ = ["Across", "Dot", "Series", "plane_chart", "say_dot", "ticks"]

LEFT, RIGHT, TOP, BOTTOM, HEIGHT = 46, 14, 22, 42, 310
"""Units kept around the plane, and the height of all."""


@dataclass(frozen=True, slots=True)
class Dot:
    """One measured point."""

    x: float
    share: Estimate
    """Upward, in 0..1."""
    said: str
    """What a pointer on it reads."""


@dataclass(frozen=True, slots=True)
class Series:
    """The points of one arm."""

    dots: Sequence[Dot]
    place: int
    """Of the arm in the order, which decides its sign."""
    joined: bool = False
    """Whether a line leads through its points."""
    banded: bool = False
    """Whether intervals are a band behind the line, for points that are too many for signs."""


@dataclass(frozen=True, slots=True)
class Across:
    """The axis from left to right."""

    name: str
    last: float | None = None
    """Where it ends; None for as far as the points go. It begins at 0."""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """From values to units of the drawing."""

    last: float
    low: float
    high: float

    def x(self, value: float) -> float:
        """From the left."""
        return LEFT + value / self.last * (WIDTH - LEFT - RIGHT)

    def y(self, share: float) -> float:
        """From the top."""
        inside = min(self.high, max(self.low, share))
        return TOP + (self.high - inside) / (self.high - self.low) * (HEIGHT - TOP - BOTTOM)


def ticks(last: float, most: int = 6) -> list[float]:
    """Round numbers from 0 to at least `last` > 0, with at most `most` steps of 1, 2 or 5 times a power of ten."""
    ten = 10.0 ** math.floor(math.log10(last / most))
    step = next(ten * times for times in (1, 2, 5, 10) if math.ceil(last / (ten * times) - 1e-9) <= most)
    return [step * number for number in range(math.ceil(last / step - 1e-9) + 1)]


def plane_chart(series: Sequence[Series], across: Across, title: str, *, said: str = "right, %") -> Html:
    """Shares in percent upward. The axis upward holds all intervals and need not begin at 0; `said` is its name."""
    dots = [dot for each in series for dot in each.dots]
    marks = ticks(across.last or max(dot.x for dot in dots) or 1.0)
    low = math.floor(10 * max(0.0, min(dot.share.low for dot in dots)) + 1e-9) / 10
    high = math.ceil(10 * min(1.0, max(dot.share.high for dot in dots)) - 1e-9) / 10
    frame = Frame(marks[-1], low, max(high, low + 0.1))
    parts: list[Part] = [element("title", title), *axes(frame, marks, across, said)]
    for each in series:
        parts += [*band(each, frame), *trend(each, frame)]
    for each in series:
        parts += [] if each.banded else [line for dot in each.dots for line in whisker(dot, each.place, frame)]
    for each in series:
        parts += [mark(each.place, frame.x(dot.x), frame.y(dot.share.value), dot.said) for dot in each.dots]
    return drawing(parts, HEIGHT, title)


def axes(frame: Frame, marks: Sequence[float], across: Across, said: str) -> list[Part]:
    """Lines at round numbers, their figures, and the names of both axes."""
    bottom = HEIGHT - BOTTOM
    parts: list[Part] = []
    for value in marks:
        x = f"{frame.x(value):.1f}"
        parts.append(element("line", x1=x, x2=x, y1=TOP, y2=bottom, class_="grid"))
        parts.append(element("text", f"{value:,.6g}", x=x, y=bottom + 15, class_="tick"))
    height = round(100 * (frame.high - frame.low))
    step = 5 if height <= 30 else 10 if height <= 60 else 20
    for share in range(-(-round(100 * frame.low) // step) * step, round(100 * frame.high) + 1, step):
        y = frame.y(share / 100)
        parts.append(element("line", x1=LEFT, x2=WIDTH - RIGHT, y1=f"{y:.1f}", y2=f"{y:.1f}", class_="grid"))
        parts.append(element("text", share, x=LEFT - 6, y=f"{y + 4:.1f}", class_="tick left"))
    name = f"{across.name}, {across.unit}" if across.unit else across.name
    parts.append(element("text", name, x=(LEFT + WIDTH - RIGHT) / 2, y=HEIGHT - 8, class_="tick"))
    parts.append(element("text", said, x=LEFT - 30, y=TOP - 10, class_="tick begin"))
    return parts


def whisker(dot: Dot, place: int, frame: Frame) -> list[Part]:
    """A point's interval as an upright line."""
    x, low, high = frame.x(dot.x), frame.y(dot.share.low), frame.y(dot.share.high)
    edges = [(x, x, low, high), (x - 4, x + 4, low, low), (x - 4, x + 4, high, high)]
    return [
        element("line", x1=f"{a:.1f}", x2=f"{b:.1f}", y1=f"{c:.1f}", y2=f"{d:.1f}", class_=f"reach series{place % MOST}")
        for a, b, c, d in edges
    ]


def trend(series: Series, frame: Frame) -> list[Part]:
    """The line through the points."""
    if not series.joined or len(series.dots) < 2:
        return []
    points = " ".join(f"{frame.x(dot.x):.1f},{frame.y(dot.share.value):.1f}" for dot in series.dots)
    return [element("polyline", points=points, class_=f"trend series{series.place % MOST}")]


def band(series: Series, frame: Frame) -> list[Part]:
    """All intervals as one area."""
    if not series.banded or len(series.dots) < 2:
        return []
    upper = [(dot.x, dot.share.high) for dot in series.dots]
    lower = [(dot.x, dot.share.low) for dot in reversed(series.dots)]
    points = " ".join(f"{frame.x(x):.1f},{frame.y(y):.1f}" for x, y in (*upper, *lower))
    return [element("polygon", points=points, class_=f"band series{series.place % MOST}")]


def say_dot(name: str, share: Estimate, where: str) -> str:
    """A point in words."""
    return f"{name}: {percent(share.value)} % ({percent(max(0.0, share.low))} – {percent(min(1.0, share.high))}), {where}"
