"""A radar: an axis for each part that was measured, a polygon for each arm, as the paper draws its results."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vpd.distill.report.charts import WIDTH, drawing
from vpd.distill.report.marks import MOST, mark
from vpd.distill.report.markup import Html, Part, element
from vpd.distill.report.wording import percent, plain_name
from vpd.distill.statistics import Estimate

__all__ = ["Ring", "radar_chart"]

CENTRE = (WIDTH / 2, 170.0)
RADIUS, HEIGHT = 146.0, 340
LONGEST = 22
"""Signs of an axis's name that fit beside the drawing."""


@dataclass(frozen=True, slots=True)
class Ring:
    """One arm's polygon."""

    name: str
    shares: Mapping[str, Estimate]
    """Of every axis."""
    place: int
    """Of the arm in the order, which decides its sign."""


def radar_chart(axes: Sequence[str], rings: Sequence[Ring], title: str) -> Html:
    """Every axis goes from 0 in the middle to 100 %, at least three of them; every ring has every axis."""
    parts: list[Part] = [element("title", title)]
    for quarter in range(1, 5):
        parts.append(element("polygon", points=corners([quarter / 4] * len(axes)), class_="web"))
    for number, axis in enumerate(axes):
        x, y = spot(number, len(axes), 1.0)
        parts.append(element("line", x1=CENTRE[0], y1=CENTRE[1], x2=f"{x:.1f}", y2=f"{y:.1f}", class_="grid"))
        parts.append(axis_name(axis, number, len(axes)))
    for quarter in (2, 4):
        parts.append(
            element("text", f"{25 * quarter}", x=CENTRE[0] + 3, y=CENTRE[1] - RADIUS * quarter / 4 + 12, class_="tick begin")
        )
    for ring in rings:
        values = [ring.shares[axis].value for axis in axes]
        parts.append(element("polygon", points=corners(values), class_=f"ring series{ring.place % MOST}"))
    for ring in rings:
        for number, axis in enumerate(axes):
            share = ring.shares[axis]
            x, y = spot(number, len(axes), share.value)
            low, high = percent(max(0.0, share.low)), percent(min(1.0, share.high))
            said = f"{ring.name}, {plain_name(axis)}: {percent(share.value)} % ({low} – {high})"
            parts.append(mark(ring.place, x, y, said))
    return drawing(parts, HEIGHT, title)


def spot(number: int, count: int, share: float) -> tuple[float, float]:
    """Where a share of an axis stands; the first axis points up, the others follow clockwise."""
    angle = 2 * math.pi * number / count
    reach = RADIUS * min(1.0, max(0.0, share))
    return CENTRE[0] + reach * math.sin(angle), CENTRE[1] - reach * math.cos(angle)


def corners(shares: Sequence[float]) -> str:
    """The corners of a polygon with so much of each axis."""
    return " ".join("{:.1f},{:.1f}".format(*spot(number, len(shares), share)) for number, share in enumerate(shares))


def axis_name(axis: str, number: int, count: int) -> Html:
    """The axis's name outside its end."""
    sideways = math.sin(2 * math.pi * number / count)
    x, y = spot(number, count, 1.0)
    upward = -math.cos(2 * math.pi * number / count)
    side = "middle" if abs(sideways) < 0.2 else "begin" if sideways > 0 else "end"
    name = plain_name(axis)
    return element(
        "text",
        element("title", name),
        name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…",
        x=f"{x + 9 * sideways:.1f}",
        y=f"{y + 4 + 10 * upward:.1f}",
        class_=f"axis {side}",
    )
