"""Bars and ranges with their intervals, as SVG that takes its colours from the page."""

from collections.abc import Sequence
from dataclasses import dataclass

from vpd.distill.report.markup import Html, Part, element
from vpd.distill.report.wording import percent, signed
from vpd.distill.statistics import Estimate

__all__ = ["Bar", "Share", "bar_chart", "rise_chart", "stacked_bar"]

WIDTH = 560
NAMES = 196
"""Units of the drawing kept for the names on the left."""
FIGURES = 60
"""Units kept for the figures on the right."""
ROW = 24


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart."""

    name: str
    estimate: Estimate
    """As a share in 0..1."""
    colour: str
    """A class of the style sheet."""


@dataclass(frozen=True, slots=True)
class Share:
    """One part of a stacked bar."""

    name: str
    count: int
    colour: str


def across(share: float) -> float:
    """Where a share of 0..1 stands from the left."""
    return NAMES + min(1.0, max(0.0, share)) * (WIDTH - NAMES - FIGURES)


def scale(height: float) -> list[Part]:
    """Lines at every quarter with their percentages below."""
    parts: list[Part] = []
    for quarter in range(5):
        x = f"{across(quarter / 4):.1f}"
        parts.append(element("line", x1=x, x2=x, y1=0, y2=height, class_="grid"))
        parts.append(element("text", f"{25 * quarter} %", x=x, y=height + 16, class_="tick"))
    return parts


def whisker(estimate: Estimate, y: float) -> list[Part]:
    """An interval as a line with two ends."""
    low, high = f"{across(estimate.low):.1f}", f"{across(estimate.high):.1f}"
    lines = [(low, high, y, y), (low, low, y - 4, y + 4), (high, high, y - 4, y + 4)]
    return [element("line", x1=a, x2=b, y1=c, y2=d, class_="whisker") for a, b, c, d in lines]


def bar_chart(bars: Sequence[Bar], title: str) -> Html:
    """Bars from 0 to 100 % with their intervals; the figures stand at the right."""
    height = ROW * len(bars)
    parts: list[Part] = [element("title", title), *scale(height)]
    for place, bar in enumerate(bars):
        middle = place * ROW + ROW / 2
        width = across(bar.estimate.value) - NAMES
        parts += [
            element("text", bar.name, x=NAMES - 10, y=middle + 4, class_="name"),
            element("rect", x=NAMES, y=middle - 8, width=f"{width:.1f}", height=16, rx=2, class_=f"bar {bar.colour}"),
            *whisker(bar.estimate, middle),
            element("text", percent(bar.estimate.value), x=WIDTH - 2, y=middle + 4, class_="figure"),
        ]
    return drawing(parts, height + 22, title)


def rise_chart(rows: Sequence[tuple[str, Estimate, Estimate]], title: str) -> Html:
    """For each name a line from the first share, a hollow dot, to the last, a full one; with the rise in points."""
    height = ROW * len(rows)
    parts: list[Part] = [element("title", title), *scale(height)]
    for place, (name, first, last) in enumerate(rows):
        middle = place * ROW + ROW / 2
        start, end = f"{across(first.value):.1f}", f"{across(last.value):.1f}"
        parts += [
            element("text", name, x=NAMES - 10, y=middle + 4, class_="name"),
            element("line", x1=start, x2=end, y1=middle, y2=middle, class_="rise"),
            element("circle", cx=start, cy=middle, r=5, class_="dot first"),
            element("circle", cx=end, cy=middle, r=5, class_="dot last"),
            element("text", signed(last.value - first.value), x=WIDTH - 2, y=middle + 4, class_="figure"),
        ]
    return drawing(parts, height + 22, title)


def stacked_bar(shares: Sequence[Share], title: str) -> Html:
    """Parts of a whole side by side; their names and figures belong in a list beside it."""
    total = sum(share.count for share in shares)
    left = 0.0
    parts: list[Part] = [element("title", title)]
    for share in shares:
        width = WIDTH * share.count / total if total else 0.0
        label = f"{share.name}: {share.count} ({100 * share.count / total:.1f} %)" if total else share.name
        shape = {"x": f"{left:.1f}", "y": 0, "width": f"{max(0.0, width - 2):.1f}", "height": 30}
        parts.append(element("rect", element("title", label), class_=f"bar {share.colour}", **shape))
        left += width
    return drawing(parts, 30, title)


def drawing(parts: Sequence[Part], height: float, title: str) -> Html:
    """The outer element; it shrinks with the page."""
    return element(
        "svg",
        *parts,
        viewBox=f"0 0 {WIDTH} {height:.0f}",
        role="img",
        aria_label=title,
        class_="chart",
        width=WIDTH,
        height=height,
    )
