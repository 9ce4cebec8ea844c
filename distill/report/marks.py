"""How a chart tells arms apart: each has a colour, a shape and a way to draw its line, so that nothing hangs on colour alone."""

from collections.abc import Sequence

from vpd.distill.report.markup import Html, element

__all__ = ["MOST", "arm_order", "legend", "mark"]

MOST = 8
"""Arms that one chart tells apart; page.css has as many colours."""


def arm_order(names: Sequence[str], pair: tuple[str, str]) -> list[str]:
    """The names, those of the pair that the whole is about first, so that they look the same in every chart."""
    return [*(name for name in pair if name in names), *(name for name in names if name not in pair)]


def mark(place: int, x: float, y: float, said: str | None = None) -> Html:
    """The sign of the arm at a place in the order, with what a pointer on it reads."""
    title = element("title", said) if said is not None else None
    colour = f"sign {'hollow ' if place % MOST >= 4 else ''}series{place % MOST}"
    shape = place % 4
    if shape == 0:
        return element("circle", title, cx=f"{x:.1f}", cy=f"{y:.1f}", r=4.5, class_=colour)
    if shape == 1:
        return element("rect", title, x=f"{x - 4:.1f}", y=f"{y - 4:.1f}", width=8, height=8, class_=colour)
    corners = ((0, -5.5), (5, 4), (-5, 4)) if shape == 2 else ((0, -5.5), (5.5, 0), (0, 5.5), (-5.5, 0))
    return element("polygon", title, points=" ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners), class_=colour)


def legend(names: Sequence[str]) -> Html:
    """The names, in the order that decides their signs, beside sign and line."""
    items = [
        element(
            "li",
            element(
                "svg",
                element("line", x1=0, x2=28, y1=7, y2=7, class_=f"trend series{place % MOST}"),
                mark(place, 14, 7),
                viewBox="0 0 28 14",
                aria_hidden="true",
                class_="key",
            ),
            name,
        )
        for place, name in enumerate(names)
    ]
    return element("ul", *items, class_="legend")
